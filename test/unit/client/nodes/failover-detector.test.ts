import assert from 'node:assert/strict';
import { FailoverDetector } from '../../../../lib/client/nodes/failover-detector.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { replicaNode } from '../../topology/nodes.js';

const REPLICA: Raw = ['slave', '127.0.0.1', 7000, 'connected', 5];
const PRIMARY: Raw = ['master', 5, []];

describe('FailoverDetector', () => {
  const primary = {};
  const replicas = [replicaNode(7003, 7000), replicaNode(7004, 7000)];
  let now: number;
  let asked: string[];
  let promoted: string[];
  let answers: (key: string) => Promise<Raw | undefined>;
  let detector: FailoverDetector;
  beforeEach(() => {
    now = 1_000_000;
    asked = [];
    promoted = [];
    answers = async () => REPLICA;
    detector = new FailoverDetector(
      ({ key }) => {
        asked.push(key.replace('127.0.0.1:', ''));
        return answers(key);
      },
      ({ key }) => promoted.push(key.replace('127.0.0.1:', '')),
      () => now,
    );
  });

  /** The primary stalls for so long, in ticks of 10 ms. Returns how often each replica was asked. */
  const stallsFor = async (ms: number): Promise<number> => {
    const before = asked.length;
    for (const end = now + ms; now < end; now += 10) {
      detector.primaryStalls(primary, replicas);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (asked.length - before) / replicas.length;
  };

  it('asks the replicas for their roles, and reports the one that is a primary, once', async () => {
    answers = async (key) => (key.endsWith('7004') && now >= 1_000_030 ? PRIMARY : REPLICA);
    await stallsFor(40);
    assert.deepEqual(promoted, ['7004']);
    assert.deepEqual([...new Set(asked)], ['7003', '7004']);
  });

  it('asks them one question at a time', async () => {
    answers = () => new Promise(() => {});
    assert.equal(await stallsFor(100), 1);
  });

  it('asks them for 100 ms, then ever less often while none is a primary', async () => {
    assert.equal(await stallsFor(100), 10);
    assert.equal(await stallsFor(150), 0);
    assert.equal(await stallsFor(100), 10);
    assert.equal(await stallsFor(390), 0);
    now += 10;
    assert.equal(await stallsFor(100), 10);
    // Slow commands all the time: ten questions in five seconds.
    await stallsFor(20_000);
    const many = await stallsFor(50_000);
    assert.ok(many <= 110 && many >= 90, `${many}`);
    now += 10_000;
    assert.equal(await stallsFor(100), 10);
    now += 200;
    assert.equal(await stallsFor(100), 10, 'a primary that was quick for a while starts over');
  });

  it('asks again soon after one of them did take over', async () => {
    await stallsFor(100);
    now += 500;
    answers = async () => PRIMARY;
    await stallsFor(10);
    assert.deepEqual(promoted, ['7003']);
    answers = async () => REPLICA;
    assert.equal(await stallsFor(100), 10);
  });

  it('is not affected by replicas that cannot be asked', async () => {
    answers = async (key) => {
      if (key.endsWith('7003')) throw new Error('refused');
      return now >= 1_000_050 ? PRIMARY : undefined;
    };
    await stallsFor(60);
    assert.deepEqual(promoted, ['7004']);
  });
});
