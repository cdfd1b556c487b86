import assert from 'node:assert/strict';
import { moveLines, moveText, type TimedReport, withPicture } from '../../../../../lib/admin/cli/top/moves.js';
import { parseSlotsText, slotsText } from '../../../../../lib/admin/slot-list.js';
import type { OpenMove } from '../../../../../lib/admin/state/open-moves.js';
import { rowOf } from './samples.js';

const slotsOf = (text: string): number[] => parseSlotsText(text) ?? [];

/** A picture of two primaries `a:1` and `b:1`, and `r:1`, the replica of the first. */
function picture(
  atMs: number,
  a: string,
  b: string,
  moves: readonly OpenMove[] = [],
  keys: readonly [number, number] = [0, 0],
): TimedReport {
  const rows = [
    rowOf('a:1', { slots: slotsOf(a), keys: keys[0] }),
    rowOf('r:1', { slots: [], role: 'replica', depth: 1 }),
    rowOf('b:1', { slots: slotsOf(b), keys: keys[1] }),
  ];
  return { atMs, report: { kind: 'cluster', title: '', rows, problems: [], jobs: [], moves } };
}

const textsOf = (...pictures: readonly TimedReport[]): string[] => moveLines(pictures, () => 250).map(moveText);
const open = (slot: number): OpenMove => ({ from: 'a:1', to: 'b:1', slots: [slot], state: 'open' });
const job: OpenMove = { from: 'a:1', to: 'b:1', slots: slotsOf('0-49'), state: 'snapshotting' };

describe('moves under way', () => {
  const cases: readonly (readonly [what: string, pictures: readonly TimedReport[], expected: readonly string[]])[] = [
    ['are none in a quiet cluster', [picture(0, '0-99', '100-199'), picture(2_000, '0-99', '100-199')], []],
    ['are none before the first picture', [], []],
    ['have no pace in the first picture', [picture(0, '0-99', '100-199', [open(5)])], ['moving a:1 to b:1: slot 5, 250 keys/s']],
    [
      'have the pace of the slots that changed hands',
      [picture(0, '0-99', '100-199'), picture(2_000, '40-99', '0-39,100-199', [open(40)])],
      ['moving a:1 to b:1: slot 40, 20 slots/s, 250 keys/s'],
    ],
    [
      'are seen between two slots, too',
      [picture(0, '0-99', '100-199'), picture(2_000, '5-99', '0-4,100-199')],
      ['moving a:1 to b:1: 2.5 slots/s, 250 keys/s'],
    ],
    [
      'are shown for both ways',
      [picture(0, '0-99', '100-199'), picture(1_000, '1-100', '0,101-199')],
      ['moving b:1 to a:1: 1.0 slots/s, 250 keys/s', 'moving a:1 to b:1: 1.0 slots/s, 250 keys/s'],
    ],
    [
      'by a job have the pace of its target, and the time that the rest takes',
      [picture(0, '0-99', '', [job], [10_000, 0]), picture(2_000, '0-99', '', [job], [10_000, 1_000])],
      ['moving a:1 to b:1: 50 slots (0-49), atomic migration: snapshotting, 500 keys/s, about 8 s left'],
    ],
    [
      'by a job that has just begun have neither',
      [picture(0, '0-99', ''), picture(2_000, '0-99', '', [job])],
      ['moving a:1 to b:1: 50 slots (0-49), atomic migration: snapshotting'],
    ],
    [
      'from nodes that nobody knows say so',
      [picture(0, '0-99', '', [{ ...open(7), from: null }])],
      ['moving an unknown node to b:1: slot 7, 250 keys/s'],
    ],
  ];
  for (const [what, pictures, expected] of cases) it(what, () => assert.deepEqual(textsOf(...pictures), expected));

  it('are not what a failover does', () => {
    const [before, after] = [picture(0, '0-99', '100-199'), picture(2_000, '', '100-199')];
    const rows = after.report.rows.map((row) => (row.name === 'r:1' ? { ...row, slots: slotsOf('0-99') } : row));
    assert.deepEqual(textsOf(before, { ...after, report: { ...after.report, rows } }), []);
  });

  it('are judged by the last pictures', () => {
    let pictures: TimedReport[] = [];
    for (let at = 0; at < 20; at++) pictures = withPicture(pictures, picture(at, '0', '1'));
    assert.deepEqual(
      pictures.map(({ atMs }) => atMs),
      [14, 15, 16, 17, 18, 19],
    );
    assert.equal(slotsText(pictures[0]?.report.rows[0]?.slots ?? []), '0');
  });
});
