import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { ConnectionConfig } from '../../../lib/connection/connection.js';
import { UnblockConnection } from '../../../lib/pool/unblock-connection.js';
import { UnblockConnections } from '../../../lib/pool/unblock-connections.js';

describe('the unblock connections of a pool', () => {
  let time: sinon.SinonFakeTimers;
  let destroyed: UnblockConnection[];
  let connections: UnblockConnections;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    destroyed = [];
    // Nothing is opened before the first tick or the first CLIENT UNBLOCK.
    sinon.stub(UnblockConnection.prototype, 'destroy').callsFake(function (this: UnblockConnection) {
      destroyed.push(this);
    });
    connections = new UnblockConnections({} as ConnectionConfig, 1_000, () => {});
  });
  afterEach(() => sinon.restore());

  it('are one for all calls of a generation', () => {
    assert.equal(connections.acquire(), connections.acquire());
  });

  it('close when no call has needed them for a while', () => {
    const unblock = connections.acquire();
    connections.acquire();
    connections.release(unblock);
    time.tick(5_000);
    assert.deepEqual(destroyed, [], 'a call needs it');
    connections.release(unblock);
    time.tick(999);
    assert.deepEqual(destroyed, []);
    assert.equal(connections.acquire(), unblock, 'it is used again');
    time.tick(5_000);
    assert.deepEqual(destroyed, []);
    connections.release(unblock);
    time.tick(1_000);
    assert.deepEqual(destroyed, [unblock]);
    assert.notEqual(connections.acquire(), unblock);
  });

  it('stay with the calls of their generation, and no longer', () => {
    const old = connections.acquire();
    connections.clear();
    const current = connections.acquire();
    assert.notEqual(current, old);
    assert.deepEqual(destroyed, []);
    connections.release(old);
    assert.deepEqual(destroyed, [old]);
    connections.release(current);
    connections.clear();
    assert.deepEqual(destroyed, [old, current], 'no call needed it');
  });

  it('tick while calls need them', () => {
    const tick = sinon.stub(UnblockConnection.prototype, 'tick');
    const old = connections.acquire();
    connections.clear();
    const current = connections.acquire();
    connections.release(current);
    connections.tick();
    assert.deepEqual(tick.thisValues, [old]);
  });

  it('close as soon as no call needs them once they are stopped', () => {
    const idle = connections.acquire();
    const needed = connections.acquire();
    connections.clear();
    connections.release(connections.acquire());
    connections.stop();
    assert.equal(destroyed.length, 1);
    connections.release(idle);
    assert.equal(destroyed.length, 1);
    connections.release(needed);
    assert.equal(destroyed.length, 2);
    time.tick(5_000);
    assert.equal(destroyed.length, 2);
  });

  it('close at once when they are destroyed', () => {
    const old = connections.acquire();
    connections.clear();
    const current = connections.acquire();
    connections.destroy();
    assert.deepEqual(destroyed, [old, current]);
  });
});
