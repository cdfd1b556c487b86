import assert from 'node:assert/strict';
import { DeploymentBus } from '../../../../lib/client/nodes/deployment-bus.js';

describe('DeploymentBus', () => {
  it('lets an error of a listener go on to the emitting code, as a plain call would', () => {
    const bus = new DeploymentBus();
    const calls: string[] = [];
    bus
      .on('changed', () => calls.push('first'))
      .on('changed', () => {
        throw new Error('a defect');
      })
      .on('changed', () => calls.push('third'));
    assert.throws(() => bus.emit('changed'), /a defect/);
    assert.deepEqual(calls, ['first']);
  });
});
