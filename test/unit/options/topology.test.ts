import assert from 'node:assert/strict';
import { OptionsError } from '../../../lib/errors.js';
import { ENDPOINTS_DEFAULTS } from '../../../lib/options/endpoints.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { cluster, endpoints, replication, sentinel, single, type TopologyOptions } from '../../../lib/options/topology.js';

const h = (host: string, port = 6379) => ({ host, port });

const GOOD: readonly (readonly [what: string, made: () => TopologyOptions, expected: TopologyOptions])[] = [
  ['one URL', () => single('redis://10.0.0.1'), { kind: 'single', address: h('10.0.0.1') }],
  ['one host:port', () => single('10.0.0.1:7000'), { kind: 'single', address: h('10.0.0.1', 7000) }],
  ['one object', () => single({ host: 'A.example' }), { kind: 'single', address: h('a.example') }],
  ['a socket file', () => single({ path: '/run/redis.sock' }), { kind: 'single', address: { path: '/run/redis.sock' } }],
  ['a socket file as text', () => single('/run/redis.sock'), { kind: 'single', address: { path: '/run/redis.sock' } }],
  [
    'the rest of a URL',
    () => single('rediss://u:p@h/3'),
    { kind: 'single', address: h('h'), url: { username: 'u', password: 'p', tls: true, database: 3 } },
  ],
  ['several members', () => replication(['a', '[::1]:7']), { kind: 'replication', seeds: [h('a'), h('::1', 7)] }],
  ['one seed without a list', () => cluster('redis://a:7000'), { kind: 'cluster', seeds: [h('a', 7000)] }],
  [
    'seeds that share a user',
    () => cluster(['redis://u:p@a', 'redis://u:p@b', 'c:1']),
    { kind: 'cluster', seeds: [h('a'), h('b'), h('c', 1)], url: { username: 'u', password: 'p' } },
  ],
  [
    'sentinels at their own port',
    () => sentinel(['s1', { host: 's2' }, 'redis://s3', 's4:1'], 'main'),
    { kind: 'sentinel', seeds: [h('s1', 26_379), h('s2', 26_379), h('s3', 26_379), h('s4', 1)], name: 'main', access: {} },
  ],
  [
    'sentinels over TLS, which means the data nodes too',
    () => sentinel('rediss://s1', 'main', { username: 'u', password: 'p' }),
    {
      kind: 'sentinel',
      seeds: [h('s1', 26_379)],
      name: 'main',
      access: { tls: true, username: 'u', password: 'p' },
      url: { tls: true },
    },
  ],
  [
    'equal endpoints, each once',
    () => endpoints(['a:1', 'B', 'a:1', { host: 'b' }]),
    { kind: 'endpoints', addresses: [h('a', 1), h('b')], list: null, ...ENDPOINTS_DEFAULTS },
  ],
  [
    'endpoints with what is known of them',
    () => endpoints('redis://:p@a', { speaks: 'plain', refuses: 'twemproxy', balance: 'spread', refreshMs: 500, rebalanceMs: 60_000 }),
    {
      ...{ kind: 'endpoints', addresses: [h('a')], list: null, url: { password: 'p' } },
      ...{ speaks: 'plain', refuses: 'twemproxy', balance: 'spread', refreshMs: 500, rebalanceMs: 60_000 },
    },
  ],
  [
    'endpoints that refuse commands',
    () => endpoints(['a'], { refuses: ['KEYS', '@pubsub'] }),
    { kind: 'endpoints', addresses: [h('a')], list: null, ...ENDPOINTS_DEFAULTS, refuses: ['KEYS', '@pubsub'] },
  ],
];

const BAD: readonly (readonly [path: string, what: string, made: () => unknown, message: RegExp])[] = [
  ['single(address)', 'a port above 65535', () => single('10.0.0.1:70000'), /host:port/],
  ['single(address)', 'no address', () => single(undefined as never), /got undefined/],
  ['single(address)', 'an object with an unknown field', () => single({ host: 'a', prot: 1 } as never), /\{ host, port \}/],
  ['single(address)', 'a port that is text', () => single({ host: 'a', port: '6379' } as never), /\{ host, port \}/],
  ['single(address)', 'a URL of a cluster', () => single('redis+cluster://a,b'), /one node's URL/],
  ['single(address)', 'a URL with parameters', () => single('redis://a?timeoutMs=5'), /timeoutMs is for createClient/],
  ['cluster(seeds)', 'no seeds', () => cluster([]), /at least one seed/],
  ['cluster(seeds)[1]', 'a seed whose port is no number', () => cluster(['a:1', 'b:x']), /host:port.*"b:\*\*\*"/],
  ['cluster(seeds)[1]', 'seeds of which one asks for TLS', () => cluster(['redis://a', 'rediss://b']), /same scheme/],
  ['cluster(seeds)[1]', 'seeds with different passwords', () => cluster(['redis://u:p@a', 'redis://u:q@b']), /same scheme, user, password/],
  ['cluster(seeds)[0]', 'a socket file', () => cluster({ path: '/run/redis.sock' }), /expected a host/],
  ['cluster(seeds)[0]', 'a URL of a socket file', () => cluster('unix:///run/redis.sock'), /expected a host/],
  ['replication(seeds)[0]', 'null for a seed', () => replication([null] as never), /got null/],
  ['sentinel(seeds)', 'a URL with a login', () => sentinel('redis://u:p@s', 'main'), /without user, password and database/],
  ['sentinel(seeds)[0]', 'port 0', () => sentinel(['s:0'], 'main'), /host:port/],
  ['endpoints(list)', 'no endpoint', () => endpoints([]), /at least one/],
  ['endpoints(list)', 'nothing', () => endpoints(undefined as never), /expected addresses, or a function that gives them, got undefined/],
  ['endpoints(list)[1]', 'no address', () => endpoints(['a', 7] as never), /host:port/],
  ['endpoints(options).speaks', 'another dialect', () => endpoints('a', { speaks: 'resp2' as never }), /one of auto, plain/],
  [
    'endpoints(options).refuses',
    'another proxy',
    () => endpoints('a', { refuses: 'haproxy' as never }),
    /one of twemproxy, codis, predixy, envoy/,
  ],
  ['endpoints(options).refuses[0]', 'no command', () => endpoints('a', { refuses: [''] }), /non-empty/],
  ['endpoints(options).refreshMs', 'too short a period', () => endpoints('a', { refreshMs: 10 }), /from 100/],
  ['endpoints(options).balance', 'another balance', () => endpoints('a', { balance: 'all' as never }), /one of one, spread/],
  ['endpoints(options).refreshMS', 'an unknown option', () => endpoints('a', { refreshMS: 1 } as never), /did you mean refreshMs/],
  ['sentinel(name)', 'an empty name', () => sentinel(['s'], ''), /non-empty/],
  ['sentinel(name)', 'no name', () => sentinel(['s'], undefined as never), /non-empty/],
  [
    'sentinel(access).pasword',
    'an unknown option of the access',
    () => sentinel(['s'], 'main', { pasword: 'x' } as never),
    /did you mean password/,
  ],
];

describe('topology options', () => {
  for (const [what, made, expected] of GOOD) {
    it(`takes ${what}`, () => {
      const topology = made();
      assert.deepEqual(topology, expected);
      assert.ok(Object.isFrozen(topology));
    });

    it(`takes ${what} from a plain object too`, () => {
      const { url: _, ...resolved } = expected;
      const copy: TopologyOptions = structuredClone(expected);
      assert.deepEqual(resolveOptions({ topology: copy }).topology, resolved);
    });
  }

  for (const [path, what, made, message] of BAD) {
    it(`refuses at ${path}: ${what}`, () => {
      assert.throws(made, (error) => error instanceof OptionsError && error.path === path && message.test(error.message));
    });
  }

  it('keeps the TLS options of the sentinels by reference, and leaves them alone', () => {
    const tls = { ca: ['x'] };
    const topology = sentinel(['s'], 'main', { tls });
    assert.ok(topology.kind === 'sentinel' && topology.access.tls === tls && !Object.isFrozen(tls));
  });

  it('judges plain objects by the same rules', () => {
    const cases: readonly (readonly [topology: unknown, message: RegExp])[] = [
      ['redis://u:hunter2@h', /options\.topology: expected single\(…\).*got text$/],
      [{ kind: 'rings' }, /options\.topology: expected single/],
      [{ kind: 'cluster', seeds: ['a', 'b:x'] }, /options\.topology\.seeds\[1\]: expected/],
      [{ kind: 'cluster', nodes: ['a'] }, /options\.topology\.nodes: unknown option; known are kind, seeds, url/],
      [{ kind: 'single', address: 'a:0' }, /options\.topology\.address: expected/],
      [{ kind: 'single', address: 'a', url: { tls: 'yes' } }, /options\.topology\.url\.tls: expected true/],
      [{ kind: 'sentinel', seeds: ['redis://:p@s'], name: 'x' }, /options\.topology\.seeds: expected host:port/],
      [{ kind: 'endpoints' }, /options\.topology\.addresses: expected addresses, or a function that gives them/],
      [{ kind: 'endpoints', addresses: ['a', 'b:x'] }, /options\.topology\.addresses\[1\]: expected/],
      [{ kind: 'endpoints', addresses: ['a'], list: () => [] }, /options\.topology\.list: expected either addresses, or a function/],
      [{ kind: 'endpoints', addresses: ['a'], refuses: 7 }, /options\.topology\.refuses: expected a list of commands/],
      [{ kind: 'endpoints', addresses: ['a'], seeds: ['a'] }, /options\.topology\.seeds: unknown option/],
      [{ kind: 'sentinel', seeds: ['s'] }, /options\.topology\.name: expected/],
    ];
    for (const [topology, message] of cases) {
      assert.throws(() => resolveOptions({ topology: topology as TopologyOptions }), message);
    }
    const list = (): string[] => ['a'];
    for (const given of [endpoints(list), { kind: 'endpoints', list }] as TopologyOptions[]) {
      const { topology } = resolveOptions({ topology: given });
      assert.deepEqual(topology, { kind: 'endpoints', addresses: [], list, ...ENDPOINTS_DEFAULTS });
    }
    assert.deepEqual(resolveOptions({ topology: { kind: 'cluster', seeds: ['redis://:p@a'] } as never }).credentials, { password: 'p' });
  });
});
