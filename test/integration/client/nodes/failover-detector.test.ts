import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailoverDetector } from '../../../../lib/client/nodes/failover-detector.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import type { NodeInfo } from '../../../../lib/topology/snapshot.js';
import { until } from '../../../support/wait.js';
import { at, rules } from '../../../unit/topology/picture.js';
import { checkBooks, movedTo, ScriptedCluster } from '../scripted.js';

const REPLICA: Raw = ['slave', '127.0.0.1', 7000, 'connected', 5];
const PRIMARY: Raw = ['master', 5, []];

const replica = (port: number): NodeInfo =>
  rules.node({
    id: null,
    address: at(port),
    names: [],
    role: 'replica',
    usable: true,
    replicaOf: '127.0.0.1:7000',
    depth: 1,
    priority: 100,
  });

describe('a primary that hesitates', () => {
  const primary = {};
  const replicas = [replica(7003), replica(7004)];
  let now: number;
  let asked: string[];
  let heirs: string[];
  let answers: (key: string) => Promise<Raw | undefined>;
  let watch: FailoverDetector;
  beforeEach(() => {
    now = 1_000_000;
    asked = [];
    heirs = [];
    answers = async () => REPLICA;
    watch = new FailoverDetector(
      ({ key }) => {
        asked.push(key.replace('127.0.0.1:', ''));
        return answers(key);
      },
      ({ key }) => heirs.push(key.replace('127.0.0.1:', '')),
      () => now,
    );
  });

  /** As the clock's ticks tell it, for so long. How often each replica was asked. */
  const hesitates = async (ms: number): Promise<number> => {
    const before = asked.length;
    for (const end = now + ms; now < end; now += 10) {
      watch.primaryStalls(primary, replicas);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (asked.length - before) / replicas.length;
  };

  it('has its replicas asked whether one of them has taken over, which is told once', async () => {
    answers = async (key) => (key.endsWith('7004') && now >= 1_000_030 ? PRIMARY : REPLICA);
    await hesitates(40);
    assert.deepEqual(heirs, ['7004']);
    assert.deepEqual([...new Set(asked)], ['7003', '7004']);
  });

  it('has them asked one question at a time', async () => {
    answers = () => new Promise(() => {});
    assert.equal(await hesitates(100), 1);
  });

  it('has them asked for 100 ms, then ever less often while it leads to nothing', async () => {
    assert.equal(await hesitates(100), 10);
    assert.equal(await hesitates(150), 0);
    assert.equal(await hesitates(100), 10);
    assert.equal(await hesitates(390), 0);
    now += 10;
    assert.equal(await hesitates(100), 10);
    // Slow commands all the time: ten questions in five seconds.
    await hesitates(20_000);
    const many = await hesitates(50_000);
    assert.ok(many <= 110 && many >= 90, `${many}`);
    now += 10_000;
    assert.equal(await hesitates(100), 10);
    now += 200;
    assert.equal(await hesitates(100), 10, 'who was quick for a while is forgiven');
  });

  it('has them asked again soon after one of them did take over', async () => {
    await hesitates(100);
    now += 500;
    answers = async () => PRIMARY;
    await hesitates(10);
    assert.deepEqual(heirs, ['7003']);
    answers = async () => REPLICA;
    assert.equal(await hesitates(100), 10);
  });

  it('is not affected by replicas that cannot be asked', async () => {
    answers = async (key) => {
      if (key.endsWith('7003')) throw new Error('refused');
      return now >= 1_000_050 ? PRIMARY : undefined;
    };
    await hesitates(60);
    assert.deepEqual(heirs, ['7004']);
  });
});

describe('a client of a cluster whose primary holds its writers while it hands over', () => {
  afterEach(checkBooks);

  it('writes to the new primary before the old one says so, and loses nothing of what that one held', async () => {
    await using cluster = await ScriptedCluster.start(2);
    const ids = ['a', 'b'].map((letter) => letter.repeat(40));
    let handedOver = false;
    let answerHeld = (): void => {};
    const line = (server: number, myself: number): string => {
      const owns = server === (handedOver ? 1 : 0);
      const flags = `${server === myself ? 'myself,' : ''}${owns ? 'master' : 'slave'}`;
      const place = `127.0.0.1:${cluster.server(server).port}@1`;
      return `${ids[server]} ${place} ${flags} ${owns ? '-' : ids[1 - server]} 0 0 ${handedOver ? 2 : 1} connected ${owns ? '0-16383' : ''}`;
    };
    cluster.script = async (server, [name = '', sub = '']) => {
      if (name === 'CLUSTER' && sub === 'SHARDS') return [];
      if (name === 'CLUSTER' && sub === 'NODES') return [0, 1].map((other) => line(other, server)).join('\n');
      if (name === 'ROLE') return server === (handedOver ? 1 : 0) ? ['master', 1, []] : ['slave', '127.0.0.1', 1, 'connected', 1];
      if (name !== 'INCR') return undefined;
      if (!handedOver) return 1;
      if (server === 1) return 2;
      await new Promise<void>((resolve) => {
        answerHeld = resolve;
      });
      return movedTo(cluster.server(1), 15_495);
    };
    const redis = cluster.client();
    assert.equal(await redis.incr('a'), 1);
    await until(() => (redis.topology?.nodes.size ?? 0) === 2);
    // The probe that the first command asked for is over, too; the next one by the pace of the monitor is half a second away.
    await sleep(150);
    const connections = cluster.server(0).connections.length;
    handedOver = true;
    const held = redis.incr('a');
    await until(() => cluster.received(0, 'INCR').length === 2);
    const begun = performance.now();
    let served = false;
    while (!served) {
      // What was sent before the client knew is held, too.
      served = await Promise.race([redis.incr('a').then(() => cluster.received(1, 'INCR').length > 0), sleep(5).then(() => false)]);
    }
    assert.equal(redis.topology?.shards[0]?.primary?.key, cluster.server(1).address);
    // On a machine that is busy everything takes longer, and who says nothing for 100 ms is suspected.
    if (performance.now() - begun < 80) {
      assert.equal(cluster.server(0).connections.length, connections, 'it was not even suspected: nobody tried a fresh connection');
    }
    answerHeld();
    cluster.script = (server, [name]) => (name === 'INCR' ? (server === 1 ? 2 : movedTo(cluster.server(1), 15_495)) : undefined);
    assert.equal(await held, 2);
  });
});
