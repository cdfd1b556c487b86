import assert from 'node:assert/strict';
import { ClosedError } from '../../../lib/errors.js';
import { Lease } from '../../../lib/pool/lease.js';
import type { PooledConnection } from '../../../lib/pool/pooled-connection.js';

const reason = new ClosedError('the pool closes');

describe('a lease', () => {
  let checkedIn: boolean[];
  let lease: Lease;
  beforeEach(() => {
    checkedIn = [];
    const pooled = { connection: {} } as unknown as PooledConnection; // all that a lease needs of it
    lease = new Lease(pooled, { checkIn: (_, dirty) => checkedIn.push(dirty), block: () => {} });
  });

  it('gives the connection back, and says whether it is dirty', () => {
    lease.release(true);
    assert.equal(lease.status, 'released');
    assert.deepEqual(checkedIn, [true]);
  });

  it('is ended by the pool for the first reason, and released after that', () => {
    lease.end(reason);
    lease.end(new ClosedError('another reason'));
    assert.equal(lease.status, 'ended');
    assert.equal(lease.ended, reason);
    lease.release(false);
    assert.deepEqual(checkedIn, [false]);
  });

  it('is not released twice', () => {
    lease.release(false);
    assert.throws(() => lease.release(false), ClosedError);
    assert.deepEqual(checkedIn, [false]);
  });

  it('is not ended once it is released', () => {
    lease.release(false);
    lease.end(reason);
    assert.equal(lease.status, 'released');
    assert.equal(lease.ended, null);
  });
});
