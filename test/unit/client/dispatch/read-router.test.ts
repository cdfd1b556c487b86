import assert from 'node:assert/strict';
import { ReadRouter, readPolicyOf } from '../../../../lib/client/dispatch/read-router.js';
import type { Deployment } from '../../../../lib/client/nodes/deployment.js';
import type { Node } from '../../../../lib/pool/node.js';
import { type Call, type CallOwner, NO_DEADLINE, newCall, SETTLED, takePromise } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { ReadPolicy } from '../../../../lib/routing/reads/read-preference.js';
import type { Router } from '../../../../lib/routing/router.js';

const node = (key: string, load = 0, reachable = true): Node =>
  ({ key, load, fallbacks: 0, hedged: 0, hedgeWins: 0, unreachableReason: reachable ? null : new Error('down') }) as unknown as Node; // as far as it is looked at

interface Case {
  readonly candidates: readonly Node[];
  readonly isFallback?: boolean;
  /** The candidates that have the writes of the session; null: the primary must serve. Without it there is no session. */
  readonly able?: readonly Node[] | null;
  readonly choose?: (() => Node) | 'throws';
}

const primary = node('primary');

/** The router of one shard, whose picker takes the first candidate; and a read of a view with its policy. */
function prepare({ candidates, isFallback = false, able, choose }: Case) {
  const policy = { choose: choose === undefined ? null : choose } as unknown as ReadPolicy;
  const router = {
    sharded: false,
    shardFor: () => 0,
    primaryOf: () => primary,
    pickerOf: () => ({ nodes: candidates, isFallback, pick: () => candidates[0] ?? null }),
    askFunction: () => {
      if (typeof choose === 'function') return choose();
      throw new Error('a mistake of the function');
    },
  } as unknown as Router;
  const counters = { fallbacks: 0, hedged: 0, hedgeWins: 0 };
  const usage = { commands: 1, bytes: 0 };
  const session = able === undefined ? null : { allowed: () => able };
  const view = { usage, counters, session, policyOf: () => policy } as unknown as CallOwner;
  const call = newCall(command('GET'), ['k'], null, 0, view, NO_DEADLINE);
  takePromise().catch(() => {});
  const nodes = new Map([primary, ...candidates].map((each) => [each.key, each]));
  const reads = new ReadRouter({ router, nodes } as unknown as Deployment);
  const readerOf = (): string | null => reads.readerOf(router, 0, policy, call, -1)?.key ?? null;
  return { reads, call, counters, usage, readerOf };
}

describe('the router of reads', () => {
  const [a, b, c] = [node('a', 5), node('b', 3), node('c', 4)];
  const cases: readonly (readonly [what: string, given: Case, reader: string | null])[] = [
    ['the node that the policy picks', { candidates: [a, b] }, 'a'],
    ['no node where the policy has none', { candidates: [] }, null],
    ['the node that the function chooses', { candidates: [a, b], choose: () => b }, 'b'],
    ['the picked node if it has the writes of the session', { candidates: [a, b], able: [a] }, 'a'],
    ['the least loaded of those that have them, if another was picked', { candidates: [a, b, c], able: [c, b] }, 'b'],
    ['the primary where no candidate has them', { candidates: [a, b], able: null }, 'primary'],
  ];
  for (const [what, given, reader] of cases) {
    it(`chooses ${what}`, () => assert.equal(prepare(given).readerOf(), reader));
  }

  it('rejects the call whose function makes a mistake, and counts it no more', () => {
    const { call, usage, readerOf } = prepare({ candidates: [a], choose: 'throws' });
    assert.equal(readerOf(), null);
    assert.deepEqual([call.state, usage.commands], [SETTLED, 0]);
  });

  it('counts what a fallback found', () => {
    const [reader, counters] = [node('d'), prepare({ candidates: [] }).counters];
    const fallback = prepare({ candidates: [reader], isFallback: true });
    fallback.readerOf();
    assert.deepEqual([reader.fallbacks, fallback.counters.fallbacks, counters.fallbacks], [1, 1, 0]);
  });

  const seconds: readonly (readonly [what: string, given: Case, second: string | null])[] = [
    ['the least loaded of the others', { candidates: [a, b, c] }, 'c'],
    ['none where there is only the first', { candidates: [b] }, null],
    ['none that cannot be reached', { candidates: [b, node('e', 0, false)] }, null],
    ['none for a function, which chooses by itself', { candidates: [a, b], choose: () => a }, null],
    ['only one that has the writes of the session', { candidates: [a, b, c], able: [a, b] }, 'a'],
    ['none where the primary must serve the session', { candidates: [a, b], able: null }, null],
  ];
  for (const [what, given, second] of seconds) {
    it(`asks as the second of a hedged read that b is late for: ${what}`, () => {
      const { reads, call } = prepare(given);
      assert.equal(reads.secondReaderOf(call, -1, 'b')?.key ?? null, second);
    });
  }

  it('counts a hedged read for the node and for the domain', () => {
    const asked = node('f');
    const { reads, call, counters } = prepare({ candidates: [asked] });
    reads.countHedge(call, 'f', 'hedged');
    reads.countHedge(call, 'of a node that left', 'hedged');
    assert.deepEqual([asked.hedged, counters.hedged], [1, 2]);
  });

  it('sends to the primary what does not only read', () => {
    const { call } = prepare({ candidates: [a] });
    const write: Call = newCall(command('SET'), ['k', 'v'], null, 0, call.owner, NO_DEADLINE);
    assert.equal(readPolicyOf(write), null);
    assert.notEqual(readPolicyOf(call), null);
  });
});
