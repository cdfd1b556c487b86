import assert from 'node:assert/strict';
import { SharedRefusal } from '../../../../lib/client/dispatch/shared-refusal.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';

describe('the error of refusals', () => {
  const make = (): Error => new Error('refused');
  const get = command('GET');

  it('is one in a loop, for one command and one reason', () => {
    const refusal = new SharedRefusal();
    assert.equal(refusal.of(get, 'full', 5, make), refusal.of(get, 'full', 5, make));
  });

  it('is another one for another command, reason or size', () => {
    const refusal = new SharedRefusal();
    const errors = [
      refusal.of(get, 'full', 5, make),
      refusal.of(command('SET'), 'full', 5, make),
      refusal.of(get, 'down', 5, make),
      refusal.of(get, 'down', 6, make),
    ];
    assert.equal(new Set(errors).size, 4);
  });

  it('is another one once the loop is over', async () => {
    const refusal = new SharedRefusal();
    const first = refusal.of(get, 'full', 5, make);
    await Promise.resolve();
    assert.notEqual(refusal.of(get, 'full', 5, make), first);
  });
});
