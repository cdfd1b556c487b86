import assert from 'node:assert/strict';
import { planReshard } from '../../../../lib/admin/plans/reshard.js';
import { bigKeyFindings, bigSlotsLast, moveMs, withoutSlots } from '../../../../lib/admin/preflight/big-keys.js';
import type { BigKey } from '../../../../lib/admin/preflight/slot-content.js';
import { idOf, threeShards } from '../cluster-states.js';
import { stepTexts } from '../plans/assert-plan.js';
import { textsOf, withTold } from './told.js';

const MIB = 1_048_576;
const big = (given: Partial<BigKey> = {}): BigKey => ({
  slot: 7,
  key: Buffer.from('big{k}'),
  bytes: 203 * MIB,
  type: 'hash',
  length: 200_000,
  ...given,
});

describe('large keys', () => {
  const state = (timeout?: string) =>
    withTold(threeShards(), timeout === undefined ? {} : { 7001: { config: { 'cluster-node-timeout': timeout } } });
  const findings = (keys: readonly BigKey[], timeout?: string): string[] => {
    const [from, to] = state(timeout).nodes.values();
    assert.ok(from !== undefined && to !== undefined);
    return textsOf(bigKeyFindings({ from, to }, keys));
  };

  it('are named with their slot, size and what they block', () => {
    assert.deepEqual(findings([big()]), ['note: slot 7: key "big{k}" (hash, 203 MiB) blocks both nodes for about 1 s while it moves']);
  });

  it('are shown as the bytes of their names allow', () => {
    assert.match(findings([big({ key: Buffer.from('\u001b[2J"\n') })]).join(), /key "\\u001b\[2J\\"\\n"/);
  });

  it('that block for longer than half of cluster-node-timeout are said to', () => {
    assert.match(findings([big()], '2000').join(), /while it moves, and others may take them for down \(cluster-node-timeout 2000\)$/);
    assert.match(findings([big()], '15000').join(), /while it moves$/);
  });

  it('are not all named', () => {
    const texts = findings(Array.from({ length: 9 }, (_, slot) => big({ slot })));
    assert.equal(texts.length, 6);
    assert.match(texts.at(-1) ?? '', /^note: 4 more keys of 8 MiB or more from 10\.0\.0\.1:7001$/);
  });

  it('cost by their type and elements', () => {
    const ms = (type: string, bytes: number, length: number): number => Math.round(moveMs({ type, bytes: bytes * MIB, length }) / 100) / 10;
    assert.deepEqual(
      [
        ms('string', 224, 2e8),
        ms('list', 180, 3e6),
        ms('zset', 193, 2e6),
        ms('hash', 214, 2e6),
        ms('hash', 203, 2e5),
        ms('unknown', 100, 0),
      ],
      [0.9, 0.3, 2.8, 3.9, 1.1, 0.4],
    );
  });

  const plan = () => planReshard(threeShards(), { from: ['7001f', '7002f'], to: '7003f', slots: [1, 2, 3, 5_461, 5_462] });

  it('have their slots moved last, those of each source in a step of its own', () => {
    const slots = new Map([
      [idOf(7001), new Set([2])],
      [idOf(7002), new Set([5_461, 5_462, 9_000])],
    ]);
    const ordered = bigSlotsLast(plan(), slots);
    assert.deepEqual(stepTexts(ordered), [
      'move 2 slots from 7001 to 7003: 1,3',
      'move 1 slot from 7001 to 7003: 2',
      'move 2 slots from 7002 to 7003: 5461-5462',
    ]);
    assert.equal(ordered.steps.at(-1)?.do, 'settle');
    const same = plan();
    assert.equal(bigSlotsLast(same, new Map()), same);
  });

  it('stay with their slots if they are to be skipped', () => {
    const left = withoutSlots(plan(), new Map([[idOf(7001), new Set([2])]]), 1_000);
    assert.deepEqual(stepTexts(left), ['move 2 slots from 7001 to 7003: 1,3', 'move 2 slots from 7002 to 7003: 5461-5462']);
    assert.equal(left.title, 'move 5 slots to 10.0.0.1:7003, but 1 slot with large keys');
    assert.deepEqual(left.notes, ['slots 2 stay where they are: they have keys of more than 1,000 bytes (--skip-larger)']);
    const none = withoutSlots(
      plan(),
      new Map([
        [idOf(7001), new Set([1, 2, 3])],
        [idOf(7002), new Set([5_461, 5_462])],
      ]),
      1_000,
    );
    assert.deepEqual(none.steps, []);
    assert.equal(none.title, 'nothing to move but slots with large keys');
  });
});
