import assert from 'node:assert/strict';
import { MoveLedger } from '../../../../lib/admin/ring/move-ledger.js';

const key = (name: string) => ({ key: Buffer.from(name), from: 'a', to: 'b', problem: 'why' });

describe('the ledger of a move', () => {
  it('counts what has moved, and what the last pass over each source left', () => {
    const ledger = new MoveLedger(10, 5, () => 0);
    ledger.begin('a').add('failures', key('k1'));
    const b = ledger.begin('b');
    for (let i = 0; i < 150; i++) b.add('conflicts', key(`c${i}`));
    ledger.moved(3, 300);
    ledger.moved(1, 50);
    ledger.scanned(7);
    assert.deepEqual(ledger.progress, { keys: 4, bytes: 350, scanned: 7, totalKeys: 10 });
    assert.deepEqual([ledger.left('failures').count, ledger.left('strays')], [1, { count: 0, first: [] }]);
    assert.deepEqual([ledger.left('conflicts').count, ledger.left('conflicts').first.length], [150, 100]);
    ledger.begin('a');
    assert.equal(ledger.left('failures').count, 0);
  });

  it('draws about as many samples as it is told to', () => {
    let chance = 0;
    const ledger = new MoveLedger(1_000, 100, () => (chance = (chance + 0.37) % 1));
    let drawn = 0;
    for (let i = 0; i < 1_000; i++) {
      if (!ledger.draws()) continue;
      drawn++;
      ledger.remember({ key: Buffer.from(`k${i}`), from: 'a', endsAtMs: null });
    }
    assert.ok(drawn >= 90 && drawn <= 100, `${drawn}`);
    assert.equal(ledger.samples.length, drawn);
  });
});
