import assert from 'node:assert/strict';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { resolveGroup, resolveOptions } from '../../../lib/options/resolve.js';
import { cluster, endpoints, replication, sentinel, single } from '../../../lib/options/topology.js';
import { assertOptionsError, type RefusedOptions } from './assert-options-error.js';

const topology = cluster(['10.0.0.1:7000']);

const BAD: RefusedOptions = [
  [{ topology, previous: 'redis://h' }, /^options\.previous: expected single\(…\)/],
  [{ topology, previous: cluster(['10.0.0.1:7000']) }, /^options\.previous: expected another place than topology/],
  [
    { topology: single('unix:///run/redis.sock'), previous: single('h') },
    /^options\.previous: expected a topology by host and port, .* got \/run\/redis\.sock$/,
  ],
  [{ topology, previous: endpoints(['p:1']) }, /^options\.previous: expected servers in both places/],
  [{ topology: endpoints(['p:1']), previous: topology }, /^options\.previous: expected servers in both places/],
  [{ topology, previos: single('h') }, /^options\.previos: unknown option; did you mean previous\?$/],
];

const own = (given: ClientOptions): object => {
  const { previous } = resolveOptions({ topology, ...given });
  assert.ok(previous !== null);
  const { credentials, tls, database } = previous;
  return { credentials, tls, database };
};

/** How the previous servers are reached. */
const access: readonly (readonly [title: string, given: ClientOptions, access: object])[] = [
  ['as the new ones', { previous: single('h'), password: 'p' }, { credentials: { password: 'p' }, tls: null, database: 0 }],
  [
    'as their URL says',
    { previous: single('redis://u:q@h/3'), password: 'p' },
    { credentials: { username: 'u', password: 'q' }, tls: null, database: 3 },
  ],
  [
    'without TLS, where their URL does not say so',
    { previous: single('redis://h'), tls: true },
    { credentials: null, tls: null, database: 0 },
  ],
  [
    'with the TLS options of the client',
    { previous: replication(['rediss://h']), tls: { servername: 'x' } },
    { credentials: null, tls: { servername: 'x' }, database: 0 },
  ],
  ['with TLS, where only their URL says so', { previous: replication(['rediss://h']) }, { credentials: null, tls: {}, database: 0 }],
];

describe('the option previous', () => {
  for (const [input, message] of BAD) it(`refuses: ${message}`, () => assertOptionsError(input, message));

  for (const [title, given, expected] of access) it(`reaches the previous servers ${title}`, () => assert.deepEqual(own(given), expected));

  it('is not that of other groups of the same sentinels', () => {
    const client = resolveOptions({ topology: sentinel(['s'], 'main'), previous: single('h') });
    assert.equal(resolveGroup(client, 'other', {}).previous, null);
  });

  it('asks the previous servers with keys as they are, and primaries only', () => {
    const { previous } = resolveOptions({
      topology,
      previous: sentinel(['s'], 'main'),
      keyPrefix: 'app:',
      reads: 'replica',
      domains: { news: { keys: ['news:*'] } },
      hedge: true,
      pool: { minExclusive: 3 },
      timeoutMs: 500,
    });
    assert.ok(previous !== null);
    assert.deepEqual(
      [
        previous.keyPrefix,
        previous.reads,
        previous.domains,
        previous.hedge,
        previous.pool.minExclusive,
        previous.timeoutMs,
        previous.previous,
      ],
      [null, 'primary', [], false, 0, 500, null],
    );
  });
});
