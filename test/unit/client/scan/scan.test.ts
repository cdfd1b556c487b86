import assert from 'node:assert/strict';
import type { Client } from '../../../../lib/client/client.js';
import { type Scan, scanCluster, scanOne } from '../../../../lib/client/scan/scan.js';
import type { View } from '../../../../lib/client/view.js';
import type { CallTarget } from '../../../../lib/protocol/call-target.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../../../lib/protocol/command-spec.js';

const keys: Scan<string> = {
  spec: command('SCAN'),
  before: [],
  after: ['COUNT', 10],
  width: 1,
  item: (first) => first.toString(),
  dedupeLimit: 1_000,
};
const plainView = { withMode: () => plainView } as unknown as View; // a scan only asks it for bytes

/** A client whose server answers these, in turn: a page of SCAN, or what CLUSTER NODES says of the slots of the node that is asked. */
class Script {
  readonly targets: CallTarget[] = [];
  readonly client = {
    snapshot: null,
    wake: () => {},
    runAt: async (spec: CommandSpec, args: readonly Arg[], _: View, target: CallTarget): Promise<unknown> => {
      const [answer] = this.answers.splice(0, 1);
      if (typeof answer === 'string') {
        assert.equal(spec.name, 'CLUSTER NODES');
        return `a 127.0.0.1:7000@17000 myself,master - 0 0 1 connected ${answer}\n`;
      }
      assert.ok(spec.name === 'SCAN' && answer !== undefined, spec.name);
      this.targets.push({ ...target });
      const [cursor, next, ...found] = answer;
      assert.equal(args[0], cursor);
      return [next, found.map((key) => Buffer.from(key))];
    },
  } as unknown as Client; // all that a scan needs of it

  constructor(readonly answers: (string | readonly [cursor: string, next: string, ...keys: string[]])[]) {}
}

async function all(items: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('a scan', () => {
  it('has all pages from the process that gave the first', async () => {
    const script = new Script([
      ['0', '7', 'a'],
      ['7', '9', 'b'],
      ['9', '0', 'c'],
    ]);
    assert.deepEqual(await all(scanOne(script.client, plainView, keys)), ['a', 'b', 'c']);
    const [first, ...others] = script.targets;
    assert.equal(others.length, 2);
    for (const { pinned } of others) assert.ok(pinned !== undefined && pinned === first?.pinned && pinned.isPinned);
  });

  it('gives what the server gives twice once', async () => {
    const script = new Script([
      ['0', '7', 'a', 'b'],
      ['7', '0', 'b', 'c'],
    ]);
    assert.deepEqual(await all(scanOne(script.client, plainView, keys)), ['a', 'b', 'c']);
  });

  // Slots: 15495 of a, 3300 of b, 7365 of c.
  it('of a cluster gives keys once whose slots are scanned again', async () => {
    // All slots but those up to 5,000 came while the node was scanned.
    const script = new Script(['0-5000', ['0', '0', 'b', 'c'], '0-16383', '0-16383', ['0', '7', 'a', 'b'], ['7', '0', 'c'], '0-16383']);
    assert.deepEqual(await all(scanCluster(script.client, plainView, keys)), ['b', 'c', 'a']);
    assert.deepEqual(script.answers, []);
  });

  it('of a cluster scans slots again that left meanwhile', async () => {
    const script = new Script(['0-16383', ['0', '0', 'b'], '0-5000', '0-16383', ['0', '0', 'a', 'b', 'c'], '0-16383']);
    assert.deepEqual(await all(scanCluster(script.client, plainView, keys)), ['b', 'a', 'c']);
  });
});
