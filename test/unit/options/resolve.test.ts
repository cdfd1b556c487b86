import assert from 'node:assert/strict';
import { OptionsError } from '../../../lib/errors.js';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { DEFAULTS, type Options } from '../../../lib/options/defaults.js';
import { resolveGroup, resolveOptions, resolveView } from '../../../lib/options/resolve.js';
import { cluster, sentinel, single } from '../../../lib/options/topology.js';

/** What a domain has that says nothing of lag, zones and latency, in a client that says nothing of them either. */
const unlimited = {
  offload: [],
  hedge: false,
  maxLagMs: 0,
  maxLagBytes: 0,
  zone: null,
  latencyWindowMs: null,
} as const;

const zoneA = [{ match: '10.0.0.0/8', tags: { zone: 'a', use: 'video' } }];

/** What is wrong, and how the message begins or reads. Values are `unknown`: the types refuse most of them. */
const BAD: readonly (readonly [input: unknown, message: RegExp])[] = [
  [5, /^options: expected a URL or an object of options, got 5$/],
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
  [{ domains: { a: { keyPrefix: '\ud800' } } }, /^options\.domains\.a\.keyPrefix: expected text/],
  [{ connectTimeoutMs: 0 }, /^options\.connectTimeoutMs: /],
  [{ username: 'ada' }, /^options\.username: expected a password with the username$/],
  [{ password: '' }, /^options\.password: expected a non-empty string, got an empty one$/],
  [{ password: 12_345 }, /^options\.password: expected a non-empty string, got a value of type number$/],
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
  [{ nodes: { match: 'a' } }, /^options\.nodes: expected a list of rules/],
  [{ nodes: [{}] }, /^options\.nodes\[0\]\.match: expected/],
  [{ nodes: [{ match: 'a' }, { match: '10.0.0.0/40' }] }, /^options\.nodes\[1\]\.match: .*"10\.0\.0\.0\/40"$/],
  [{ nodes: [{ match: 'a', tags: { zone: 1 } }] }, /^options\.nodes\[0\]\.tags\.zone: expected a non-empty string, got 1$/],
  [{ nodes: [{ match: 'a', weight: 0 }] }, /^options\.nodes\[0\]\.weight: expected a number above 0, got 0$/],
  [{ nodes: [{ match: 'a', weight: Number.POSITIVE_INFINITY }] }, /^options\.nodes\[0\]\.weight: expected a number above 0, got Infinity$/],
  [{ nodes: [{ match: 'a', priority: -1 }] }, /^options\.nodes\[0\]\.priority: expected an integer from 0 to/],
  [{ nodes: [{ match: 'a', zone: '' }] }, /^options\.nodes\[0\]\.zone: expected a non-empty string/],
  [{ zone: 1 }, /^options\.zone: expected a non-empty string, got 1$/],
  [{ maxLagMs: -1 }, /^options\.maxLagMs: expected a number of milliseconds from 0 to 2147483647 \(0: no limit\), got -1$/],
  [{ maxLagBytes: 0.5 }, /^options\.maxLagBytes: expected an integer from 0 to/],
  [{ latencyWindowMs: 'slow' }, /^options\.latencyWindowMs: expected a number of milliseconds/],
  [{ monitor: { sampleMs: 5 } }, /^options\.monitor\.sampleMs: expected a number of milliseconds from 100/],
  [
    { domains: { video: { maxLagMs: 5 } } },
    /^options\.domains\.video\.maxLagMs: has no effect while options\.reads is primary; set options\.domains\.video\.reads/,
  ],
  [{ domains: { video: { reads: 'primary', zone: 'a' } } }, /^options\.domains\.video\.zone: has no effect while/],
  [{ nodes: [{ match: 'a', tag: {} }] }, /^options\.nodes\[0\]\.tag: unknown option; did you mean tags\?$/],
  [{ domains: [{ keys: 'a' }] }, /^options\.domains: expected an object of domains by name/],
  [{ domains: { video: { reads: 'slave' } } }, /^options\.domains\.video\.reads: expected one of primary, .* got "slave"$/],
  [{ domains: { video: { key: 'a*' } } }, /^options\.domains\.video\.key: unknown option; did you mean keys\?$/],
  [{ domains: { 'my shop': 5 } }, /^options\.domains\["my shop"\]: expected the options of a domain, got 5$/],
  [{ domains: { video: { keys: ['a*', ''] } } }, /^options\.domains\.video\.keys\[1\]: expected a non-empty string/],
  [{ domains: { video: { reads: 'replica', replicas: [] } } }, /^options\.domains\.video\.replicas: expected at least one set/],
  [{ domains: { video: { reads: 'replica', replicas: { addresses: ['a b'] } } } }, /^options\.domains\.video\.replicas\.addresses\[0\]: /],
  [{ domains: { video: { reads: 'replica', replicas: { tag: {} } } } }, /^options\.domains\.video\.replicas\.tag: unknown option/],
  [
    { domains: { video: { reads: 'replica', fallback: ['replica'] } } },
    /^options\.domains\.video\.fallback\[0\]: expected one of anyReplica, primary/,
  ],
  [
    { domains: { video: { reads: 'replica', fallback: ['primary', 'primary'] } } },
    /^options\.domains\.video\.fallback: expected every step at most once/,
  ],
  [
    { domains: { video: { reads: 'primary', fallback: ['anyReplica'] } } },
    /^options\.domains\.video\.fallback: has no effect while options\.domains\.video\.reads is primary/,
  ],
  [
    { nodes: zoneA, domains: { video: { replicas: { tags: { zone: 'a' } } } } },
    /^options\.domains\.video\.replicas: has no effect while options\.reads is primary/,
  ],
  [
    { nodes: zoneA, reads: 'replica', domains: { video: { replicas: { tags: { zone: 'b' } } } } },
    /^options\.domains\.video\.replicas: no rule of options\.nodes gives a node the tags zone=b$/,
  ],
  [
    { domains: { 'my shop': { fallback: ['primary'] } } },
    /^options\.domains\["my shop"\]\.fallback: has no effect while options\.reads is primary; set options\.domains\["my shop"\]\.reads/,
  ],
  [
    { domains: { video: { guard: { read: 'v*' } } } },
    /^options\.domains\.video\.guard\.write: expected key patterns, for the domain has no keys/,
  ],
  [{ domains: { video: { keys: 'v*', guard: 'v*' } } }, /^options\.domains\.video\.guard: expected a guard such as/],
  [
    { domains: { video: { keys: 'v*:x' }, voice: { keys: ['a', 'vo*x'] } } },
    /^options\.domains: the patterns v\*:x of video and vo\*x of voice can match one key, and neither is longer$/,
  ],
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
  [
    'domains, which inherit from the client',
    { reads: 'replicaPreferred', timeoutMs: 70, nodes: zoneA, domains: { a: {}, b: { keys: 'b:*', reads: 'primary', timeoutMs: 5 } } },
    {
      reads: 'replicaPreferred',
      timeoutMs: 70,
      nodes: zoneA,
      domains: [
        {
          name: 'a',
          keys: [],
          reads: 'replicaPreferred',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 70,
          keyPrefix: null,
          guard: null,
        },
        {
          name: 'b',
          keys: ['b:*'],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 5,
          keyPrefix: null,
          guard: null,
        },
      ],
    },
  ],
  [
    'a key prefix, which domains inherit, replace or do without',
    { keyPrefix: 'app:', domains: { a: {}, b: { keyPrefix: 'b:' }, c: { keyPrefix: '' } } },
    {
      keyPrefix: 'app:',
      domains: [
        {
          name: 'a',
          keys: [],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: 'app:',
          guard: null,
        },
        {
          name: 'b',
          keys: [],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: 'b:',
          guard: null,
        },
        {
          name: 'c',
          keys: [],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: null,
          guard: null,
        },
      ],
    },
  ],
  ['an empty key prefix, which is none', { keyPrefix: '' }, { keyPrefix: null }],
  [
    'a guard, whose sides are the keys of the domain unless they are given',
    { domains: { a: { keys: 'a:*', guard: { write: [] } }, b: { guard: { read: '*', write: ['b:*', 'c'] } } } },
    {
      domains: [
        {
          name: 'a',
          keys: ['a:*'],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: null,
          guard: { read: ['a:*'], write: [] },
        },
        {
          name: 'b',
          keys: [],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: null,
          guard: { read: ['*'], write: ['b:*', 'c'] },
        },
      ],
    },
  ],
  [
    'one set of replicas, or an ordered list of them',
    {
      nodes: zoneA,
      domains: {
        a: { reads: 'replica', replicas: { tags: { use: 'video' } }, fallback: ['anyReplica', 'primary'] },
        b: {
          reads: 'nearest',
          replicas: [{ tags: { zone: 'a' }, addresses: ['10.0.0.1:6379'] }, { addresses: ['10.0.*', '10.1.0.0/16'] }],
        },
      },
    },
    {
      nodes: zoneA,
      domains: [
        {
          name: 'a',
          keys: [],
          reads: 'replica',
          replicas: [{ tags: { use: 'video' } }],
          fallback: ['anyReplica', 'primary'],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: null,
          guard: null,
        },
        {
          name: 'b',
          keys: [],
          reads: 'nearest',
          replicas: [{ tags: { zone: 'a' }, addresses: ['10.0.0.1:6379'] }, { addresses: ['10.0.*', '10.1.0.0/16'] }],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: null,
          guard: null,
        },
      ],
    },
  ],
  [
    'patterns that overlap in one domain, or at different lengths',
    { domains: { a: { keys: ['v*:x', 'vo*x'] }, b: { keys: 'v*' } } },
    {
      domains: [
        {
          name: 'a',
          keys: ['v*:x', 'vo*x'],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: null,
          guard: null,
        },
        {
          name: 'b',
          keys: ['v*'],
          reads: 'primary',
          replicas: [],
          fallback: [],
          ...unlimited,
          timeoutMs: 10_000,
          keyPrefix: null,
          guard: null,
        },
      ],
    },
  ],
];

describe('options', () => {
  for (const [input, message] of BAD) {
    it(`says ${message.source.slice(1, 100)}`, () => {
      assert.throws(
        () => resolveOptions(input as ClientOptions),
        (error) => {
          assert.ok(error instanceof OptionsError, String(error));
          assert.match(error.message, message);
          assert.ok(error.message.startsWith(`${error.path}: `));
          assert.ok(!error.message.includes('hunter2'));
          return true;
        },
      );
    });
  }

  for (const [what, input, expected] of GOOD) {
    it(`takes ${what}`, () => assert.deepEqual(resolveOptions(input), { ...DEFAULTS, ...expected }));
  }

  it('is frozen at every level', () => {
    const options = resolveOptions({ nodes: zoneA, domains: { a: { keys: 'a*', reads: 'replica', replicas: { tags: { zone: 'a' } } } } });
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
