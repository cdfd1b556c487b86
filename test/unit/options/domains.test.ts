import assert from 'node:assert/strict';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { DEFAULTS, type Options } from '../../../lib/options/defaults.js';
import type { Domain } from '../../../lib/options/domains.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { assertOptionsError, type RefusedOptions } from './assert-options-error.js';

const zoneA = [{ match: '10.0.0.0/8', tags: { zone: 'a', use: 'video' } }];

/** A domain that inherits everything from a client with default options, with changes. */
function domain(name: string, changes: Partial<Domain> = {}): Domain {
  return {
    name,
    keys: [],
    reads: 'primary',
    replicas: [],
    fallback: [],
    offload: [],
    hedge: false,
    maxLagMs: 0,
    maxLagBytes: 0,
    zone: null,
    latencyWindowMs: null,
    timeoutMs: 10_000,
    keyPrefix: null,
    guard: null,
    ...changes,
  };
}

const BAD: RefusedOptions = [
  [{ domains: { a: { keyPrefix: '\ud800' } } }, /^options\.domains\.a\.keyPrefix: expected text/],
  [
    { domains: { video: { maxLagMs: 5 } } },
    /^options\.domains\.video\.maxLagMs: has no effect while options\.reads is primary; set options\.domains\.video\.reads/,
  ],
  [{ domains: { video: { reads: 'primary', zone: 'a' } } }, /^options\.domains\.video\.zone: has no effect while/],
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
  [
    { domains: { video: { keys: ['a', `${'a*'.repeat(500)}b`] } } },
    /^options\.domains\.video\.keys\[1\]: expected at most 32 wildcards a pattern, got 500$/,
  ],
  [
    { domains: { video: { keys: 'x'.repeat(1_025) } } },
    /^options\.domains\.video\.keys: expected at most 1024 characters a pattern, got 1025$/,
  ],
  [
    { domains: { video: { keys: 'v', guard: { read: '*'.repeat(33) } } } },
    /^options\.domains\.video\.guard\.read: expected at most 32 wildcards/,
  ],
  [{ domains: { video: { keys: Array(2_001).fill('v') } } }, /^options\.domains\.video\.keys: expected at most 2000 patterns, got 2001$/],
  [
    { domains: { a: { keys: Array(2_000).fill('a') }, b: { keys: 'b' } } },
    /^options\.domains: expected at most 2000 patterns of keys, got 2001$/,
  ],
  [{ domains: { video: { keys: 'v*', guard: 'v*' } } }, /^options\.domains\.video\.guard: expected a guard such as/],
  [
    { domains: { video: { keys: 'v*:x' }, voice: { keys: ['a', 'vo*x'] } } },
    /^options\.domains: the patterns v\*:x of video and vo\*x of voice can match one key, and neither is longer$/,
  ],
];

const GOOD: readonly (readonly [what: string, input: ClientOptions, expected: Partial<Options>])[] = [
  [
    'domains, which inherit from the client',
    { reads: 'replicaPreferred', timeoutMs: 70, nodes: zoneA, domains: { a: {}, b: { keys: 'b:*', reads: 'primary', timeoutMs: 5 } } },
    {
      reads: 'replicaPreferred',
      timeoutMs: 70,
      nodes: zoneA,
      domains: [domain('a', { reads: 'replicaPreferred', timeoutMs: 70 }), domain('b', { keys: ['b:*'], timeoutMs: 5 })],
    },
  ],
  [
    'a key prefix, which domains inherit, replace or do without',
    { keyPrefix: 'app:', domains: { a: {}, b: { keyPrefix: 'b:' }, c: { keyPrefix: '' } } },
    {
      keyPrefix: 'app:',
      domains: [domain('a', { keyPrefix: 'app:' }), domain('b', { keyPrefix: 'b:' }), domain('c')],
    },
  ],
  [
    'a guard, whose sides are the keys of the domain unless they are given',
    { domains: { a: { keys: 'a:*', guard: { write: [] } }, b: { guard: { read: '*', write: ['b:*', 'c'] } } } },
    {
      domains: [
        domain('a', { keys: ['a:*'], guard: { read: ['a:*'], write: [] } }),
        domain('b', { guard: { read: ['*'], write: ['b:*', 'c'] } }),
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
        domain('a', { reads: 'replica', replicas: [{ tags: { use: 'video' } }], fallback: ['anyReplica', 'primary'] }),
        domain('b', {
          reads: 'nearest',
          replicas: [{ tags: { zone: 'a' }, addresses: ['10.0.0.1:6379'] }, { addresses: ['10.0.*', '10.1.0.0/16'] }],
        }),
      ],
    },
  ],
  [
    'patterns that overlap in one domain, or at different lengths',
    { domains: { a: { keys: ['v*:x', 'vo*x'] }, b: { keys: 'v*' } } },
    {
      domains: [domain('a', { keys: ['v*:x', 'vo*x'] }), domain('b', { keys: ['v*'] })],
    },
  ],
];

describe('domains', () => {
  for (const [input, message] of BAD) {
    it(`says ${message.source.slice(1, 100)}`, () => assertOptionsError(input, message));
  }

  for (const [what, input, expected] of GOOD) {
    it(`takes ${what}`, () => assert.deepEqual(resolveOptions(input), { ...DEFAULTS, ...expected }));
  }

  it('compares patterns of the greatest size, however many there are', () => {
    const long = 'ab*'.repeat(31).padEnd(1_000, 'c');
    const domains = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`d${i}`, { keys: `${long}${i + 100}` }]));
    assert.equal(resolveOptions({ domains }).domains.length, 500);
  });
});
