import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type ClientOptions, cluster, createClient, replication, sentinel, single } from '../../../lib/index.js';
import { CLIENT_CHECKS } from '../../../lib/options/checks.js';
import { addressText, hideSecrets, mask } from '../../../lib/options/secrets.js';

/** Stands in places where a user may have put a secret. */
const SECRET = 'hunter2';

const MASKS: readonly (readonly [given: string, shown: string])[] = [
  ['redis://u:p@h:1/2', 'redis://***@h:1/2'],
  ['redis://u:p@x@h', 'redis://***@h'],
  ['u:p@h', '***@h'],
  ['redis://h?sentinelPassword=x', 'redis://h?***'],
  ['redis://user:password', 'redis://user:***'],
  ['redis+cluster://h1:7000,h2:x,h3:7002/1', 'redis+cluster://h1:7000,h2:***,h3:7002/1'],
  ['redis://[::1]:7000/2', 'redis://[::1]:7000/2'],
  ['slave', 'slave'],
  ['who?', 'who?'],
];

const ADDRESSES: readonly (readonly [given: unknown, shown: string])[] = [
  ['10.0.0.1:7000', '"10.0.0.1:7000"'],
  ['10.0.0.1:70000', '"10.0.0.1:70000"'],
  ['user:password', '"user:***"'],
  ['[::1]:x', '"[::1]:***"'],
  ['pass word', 'text'],
  ['u:p@h', '"u:***"'],
  ['', 'an empty text'],
  ['/run/redis.sock', '"/run/redis.sock"'],
  [{ host: 'h', password: 'x' }, 'an object'],
  [undefined, 'undefined'],
  [5, 'a number'],
];

/** What holds a secret where none belongs, or next to a mistake. */
const REFUSED: Record<string, () => unknown> = {
  'the password alone': () => createClient(SECRET),
  'a URL without its scheme': () => createClient(`u:${SECRET}@h`),
  'a URL without its host': () => createClient(`redis://u:${SECRET}`),
  'a URL as a topology': () => client({ topology: `redis://u:${SECRET}` }),
  'a URL in a topology': () => client({ topology: { kind: `redis://u:${SECRET}` } }),
  'an object as a topology': () => client({ topology: { [SECRET]: 1 } }),
  'text as credentials': () => client({ credentials: SECRET }),
  'an object as credentials': () => client({ credentials: { username: 'u', password: SECRET } }),
  'a misspelt name': () => client({ passwrod: SECRET }),
  'a name of another client': () => client({ auth: { pass: SECRET } }),
  'a URL as a name': () => client({ [`redis://u:${SECRET}@h`]: true }),
  'a URL without host as a name': () => client({ [`redis://u:${SECRET}`]: true }),
  'a list as a password': () => client({ password: [SECRET] }),
  'a password as a port': () => client({ addressMap: { 'h:1': `u:${SECRET}` } }),
  'a password as a port of a name': () => client({ addressMap: { [`u:${SECRET}`]: 'h:1' } }),
  'a password as a port in a rule': () => client({ nodes: [{ match: `u:${SECRET}` }] }),
  'a password as a port that is allowed': () => client({ allowedAddresses: [`u:${SECRET}`] }),
  'a parameter of a URL': () => createClient(`redis://h?timeoutMs=${SECRET}`),
  'a password without a user': () => client({ username: [SECRET] }),
  'text as TLS': () => client({ tls: SECRET }),
  'a list as TLS': () => client({ tls: [SECRET] }),
  'a misspelt option of TLS': () => client({ tls: { passPhrase: SECRET } }),
  'a list as a passphrase': () => client({ tls: { passphrase: [SECRET] } }),
  'a key in a list of lists': () => client({ tls: { key: [[{ pem: { [SECRET]: SECRET } }]] } }),
  'a session as text': () => client({ tls: { session: SECRET } }),
  'ticket keys as text': () => client({ tls: { ticketKeys: SECRET } }),
  'a URL as an address': () => client({ addressMap: { [`redis://u:${SECRET}@h`]: 'h:1' } }),
  'a URL as where an address leads': () => client({ addressMap: { 'h:1': `redis://u:${SECRET}` } }),
  'a URL as a name for CLIENT LIST': () => client({ clientName: `redis://u:${SECRET} x` }),
  'a URL in a rule': () => client({ nodes: [{ match: `redis://u:${SECRET}@h` }] }),
  'a URL as options': () => client([`redis://u:${SECRET}@h`]),
  'a port of a seed': () => cluster([`u:${SECRET}`]),
  'a seed with a user': () => cluster([`u:${SECRET}@h:1`]),
  'a URL with a bad port': () => cluster([`redis://u:${SECRET}@h:x`]),
  'a seed that is an object': () => replication({ host: 'h', password: SECRET } as unknown as string),
  'a list as the address of a server': () => single([SECRET] as unknown as string),
  'a database': () => createClient(`redis://h/${SECRET}`),
  'a parameter': () => createClient(`redis://h?password=${SECRET}`),
  'a sentinel with a login': () => sentinel(`redis://:${SECRET}@h`, 'main'),
  'an access of sentinels': () => sentinel('h', 'main', { pasword: SECRET } as object),
  'text as an access': () => sentinel('h', 'main', SECRET as unknown as object),
  'a list as a name': () => sentinel('h', [SECRET] as unknown as string),
};

/** Options for which any text will do. */
const TEXTS: readonly string[] = ['username', 'password', 'clientName', 'zone', 'keyPrefix'];
for (const name of Object.keys(CLIENT_CHECKS)) if (!TEXTS.includes(name)) REFUSED[`text as ${name}`] = () => client({ [name]: SECRET });

function client(options: unknown): unknown {
  return createClient(options as ClientOptions);
}

describe('secrets in options', () => {
  for (const [given, shown] of MASKS) it(`shows ${given} as ${shown}`, () => assert.equal(mask(given), shown));
  for (const [given, shown] of ADDRESSES) {
    it(`shows the address ${inspect(given)} as ${shown}`, () => assert.equal(addressText(given), shown));
  }

  for (const [what, refused] of Object.entries(REFUSED)) {
    it(`are in no error about ${what}`, () => {
      assert.throws(refused, (error: Error) => {
        assert.equal((error as { code?: string }).code, 'ERR_OPTIONS');
        assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(SECRET), error.message);
        return true;
      });
    });
  }
});

describe('an object with secrets', () => {
  const tls = { passphrase: SECRET };
  const objects: Readonly<Record<string, object>> = {
    single: single(`redis://u:${SECRET}@h`),
    replication: replication(`redis://:${SECRET}@h`),
    cluster: cluster([`redis://u:${SECRET}@h:1`, `redis://u:${SECRET}@h:2`]),
    sentinel: sentinel('h', 'main', { username: 'u', password: SECRET, tls }),
    client: createClient({ topology: sentinel('h', 'main', { password: SECRET }), password: SECRET, tls }),
    'client by URL': createClient(`redis://u:${SECRET}@h`),
    pipeline: createClient(`redis://u:${SECRET}@h`).pipeline().get('a'),
  };
  for (const [name, object] of Object.entries(objects)) {
    it(`does not show them: ${name}`, () => {
      for (const shown of [object, { ...object }, [object], { ...object, nested: { object } }]) {
        assert.ok(!inspect(shown, { depth: 9, showHidden: true }).includes(SECRET));
        assert.ok(!inspect(shown, { depth: 9, customInspect: false, showHidden: true }).includes(SECRET));
        assert.ok(!JSON.stringify(shown).includes(SECRET));
      }
    });
  }

  it('shows that there are some, and the rest', () => {
    assert.equal(
      JSON.stringify(single(`rediss://u:${SECRET}@h/3`)),
      '{"kind":"single","address":{"host":"h","port":6379},"url":{"username":"u","password":"***","tls":true,"database":3}}',
    );
    assert.match(inspect(sentinel('h', 'main', { tls }), { depth: 9 }), /access: \{ tls: '\*\*\*' \}/);
    assert.match(inspect(sentinel('h', 'main', { tls: true }), { depth: 9 }), /access: \{ tls: true \}/);
  });

  it('has them for those who use it, spread, cloned or handed back', () => {
    const hidden = hideSecrets({ username: 'u', password: SECRET }, ['password']);
    assert.equal(hidden.password, SECRET);
    assert.deepEqual({ ...hidden }, { username: 'u', password: SECRET });
    assert.deepEqual(structuredClone(hidden), { username: 'u', password: SECRET });
    const topology = single(`redis://u:${SECRET}@h`);
    for (const copy of [topology, { ...topology }, structuredClone(topology)]) {
      assert.equal(copy.url?.password, SECRET);
      assert.ok(createClient({ topology: copy }));
    }
  });
});
