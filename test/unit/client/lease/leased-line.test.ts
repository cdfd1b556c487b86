import assert from 'node:assert/strict';
import { LeasedLine } from '../../../../lib/client/lease/leased-line.js';
import { type Call, newCall } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';

const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {} };
const call = (key: string): Call => newCall(command('GET'), [key], null, 0, owner, 0);

function lineThatHolds(...keys: string[]): { line: LeasedLine; sent: string[]; go: Map<string, () => void> } {
  const sent: string[] = [];
  const go = new Map<string, () => void>();
  const line = new LeasedLine(
    ({ args }, goOn) => {
      if (!keys.includes(String(args[0]))) return false;
      go.set(String(args[0]), goOn);
      return true;
    },
    ({ args }) => sent.push(String(args[0])),
  );
  return { line, sent, go };
}

describe('the line of a leased connection', () => {
  it('sends at once what need not wait', () => {
    const { line, sent } = lineThatHolds();
    for (const key of ['a', 'b']) line.add(call(key));
    assert.deepEqual(sent, ['a', 'b']);
    assert.equal(line.isHeld, false);
  });

  it('sends the others behind what waits, in order', () => {
    const { line, sent, go } = lineThatHolds('b', 'd');
    for (const key of ['a', 'b', 'c', 'd', 'e']) line.add(call(key));
    assert.deepEqual(sent, ['a']);
    go.get('b')?.();
    assert.deepEqual(sent, ['a', 'b', 'c']);
    go.get('d')?.();
    assert.deepEqual(sent, ['a', 'b', 'c', 'd', 'e']);
    assert.equal(line.isHeld, false);
  });

  it('goes on when what waits is settled, and does not send what is', () => {
    const { line, sent, go } = lineThatHolds('a');
    const [first, second] = [call('a'), call('b')];
    for (const one of [first, second, call('c')]) line.add(one);
    second.state = 2;
    line.settled();
    assert.deepEqual(sent, []);
    first.state = 2;
    line.settled();
    assert.deepEqual(sent, ['c']);
    go.get('a')?.();
    assert.deepEqual(sent, ['c']);
  });
});
