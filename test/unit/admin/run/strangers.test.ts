import assert from 'node:assert/strict';
import { strangersText } from '../../../../lib/admin/run/strangers.js';
import { type NodeSpec, threeShards } from '../cluster-states.js';

/** What each knows only of itself. */
const alone = (id: number): NodeSpec => ({ id, unknownIds: [7001, 7002, 7003, 7004, 7005, 7006] });

describe('what is said of nodes that do not know each other yet', () => {
  const rows: readonly (readonly [name: string, changes: readonly NodeSpec[], port: string | null, expected: RegExp | null])[] = [
    ['nothing where all know all', [], null, null],
    [
      'one newcomer and who does not know it',
      [alone(7007), { id: 7001, unknownIds: [7007] }, { id: 7002, unknownIds: [7007] }],
      null,
      /^10\.0\.0\.1:7007 and 10\.0\.0\.1:7001, .* and 3 others do not know each other yet$/,
    ],
    [
      'the pair, where it is one, and the port that cannot be reached',
      [{ id: 7001, unknownIds: [7007] }, { id: 7007 }],
      'ECONNREFUSED',
      /^10\.0\.0\.1:7001 and 10\.0\.0\.1:7007 do not know each other yet: port 17001 \(cluster bus\) of .*7001 cannot be reached from here either \(ECONNREFUSED\)$/,
    ],
    [
      'one of several pairs',
      [
        { id: 7001, unknownIds: [7002] },
        { id: 7003, unknownIds: [7004] },
      ],
      null,
      /^10\.0\.0\.1:7001 does not know 10\.0\.0\.1:7002 yet \(and 1 more pair\)$/,
    ],
    ['a node that cannot be asked', [{ id: 7003, down: true }], null, /^10\.0\.0\.1:7003 cannot be asked$/],
  ];
  for (const [name, changes, port, expected] of rows) {
    it(name, async () => {
      const { nodes, views } = threeShards(...changes);
      const text = await strangersText(views, [...nodes.values()], () => Promise.resolve(port));
      if (expected === null) assert.equal(text, null);
      else assert.match(text ?? '', expected);
    });
  }

  it('nodes that still have newcomers', async () => {
    const { nodes, views } = threeShards();
    const busy = new Map([...views].map(([id, view], index) => [id, { ...view, strangers: index === 0 ? 1 : 0 }]));
    assert.match((await strangersText(busy, [...nodes.values()], () => Promise.resolve(null))) ?? '', /^10\.0\.0\.1:7001 is still/);
  });
});
