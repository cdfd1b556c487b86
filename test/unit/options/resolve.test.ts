import assert from 'node:assert/strict';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { DEFAULTS, type Options } from '../../../lib/options/defaults.js';
import { resolveGroup, resolveMembers, resolveOptions, resolveView } from '../../../lib/options/resolve.js';
import { ring } from '../../../lib/options/ring.js';
import { cluster, replication, sentinel, single } from '../../../lib/options/topology.js';
import { assertOptionsError, type RefusedOptions } from './assert-options-error.js';

const BAD: RefusedOptions = [
  [5, /^options: expected a URL or an object of options, got a number$/],
  [null, /^options: .* got null$/],
  [[], /^options: expected an object/],
  [new URL('redis://h'), /^options: expected an object/],
  [{ timeoutMS: 1 }, /^options\.timeoutMS: unknown option; did you mean timeoutMs\?$/],
  [{ timeoutMs: -1 }, /^options\.timeoutMs: expected a number of milliseconds from 0 to 2147483647 \(0: none\), got -1$/],
  [{ timeoutMs: Number.NaN }, /^options\.timeoutMs: .* got NaN$/],
  [{ timeoutMs: Number.POSITIVE_INFINITY }, /^options\.timeoutMs: .* got Infinity$/],
  [{ timeoutMs: 2 ** 31 }, /^options\.timeoutMs: /],
  [{ timeoutMs: '500' }, /^options\.timeoutMs: .* got "500"$/],
  [{ timeoutMs: null }, /^options\.timeoutMs: .* got null$/],
  [{ timeoutMs: 5n }, /^options\.timeoutMs: .* got 5n$/],
  [{ keyPrefix: 'a*', guard: null }, /^options\.keyPrefix: expected text without \*, got "a\*"$/],
  [{ keyPrefix: 5 }, /^options\.keyPrefix: .* got 5$/],
  [{ connectTimeoutMs: 0 }, /^options\.connectTimeoutMs: /],
  [{ username: 'ada' }, /^options\.username: expected a password with the username$/],
  [{ password: '' }, /^options\.password: expected a non-empty string, got an empty text$/],
  [{ password: 12_345 }, /^options\.password: expected a non-empty string, got a number$/],
  [{ credentials: { password: 'x' } }, /^options\.credentials: expected a function/],
  [{ credentials: () => ({ password: 'x' }), password: 'y' }, /^options\.credentials: expected either/],
  [{ tls: 'yes' }, /^options\.tls: /],
  [{ topology: single('rediss://h'), tls: false }, /^options\.tls: .*asks for TLS/],
  [{ database: 1.5 }, /^options\.database: expected an integer from 0/],
  [{ database: '1' }, /^options\.database: /],
  [{ clientName: 'my app' }, /^options\.clientName: expected printable ASCII without spaces/],
  [{ clientName: '' }, /^options\.clientName: /],
  [{ protocol: '3' }, /^options\.protocol: expected one of 2, 3, got "3"$/],
  [
    { reads: 'slave' },
    /^options\.reads: expected one of primary, primaryPreferred, replica, replicaPreferred, nearest, or a function, got "slave"$/,
  ],
  [{ allowedAddresses: [] }, /^options\.allowedAddresses: expected at least one address, pattern or subnet/],
  [{ allowedAddresses: '10.0.0.1' }, /^options\.allowedAddresses: expected a list of addresses/],
  [{ allowedAddresses: ['10.0.0.1', '10.0.0.0/33'] }, /^options\.allowedAddresses\[1\]: expected host:port/],
  [{ allowedAddresses: [5] }, /^options\.allowedAddresses\[0\]: expected host:port/],
  [{ allowedAdresses: ['10.0.0.1'] }, /^options\.allowedAdresses: unknown option; did you mean allowedAddresses\?$/],
  [{ failFast: 1 }, /^options\.failFast: expected true or false, got 1$/],
  [{ queue: { maxCommands: 0 } }, /^options\.queue\.maxCommands: expected an integer from 1/],
  [{ queue: { maxItems: 5 } }, /^options\.queue\.maxItems: unknown option/],
  [{ queue: 5 }, /^options\.queue: expected an object, got 5$/],
  [{ pool: { shared: 0 } }, /^options\.pool\.shared: /],
  [{ reconnect: { minMs: 100, maxMs: 50 } }, /^options\.reconnect\.minMs: expected at most reconnect\.maxMs \(50\), got 100$/],
  [{ reconnect: { minMs: 5_000 } }, /^options\.reconnect\.minMs: expected at most reconnect\.maxMs \(2000\)/],
  [{ monitor: { periodMs: 1 } }, /^options\.monitor\.periodMs: expected a number of milliseconds from 100/],
  [{ integers: 'string64' }, /^options\.integers: expected one of number, bigint, string/],
  [{ addressMap: { 'a:1': 'b' } }, /^options\.addressMap\["a:1"\]: expected host:port, got "b"$/],
  [{ addressMap: { a: 'b:1' } }, /^options\.addressMap: expected host:port, got "a"$/],
  [{ addressMap: new Map([['a:1', 'b:1']]) }, /^options\.addressMap: expected a function, or an object/],
  [{ zone: 1 }, /^options\.zone: expected a non-empty string, got 1$/],
  [{ maxLagMs: -1 }, /^options\.maxLagMs: expected a number of milliseconds from 0 to 2147483647 \(0: no limit\), got -1$/],
  [{ maxLagBytes: 0.5 }, /^options\.maxLagBytes: expected an integer from 0 to/],
  [{ latencyWindowMs: 'slow' }, /^options\.latencyWindowMs: expected a number of milliseconds/],
  [{ monitor: { sampleMs: 5 } }, /^options\.monitor\.sampleMs: expected a number of milliseconds from 100/],
  ['redis://h?timeoutMs=soon', /^url\.timeoutMs: expected a number of milliseconds/],
  ['redis://h?timeout=5', /^url\.timeout: unknown parameter; did you mean timeoutMs\?$/],
  ['redis://h?password=hunter2', /^url\.password: unknown parameter; known are/],
  ['redis://h?sentinelPassword=hunter2', /^url\.sentinelPassword: unknown parameter/],
  ['redis://ada@h', /^url\.password: expected a password with the username$/],
  ['redis://ada:hunter2@h/x', /^url: expected the number of a database/],
];

const GOOD: readonly (readonly [what: string, input: string | ClientOptions | undefined, expected: Partial<Options>])[] = [
  ['nothing', undefined, {}],
  ['undefined values', { timeoutMs: undefined, reads: undefined } as unknown as ClientOptions, {}],
  ['no deadline', { timeoutMs: 0 }, { timeoutMs: 0 }],
  ['a fraction of a millisecond', { timeoutMs: 12.5 }, { timeoutMs: 12.5 }],
  ['a part of a group', { queue: { maxBytes: 5 } }, { queue: { maxCommands: 100_000, maxBytes: 5 } }],
  ['TLS without options', { tls: true }, { tls: {} }],
  ['no TLS', { tls: false }, { tls: null }],
  ['a password', { password: 'p' }, { credentials: { password: 'p' } }],
  ['a user', { username: 'u', password: 'p' }, { credentials: { username: 'u', password: 'p' } }],
  [
    'a URL',
    'rediss://u:p@h:1/2?clientName=app&protocol=2&timeoutMs=50&connectTimeoutMs=5&reads=nearest',
    {
      topology: { kind: 'single', address: { host: 'h', port: 1 } },
      credentials: { username: 'u', password: 'p' },
      tls: {},
      database: 2,
      clientName: 'app',
      protocol: 2,
      timeoutMs: 50,
      connectTimeoutMs: 5,
      reads: 'nearest',
    },
  ],
  ['digits as a client name', 'redis://127.0.0.1?clientName=42', { clientName: '42' }],
  [
    'a URL of sentinels with credentials of their own',
    'redis+sentinel://:data@s1,s2/main?sentinelUsername=u&sentinelPassword=own',
    {
      topology: {
        kind: 'sentinel',
        seeds: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 26_379 },
        ],
        name: 'main',
        access: { username: 'u', password: 'own' },
      },
      credentials: { password: 'data' },
    },
  ],
  [
    'options beside a URL, which win over it field by field',
    { topology: cluster(['redis://u:p@h/2']), password: 'q', database: 0 },
    { topology: { kind: 'cluster', seeds: [{ host: 'h', port: 6379 }] }, credentials: { username: 'u', password: 'q' }, database: 0 },
  ],
  [
    'a user in the URL and a password beside it',
    { topology: single('redis://u@h'), password: 'q' },
    { topology: { kind: 'single', address: { host: 'h', port: 6379 } }, credentials: { username: 'u', password: 'q' } },
  ],
  ['an empty key prefix, which is none', { keyPrefix: '' }, { keyPrefix: null }],
];

describe('options', () => {
  for (const [input, message] of BAD) {
    it(`says ${message.source.slice(1, 100)}`, () => assertOptionsError(input, message));
  }

  for (const [what, input, expected] of GOOD) {
    it(`takes ${what}`, () => assert.deepEqual(resolveOptions(input), { ...DEFAULTS, ...expected }));
  }

  it('is frozen at every level', () => {
    const options = resolveOptions({
      nodes: [{ match: '10.0.0.0/8', tags: { zone: 'a' } }],
      domains: { a: { keys: 'a*', reads: 'replica', replicas: { tags: { zone: 'a' } } } },
    });
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      assert.ok(Object.isFrozen(value), path);
      for (const [name, item] of Object.entries(value)) visit(item, `${path}.${name}`);
    };
    visit(options, 'options');
    visit(DEFAULTS, 'DEFAULTS');
  });

  it('leaves what the user gave as it was: copies the plain parts, refers to TLS options and functions', () => {
    const tls = { ca: ['x'] };
    const credentials = (): { password: string } => ({ password: 'p' });
    const addressMap = (address: string): string => address;
    const input = { tls, credentials, addressMap, nodes: [{ match: 'a', tags: { zone: 'a' } }], queue: { maxBytes: 1 } };
    const options = resolveOptions(input);
    assert.equal(options.tls, tls);
    assert.equal(options.credentials, credentials);
    assert.equal(options.addressMap, addressMap);
    for (const value of [tls, tls.ca, input, input.nodes, input.nodes[0]?.tags, input.queue]) assert.ok(!Object.isFrozen(value));
  });

  it('looks addresses up as nodes are named', () => {
    const { addressMap } = resolveOptions({ addressMap: { 'Node-1:6379': '127.0.0.1:7001', '[::1]:1': '[::2]:2' } });
    assert.ok(addressMap !== null);
    assert.deepEqual(['node-1:6379', '[::1]:1', 'node-2:6379'].map(addressMap), ['127.0.0.1:7001', '[::2]:2', undefined]);
  });

  it('keeps credentials of the URL out of the resolved topology', () => {
    assert.ok(!JSON.stringify(resolveOptions({ topology: single('redis://u:hunter2@h') }).topology).includes('hunter2'));
  });
});

describe('options of another group of the same sentinels', () => {
  const credentials = (): { password: string } => ({ password: 'p' });
  const tls = { ca: 'x' };
  const client = resolveOptions({
    topology: sentinel('s:1', 'main', { password: 'of the sentinels' }),
    username: 'u',
    password: 'p',
    database: 3,
    tls,
  });

  it("are the client's, save the name", () => {
    assert.deepEqual(resolveGroup(client, 'other', {}), { ...client, topology: { ...client.topology, name: 'other' } });
    assert.equal(resolveGroup(client, 'other', {}).tls, tls);
  });

  it("replace the data nodes' access and database, and never half of a login", () => {
    const group = resolveGroup(client, 'other', { password: 'q', tls: false, database: 0 });
    assert.deepEqual([group.credentials, group.tls, group.database], [{ password: 'q' }, null, 0]);
    assert.deepEqual(resolveGroup(client, 'other', { username: 'v', password: 'q' }).credentials, { username: 'v', password: 'q' });
    assert.equal(resolveGroup(client, 'other', { credentials }).credentials, credentials);
    assert.ok(Object.isFrozen(group) && !Object.isFrozen(tls));
  });

  const bad: readonly (readonly [client: Options, name: unknown, given: unknown, message: RegExp])[] = [
    [resolveOptions(), 'other', {}, /^group\(name\): expected a client of sentinels; this one's topology is single/],
    [client, '', {}, /^group\(name\): expected a non-empty string/],
    [client, 7, {}, /^group\(name\): expected a non-empty string, got 7/],
    [client, 'other', { reads: 'replica' }, /^group\(name, options\)\.reads: unknown option/],
    [client, 'other', { username: 'v' }, /^group\(name, options\)\.username: expected a password with the username/],
    [client, 'other', { password: 'q', credentials }, /^group\(name, options\)\.credentials: expected either/],
    [client, 'other', { database: -1 }, /^group\(name, options\)\.database: expected an integer/],
    [client, 'other', null, /^group\(name, options\): expected an object, got null/],
  ];
  for (const [one, name, given, message] of bad) {
    it(`say ${message.source.slice(1)}`, () => {
      assert.throws(() => resolveGroup(one, name as string, given as object), { name: 'OptionsError', message });
    });
  }
});

describe('other members of a ring', () => {
  const client = resolveOptions({ topology: ring({ a: 'a:1', b: 'b:1' }), allowedAddresses: ['10.0.0.0/8', 'c:1'] });
  const { topology } = client;
  assert.ok(topology.kind === 'ring');

  const cases: readonly (readonly [members: Parameters<typeof ring>[0], refused: string | null])[] = [
    [{ b: 'b:1', c: 'c:1', d: '10.1.2.3:6379' }, null],
    [{ b: 'a:1' }, null],
    [{ b: 'b:1', c: 'c:2' }, 'c:2'],
    [{ b: replication(['10.0.0.1', 'e:1']) }, 'e:1'],
    [{ b: sentinel('s:1', 'group') }, 's:1'],
  ];
  for (const [members, refused] of cases) {
    it(`are ${refused === null ? 'allowed' : 'refused'} by their addresses: ${JSON.stringify(members)}`, () => {
      const resolve = () => resolveMembers(client, topology, members);
      if (refused === null)
        assert.deepEqual(
          resolve().members.map(({ name }) => name),
          Object.keys(members),
        );
      else
        assert.throws(resolve, {
          name: 'OptionsError',
          message: `setMembers(members): expected addresses that allowedAddresses allows, got ${refused}`,
        });
    });
  }
});

describe('view options', () => {
  const { signal } = new AbortController();
  const good = [
    {},
    { timeoutMs: 0 },
    { timeoutMs: 5, signal, reads: 'nearest', idempotent: true, buffers: true, integers: 'bigint' },
  ] as const;
  for (const view of good) {
    it(`takes ${Object.keys(view).join(', ') || 'nothing'}`, () => {
      const resolved = resolveView(view);
      assert.deepEqual(resolved, view);
      assert.ok(Object.isFrozen(resolved) && !Object.isFrozen(signal));
    });
  }

  const bad: readonly (readonly [view: unknown, message: RegExp])[] = [
    [{ timeoutMs: 'x' }, /^with\.timeoutMs: expected/],
    [{ timeout: 5 }, /^with\.timeout: unknown option; did you mean timeoutMs\?/],
    [{ signal: {} }, /^with\.signal: expected an AbortSignal/],
    [{ reads: 'master' }, /^with\.reads: expected one of/],
    [{ database: 1 }, /^with\.database: unknown option/],
    [undefined, /^with: expected an object, got undefined/],
  ];
  for (const [view, message] of bad) {
    it(`says ${message.source.slice(1)}`, () => assert.throws(() => resolveView(view as object), { name: 'OptionsError', message }));
  }
});
