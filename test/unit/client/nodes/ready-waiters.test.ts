import assert from 'node:assert/strict';
import sinon from 'sinon';
import { type Readiness, ReadyWaiters } from '../../../../lib/client/nodes/ready-waiters.js';
import { ConnectError, TopologyError } from '../../../../lib/errors.js';

/** Two shards, whose primaries have a ready connection, or none, or cannot be reached. */
class ScriptedReadiness {
  readonly opened: number[] = [];
  readonly warmed: number[] = [];
  readonly primaries = [0, 1].map((index) => ({
    ready: false,
    exclusive: { isWarm: true, warmUp: () => this.warmed.push(index) },
    unreachableReason: null as ConnectError | null,
    open: () => this.opened.push(index),
  }));
  topologyError: TopologyError | null = null;
  isSettled = true;
  readonly nodes = { all: () => this.primaries };
  readonly router = { snapshot: { shards: [{}, {}] }, primaryOf: (shard: number) => this.primaries[shard] };
}

describe('ReadyWaiters', () => {
  let time: sinon.SinonFakeTimers;
  let readiness: ScriptedReadiness;
  let waiters: ReadyWaiters;
  let becameReady: number;
  beforeEach(() => {
    // What prints the results of tests uses nextTick.
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    readiness = new ScriptedReadiness();
    becameReady = 0;
    waiters = new ReadyWaiters(readiness as unknown as Readiness, () => becameReady++); // it has the fields that are read
  });
  afterEach(() => {
    assert.equal(time.countTimers(), 0, 'no timer is left');
    time.restore();
  });

  const [first, second] = [0, 1];
  const primary = (index = first): ScriptedReadiness['primaries'][number] => readiness.primaries[index] ?? assert.fail();

  it('opens one primary, and resolves when any of them is ready', async () => {
    const connected = Promise.all([waiters.connect(1_000), waiters.connect(0)]);
    assert.deepEqual(readiness.opened, [second, first]);
    primary().ready = true;
    waiters.check();
    await connected;
    assert.equal(becameReady, 1);
    await waiters.connect(1_000);
    assert.equal(becameReady, 1, 'only the first time');
  });

  it('waits until every member of a ring was looked at', async () => {
    readiness.isSettled = false;
    primary().ready = true;
    let resolved = false;
    const connected = waiters.connect(0).then(() => {
      resolved = true;
    });
    waiters.check();
    await Promise.resolve();
    assert.equal(resolved, false);
    readiness.isSettled = true;
    waiters.check();
    await connected;
  });

  it('opens another primary for each attempt, none that cannot be reached, and none without a waiter', () => {
    waiters.check();
    waiters.openPrimary();
    assert.deepEqual(readiness.opened, []);
    waiters.connect(0).catch(() => {});
    for (let i = 0; i < 3; i++) waiters.openPrimary();
    assert.deepEqual(readiness.opened, [second, first, second, first]);
    primary(first).unreachableReason = new ConnectError('refused');
    waiters.openPrimary();
    assert.deepEqual(readiness.opened.slice(4), [second]);
    waiters.reject(new ConnectError('the end'));
  });

  it('resolves when every primary has its least connections, and has primaries that come later open them too', async () => {
    let isConnected = false;
    const connected = waiters.connect(1_000).then(() => {
      isConnected = true;
    });
    primary(first).ready = true;
    primary(second).exclusive.isWarm = false;
    waiters.check();
    assert.equal(becameReady, 1, 'commands can be served');
    await time.tickAsync(1);
    assert.equal(isConnected, false);
    primary(second).exclusive.isWarm = true;
    waiters.check();
    await connected;
    assert.deepEqual(readiness.warmed, [first, second, first, second]);
    primary(first).ready = false;
    waiters.check();
    assert.deepEqual(readiness.warmed.slice(4), [first, second], 'a new primary has no connection for commands before the first of them');
  });

  it('has nothing opened where only commands were sent', () => {
    primary(first).ready = true;
    waiters.check();
    waiters.check();
    assert.deepEqual([becameReady, readiness.warmed], [1, []]);
  });

  for (const [why, prepare, expected] of [
    [
      'of the topology',
      () => {
        readiness.topologyError = new TopologyError('ERR_NO_SEED_REACHABLE', 'no node');
      },
      { code: 'ERR_NO_SEED_REACHABLE' },
    ],
    [
      'of a node',
      () => {
        primary().unreachableReason = new ConnectError('refused');
      },
      { message: 'refused' },
    ],
    ['that says how long it waited', () => {}, { message: 'no primary could be reached in 50 ms' }],
  ] as const) {
    it(`rejects at the timeout with the error ${why}`, async () => {
      prepare();
      const rejected = assert.rejects(waiters.connect(50), expected);
      await time.tickAsync(50);
      await rejected;
    });
  }
});
