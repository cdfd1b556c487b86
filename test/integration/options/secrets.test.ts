import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import createDebug from 'debug';
import sinon from 'sinon';
import { runCommandLine } from '../../../lib/admin/cli/command-line.js';
import { type ClientOptions, cluster, createClient, type Redis, replication, sentinel, single } from '../../../lib/index.js';
import { close, error, FakeServer, type Handler, ok } from '../../support/fake-server.js';
import { assertNoPendingCommands, single as singleServer, store, track } from '../client/scripted.js';

const SECRET = 'Mark3d~S3cr3t/ü+=%42';
const USER = 'ada';
const URL_SECRET = encodeURIComponent(SECRET);
/** So many characters of it in a row are a trace of it, in each of its forms. */
const TRACE = 8;
const FORMS = [SECRET, URL_SECRET, Buffer.from(SECRET).toString('base64'), Buffer.from(SECRET).toString('hex'), JSON.stringify(SECRET)];
const TRACES = FORMS.flatMap((form) => Array.from({ length: form.length - TRACE + 1 }, (_, at) => form.slice(at, at + TRACE)));

const CHANNELS = ['batch', 'topology', 'failover', 'pool', 'gap', 'error'].map((name) => `slotwise:${name}`);
const TRACED = ['command', 'connect'].flatMap((name) =>
  ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((event) => `tracing:slotwise:${name}:${event}`),
);

/** Everything that the library tells anybody. */
class Told {
  readonly texts: string[] = [];
  readonly #hear = (message: unknown): void => this.add(message);
  readonly #debug = process.env.DEBUG;
  readonly #log = createDebug.log;

  constructor() {
    for (const name of [...CHANNELS, ...TRACED]) subscribe(name, this.#hear);
    sinon.stub(process, 'emitWarning').callsFake((...args: unknown[]) => this.add(args));
    createDebug.log = (...args: unknown[]) => this.add(args);
    createDebug.enable('slotwise:*');
    process.env.DEBUG = 'slotwise:*';
  }

  /** As it looks in a console, in a log of JSON, and as text. */
  add(value: unknown): void {
    this.texts.push(inspect(value, { depth: 12, showHidden: true, getters: true }), json(value), text(value));
    if (value instanceof Error) this.texts.push(String(value.stack));
  }

  listen(redis: Redis): Redis {
    for (const name of ['error', 'reconnecting', 'topology', 'failover', 'gap'] as const) redis.on(name, (event) => this.add(event));
    return redis;
  }

  async settled(promise: Promise<unknown>): Promise<void> {
    await promise.then(
      (value) => this.add(value),
      (reason) => this.add(reason),
    );
  }

  [Symbol.dispose](): void {
    for (const name of [...CHANNELS, ...TRACED]) unsubscribe(name, this.#hear);
    createDebug.disable();
    createDebug.log = this.#log;
    if (this.#debug === undefined) delete process.env.DEBUG;
    else process.env.DEBUG = this.#debug;
  }

  assertNoTrace(): void {
    assert.ok(this.texts.length > 0);
    for (const one of this.texts) {
      const trace = TRACES.find((part) => one.includes(part));
      if (trace !== undefined) assert.fail(`${JSON.stringify(trace)} in: ${one.slice(0, 2_000)}`);
    }
  }
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? '';
  } catch {
    return ''; // what has a cycle
  }
}

function text(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message} ${text(value.cause)}` : String(value);
}

/** Echoes what was refused, as servers and proxies do. */
const quoting = (words: readonly string[]) =>
  error(`ERR unknown command ${words[0]}, with args beginning with: ${words.slice(1).join(', ')}`);
const bare = (words: readonly string[]) => error(`ERR cannot do ${words.join(' ')}`);

/** How servers refuse a login. */
const REFUSALS: Readonly<Record<string, Handler>> = {
  'quotes HELLO and hangs up': (words) => (words[0] === 'HELLO' ? quoting(words) : close),
  'quotes HELLO and AUTH': (words) => (['HELLO', 'AUTH'].includes(words[0] ?? '') ? quoting(words) : undefined),
  'quotes HELLO and AUTH in words of its own': (words) => (['HELLO', 'AUTH'].includes(words[0] ?? '') ? bare(words) : undefined),
  'quotes HELLO in the reply to SELECT': (words, connection) => {
    if (words[0] !== 'SELECT') return undefined;
    return bare(connection.received.find(([name]) => name === 'HELLO') ?? []);
  },
  'quotes it after WRONGPASS': (words) => (words[0] === 'HELLO' ? error(`WRONGPASS ${words.join(' ')}`) : undefined),
  'quotes it twice': (words) =>
    words[0] === 'HELLO' ? Buffer.from(`-ERR unknown command, with args beginning with: ${SECRET}\r\n`.repeat(9)) : undefined,
};

describe('a secret', () => {
  let told: Told;
  beforeEach(() => {
    told = new Told();
  });
  afterEach(async () => {
    told[Symbol.dispose]();
    sinon.restore();
    await assertNoPendingCommands();
  });

  const wrong: readonly (readonly [what: string, make: () => unknown])[] = [
    ['as credentials', () => createClient({ credentials: SECRET } as never)],
    ['as topology', () => createClient({ topology: `redis://${USER}:${URL_SECRET}@a` } as never)],
    ['as an option that is not there', () => createClient({ passwort: SECRET } as never)],
    ['in a list as password', () => createClient({ password: [SECRET] } as never)],
    ['in an object as password', () => createClient({ password: { value: SECRET } } as never)],
    ['as tls', () => createClient({ tls: SECRET } as never)],
    ['as a passphrase in a list', () => createClient({ tls: { passphrase: [SECRET] } } as never)],
    ['with a user but as a password of another kind', () => createClient({ username: USER, password: Buffer.from(SECRET) } as never)],
    ['in a URL with a wrong port', () => createClient(`redis://${USER}:${URL_SECRET}@a:99999`)],
    ['in a URL with a wrong database', () => createClient(`redis://${USER}:${URL_SECRET}@a/x`)],
    ['in a URL with a wrong parameter', () => createClient(`redis://a?password=${URL_SECRET}`)],
    ['in a URL of another scheme', () => createClient(`http://${USER}:${URL_SECRET}@a`)],
    ['in a URL, not encoded', () => createClient(`redis://${USER}:${SECRET}@a`)],
    ['in a URL without a host', () => createClient(`redis://${USER}:${URL_SECRET}@`)],
    ['in a URL of sentinels without a name', () => createClient(`redis+sentinel://${USER}:${URL_SECRET}@a`)],
    ['in a URL in a list', () => cluster([`redis://${USER}:${URL_SECRET}@a/1`])],
    ['in URLs that differ', () => replication([`redis://:${URL_SECRET}@a`, `redis://:${URL_SECRET}2@b`])],
    ['in a URL of a sentinel', () => sentinel(`redis://:${URL_SECRET}@a`, 'main')],
    ['of sentinels of another kind', () => sentinel('a', 'main', { password: [SECRET] } as never)],
  ];
  for (const [what, make] of wrong) {
    it(`given ${what} leaves no trace in the error`, () => {
      let thrown: unknown;
      try {
        const made = make();
        // Some are taken: then nobody can look into them.
        told.add(made);
      } catch (reason) {
        thrown = reason;
        told.add(reason);
      }
      if (thrown === undefined) told.add('taken');
      told.assertNoTrace();
    });
  }

  const hidden: readonly (readonly [what: string, value: () => unknown])[] = [
    ['single()', () => single(`redis://${USER}:${URL_SECRET}@a`)],
    ['cluster()', () => cluster(`redis://${USER}:${URL_SECRET}@a`)],
    ['replication()', () => replication(`redis://${USER}:${URL_SECRET}@a`)],
    ['sentinel()', () => sentinel('a', 'main', { username: USER, password: SECRET })],
    ['a client', () => createClient({ password: SECRET, tls: { passphrase: SECRET } })],
    ['a client by URL', () => createClient(`rediss://${USER}:${URL_SECRET}@a`)],
    ['a view', () => createClient({ password: SECRET }).with({ timeoutMs: 1 })],
    ['a pipeline', () => createClient({ password: SECRET }).pipeline().get('k')],
    ['statistics', () => createClient({ password: SECRET }).stats()],
  ];
  for (const [what, value] of hidden) {
    it(`leaves no trace in ${what}`, () => {
      told.add(value());
      told.assertNoTrace();
    });
  }

  const logins: Readonly<Record<string, (server: FakeServer) => ClientOptions>> = {
    'as password': ({ host, port }) => ({ topology: { kind: 'single', address: { host, port } }, username: USER, password: SECRET }),
    'in a URL': ({ host, port }) => ({ topology: single(`redis://${USER}:${URL_SECRET}@${host}:${port}`) }),
    'from credentials': ({ host, port }) => ({
      topology: { kind: 'single', address: { host, port } },
      credentials: () => ({ password: SECRET }),
    }),
    'to sentinels': ({ host, port }) => ({ topology: sentinel(`${host}:${port}`, 'main', { password: SECRET }) }),
    'with RESP2': ({ host, port }) => ({ topology: { kind: 'single', address: { host, port } }, password: SECRET, protocol: 2 }),
  };
  for (const [refusal, handler] of Object.entries(REFUSALS)) {
    for (const [how, optionsOf] of Object.entries(logins)) {
      it(`given ${how} leaves no trace where the server ${refusal}`, async () => {
        await using server = await FakeServer.start(singleServer((...given) => handler(...given) ?? store(...given)));
        const redis = told.listen(track(createClient({ ...optionsOf(server), database: 1, failFast: true, timeoutMs: 1_000 })));
        await told.settled(redis.get('k'));
        await told.settled(redis.with({ timeoutMs: 20 }).connect());
        told.add(redis.stats());
        told.assertNoTrace();
      });
    }
  }

  it('of a login that is refused later leaves no trace, nor one of commands that carry it', async () => {
    let quote = (_: readonly string[]): ReturnType<typeof error> | undefined => undefined;
    await using server = await FakeServer.start(
      singleServer((words, connection) => quote(words) ?? (words[0] === 'ACL' ? bare(words) : store(words, connection))),
    );
    const redis = told.listen(
      track(createClient({ topology: single(`redis://${server.address}`), credentials: () => ({ password: SECRET }), timeoutMs: 1_000 })),
    );
    await redis.get('k');
    quote = (words) => (['AUTH', 'CONFIG', 'MIGRATE', 'HELLO'].includes(words[0] ?? '') ? bare(words) : undefined);
    await told.settled(redis.reauthenticate());
    await told.settled(redis.aclSetuser('ada', [`>${SECRET}`]));
    await told.settled(redis.configSet({ requirepass: SECRET }));
    await told.settled(redis.call('MIGRATE', 'h', '1', 'k', '0', '5', 'AUTH', SECRET));
    await told.settled(redis.lease((one) => one.call('AUTH', SECRET)));
    await told.settled(redis.multi().set('a', 'b').call('CONFIG', 'SET', 'masterauth', SECRET).exec());
    told.assertNoTrace();
  });

  const lines: readonly (readonly string[])[] = [
    ['cluster', 'check', `redis://${USER}:${URL_SECRET}@127.0.0.1:PORT`],
    ['cluster', 'info', `redis://${USER}:${URL_SECRET}@127.0.0.1:PORT`, '--json'],
    ['cluster', 'check', `redis://${USER}:${URL_SECRET}@127.0.0.1:99999`],
    ['cluster', 'check', `redis://${USER}:${SECRET}@127.0.0.1:PORT`],
    ['cluster', 'check', '127.0.0.1:PORT', '--password', SECRET],
    ['cluster', 'check', '127.0.0.1:PORT'],
    ['cluster', 'add-node', '127.0.0.1:PORT', `redis://${USER}:${URL_SECRET}@127.0.0.1:PORT`, '--yes'],
  ];
  for (const line of lines) {
    it(`leaves no trace in the output of ${line.join(' ').replaceAll(URL_SECRET, '…').replaceAll(SECRET, '…')}`, async () => {
      await using server = await FakeServer.start((words) => (['HELLO', 'AUTH'].includes(words[0] ?? '') ? bare(words) : ok));
      const output = { write: (written: string) => told.add(written) };
      await runCommandLine(
        line.map((word) => word.replace('PORT', String(server.port))),
        {
          stdout: output,
          stderr: output,
          env: { REDISCLI_AUTH: SECRET, SLOTWISE_PASSWORD: SECRET },
          confirm: null,
          onInterrupt: () => () => undefined,
          exit: () => undefined,
        },
      );
      told.assertNoTrace();
    });
  }
});
