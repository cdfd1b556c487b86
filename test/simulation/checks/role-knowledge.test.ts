import assert from 'node:assert/strict';
import type { RoleWord } from '../books.js';
import type { DeploymentKind } from '../topologies/deployment.js';
import { RoleKnowledge } from './role-knowledge.js';

/** `B says A is the replica`, `B says A owns 5 at 3`: nodes are single letters, sentinels have an S in front. */
function wordOf(text: string, at: number): RoleWord {
  const [, teller = '', node = '', what = '', slot, epoch] =
    /^(\S+) says (\S+) (is a primary|is a replica|owns)(?: (\d+))?(?: at (\d+))?$/.exec(text) ?? [];
  assert.ok(teller !== '', text);
  const slots = slot === undefined ? null : [[Number(slot), Number(slot)] as const];
  return { at, reader: '', teller, node, isPrimary: what !== 'is a replica', slots, epoch: epoch === undefined ? null : Number(epoch) };
}

/** When it could have been known that A is not the primary of slot 5: the number of the word; null: not. */
function knownAt(kind: DeploymentKind, words: readonly string[]): number | null {
  const knowledge = new RoleKnowledge(kind, 'A', kind === 'cluster' ? 5 : null, (address) => !address.startsWith('S'));
  for (const [at, word] of words.entries()) knowledge.take(wordOf(word, at));
  return knowledge.knownAt;
}

type Case = readonly [name: string, words: readonly string[], knownAt: number | null];

const ofCluster: readonly Case[] = [
  ['nothing was said', [], null],
  ['it has the slot', ['B says A owns 5 at 1', 'A says A owns 5 at 1'], null],
  ['it says itself that it is a replica', ['A says A owns 5 at 1', 'A says A is a replica'], 1],
  ['another says that it is a replica', ['A says A owns 5 at 1', 'B says A is a replica'], null],
  ['it answers MOVED', ['A says A owns 5 at 1', 'A says B owns 5'], 1],
  ['a third node answers MOVED', ['A says A owns 5 at 1', 'C says B owns 5'], null],
  ['another has the slot with a higher epoch', ['A says A owns 5 at 1', 'C says B owns 5 at 2'], 1],
  ['another has the slot with the same epoch, as late gossip says', ['A says A owns 5 at 2', 'C says B owns 5 at 2'], null],
  ['another has the slot with a lower epoch', ['A says A owns 5 at 2', 'C says B owns 5 at 1'], null],
  ['another has the slot, and nobody ever said that it has it', ['C says B owns 5 at 2'], null],
  ['another has another slot with a higher epoch', ['A says A owns 5 at 1', 'C says B owns 6 at 2'], null],
  ['a late node repeats the old epoch', ['A says A owns 5 at 1', 'C says B owns 5 at 2', 'D says A owns 5 at 1'], 1],
  ['it comes back with a higher epoch', ['A says A owns 5 at 1', 'C says B owns 5 at 2', 'D says A owns 5 at 3'], null],
  ['it says ROLE master, and others a higher epoch', ['A says A owns 5 at 1', 'C says B owns 5 at 2', 'A says A is a primary'], 1],
  ['it says ROLE master after READONLY', ['A says A is a replica', 'A says A is a primary'], null],
  ['it says READONLY, others the old view, which has an epoch', ['A says A is a replica', 'B says A owns 5 at 1'], null],
  ['it gives the slot back: MOVED, then its own view', ['A says B owns 5', 'A says A owns 5 at 4'], null],
  ['who has the slot gives it back: MOVED', ['A says A owns 5 at 1', 'A says B owns 5 at 2', 'B says A owns 5'], null],
  ['who has the slot gives it back: its view', ['A says A owns 5 at 2', 'A says B owns 5 at 3', 'B says A owns 5 at 1'], null],
  ['a third node redirects to it', ['A says A is a replica', 'C says A owns 5'], null],
  ['it lost the slot twice', ['A says A owns 5 at 1', 'A says B owns 5', 'A says A owns 5 at 3', 'C says B owns 5 at 4'], 3],
];

const byAddress: readonly Case[] = [
  ['it says itself that it is a replica, and nobody else says anything', ['A says A is a primary', 'A says A is a replica'], null],
  ['another is there by then, which is the primary', ['A says A is a replica', 'B says B is a primary'], 1],
  ['another one, which is a replica as well', ['A says A is a replica', 'B says B is a replica'], null],
  ['the other redirects to it', ['A says A is a replica', 'B says B is a primary', 'B says A is a primary'], null],
  ['the address leads back to it', ['A says A is a replica', 'B says B is a primary', 'A says A is a primary'], null],
];

const ofSentinels: readonly Case[] = [
  ['nothing was said', [], null],
  ['it says itself that it is a replica', ['A says A is a primary', 'A says A is a replica'], 1],
  ['a sentinel names another, which has not said so itself', ['A says A is a primary', 'S1 says B is a primary'], null],
  ['a sentinel names another, which says so itself', ['A says A is a primary', 'S1 says B is a primary', 'B says B is a primary'], 2],
  ['another said so itself before a sentinel names it', ['A says A is a primary', 'B says B is a primary', 'S1 says B is a primary'], null],
  ['another says so itself, and no sentinel names it', ['A says A is a primary', 'B says B is a primary'], null],
  [
    'a sentinel that is late names it again',
    ['A says A is a primary', 'B says B is a primary', 'S1 says B is a primary', 'S2 says A is a primary'],
    null,
  ],
  [
    'it still calls itself a primary, cut off from the others',
    ['A says A is a primary', 'S1 says B is a primary', 'B says B is a primary', 'A says A is a primary'],
    2,
  ],
  [
    'it was promoted, and sentinels do not know yet',
    ['B says B is a primary', 'A says A is a replica', 'S1 says B is a primary', 'A says A is a primary'],
    null,
  ],
  [
    'it is being promoted, by the word of the leader and its own',
    [
      'A says A is a primary',
      'S1 says B is a primary',
      'B says B is a primary',
      'S1 says A is a primary',
      'S1 says B is a primary',
      'A says A is a primary',
    ],
    null,
  ],
  [
    'a sentinel that was cut off names the old primary',
    ['S1 says A is a primary at 1', 'A says A is a primary', 'S2 says B is a primary at 0', 'B says B is a primary'],
    null,
  ],
  ['it was demoted, and promoted again', ['A says A is a primary', 'A says A is a replica', 'A says A is a primary'], null],
  [
    'another, which was the primary before it, is named by who is late',
    ['B says B is a primary', 'A says A is a primary', 'S1 says B is a primary'],
    null,
  ],
  [
    'the other one was demoted again',
    ['A says A is a primary', 'B says B is a primary', 'B says B is a replica', 'S1 says B is a primary'],
    null,
  ],
  ['a replica says whom it follows', ['A says A is a primary', 'B says B is a primary', 'C says B is a primary'], null],
];

describe('simulation: what could be known of roles', () => {
  for (const [name, words, expected] of ofCluster) {
    it(`cluster: ${name}`, () => assert.equal(knownAt('cluster', words), expected));
  }

  for (const [name, words, expected] of ofSentinels) {
    it(`sentinel: ${name}`, () => assert.equal(knownAt('sentinel', words), expected));
  }

  for (const [name, words, expected] of byAddress) {
    it(`single: ${name}`, () => assert.equal(knownAt('single', words), expected));
  }

  it('replication: replicas that begin to follow it outweigh what it said before', () => {
    const demoted = ['C says B is a primary', 'A says A is a replica'];
    assert.equal(knownAt('replication', [...demoted, 'C says A is a primary']), null);
    assert.equal(knownAt('replication', ['C says A is a primary', 'A says A is a replica', 'C says A is a primary']), 1);
    assert.equal(knownAt('sentinel', [...demoted, 'C says A is a primary']), 1);
    const handedBack = ['C says A is a primary', 'A says A is a replica', 'C says C is a primary', 'C says A is a primary'];
    assert.equal(knownAt('replication', handedBack), null);
  });

  it('replication: the word of the node itself counts', () => {
    assert.equal(knownAt('replication', ['A says A is a primary', 'A says A is a replica']), 1);
    assert.equal(knownAt('replication', ['A says A is a primary', 'B says B is a primary']), null);
  });
});
