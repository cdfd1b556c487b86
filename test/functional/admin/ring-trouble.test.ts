import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { cluster, createClient, ring, sentinel, single } from '../../../lib/index.js';
import { Cluster } from '../../support/cluster.js';
import { SentinelGroup } from '../../support/sentinel.js';
import { Server, stopAll } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { at } from './admin-cluster.js';
import { byModulo, fillRing, keysAt, keysNamed, moveKeys, ringOf } from './ring-servers.js';
import { slotwise } from './slotwise.js';

const COUNT = 1_000;
const keys = keysNamed('user', COUNT);

/** The keys whose values a client does not find. */
async function missingIn(addresses: readonly string[], wanted: readonly string[]): Promise<string[]> {
  const redis = createClient({ topology: cluster([...addresses]) });
  try {
    const values = await Promise.all(wanted.map((key) => redis.get(key)));
    return wanted.filter((key, index) => values[index] !== `value of ${key}`);
  } finally {
    await redis.close();
  }
}

describe('a move of keys in trouble', function () {
  this.timeout(60_000);

  it('goes on after failovers of a source that sentinels watch, and of a target', async () => {
    await using group = await SentinelGroup.start({ replicas: 1, downAfterMs: 500 });
    await using target = await Cluster.start({ replicas: 1, nodeTimeoutMs: 1_000 });
    const primary = await group.primary();
    await fillRing([primary], keys);
    await until(async () => Number(await (await group.replicas())[0]?.ask('DBSIZE')) === COUNT, { what: 'the replica has the keys' });
    const addresses = target.servers.map(({ address }) => address);
    const topology = ring(
      {
        one: sentinel(
          group.sentinels.map(({ address }) => address),
          group.name,
        ),
      },
      { place: () => 0 },
    );
    const struck: Promise<unknown>[] = [];
    const outcome = await moveKeys(
      { topology, to: cluster(addresses) },
      {
        batch: 10,
        keysPerSecond: 1_000,
        onProgress: ({ keys: moved }) => {
          if (moved >= 200 && struck.length === 0) struck.push(primary.kill());
          // Handed over: what a primary that dies has not replicated is lost, whoever moves it.
          if (moved >= 500 && struck.length === 1) struck.push(target.failover());
        },
      },
    );
    await Promise.all(struck);
    assert.equal(struck.length, 2);
    assert.deepEqual([outcome.status, outcome.conflicts.count, outcome.failures.count], ['done', 0, 0], JSON.stringify(outcome));
    assert.deepEqual(await missingIn(addresses, keys), []);
    assert.equal(await (await group.primary()).ask('DBSIZE'), 0);
  });

  it('follows the slots of a cluster that is resharded meanwhile', async () => {
    await using source = await Server.start();
    await using target = await Cluster.start({ replicas: 0 });
    await fillRing([source], keys);
    const [from, to] = [at(target.servers, 0), at(target.servers, 1)];
    const first = await target.view();
    const [start = 0] = first.find(({ primary }) => primary === from)?.slots[0] ?? [];
    let moving: Promise<number> | null = null;
    const outcome = await moveKeys(
      { topology: single(source.address), to: cluster(target.servers.map(({ address }) => address)) },
      {
        batch: 20,
        keysPerSecond: 800,
        onProgress: ({ keys: moved }) => {
          // Slots that have been given keys go away, and such that get some by now.
          if (moved >= 200) moving ??= target.moveSlots(from, to, start, start + 300, { pauseMs: 5 });
        },
      },
    );
    assert.ok(moving !== null);
    await moving;
    assert.deepEqual([outcome.status, outcome.keys, await source.ask('DBSIZE')], ['done', COUNT, 0], JSON.stringify(outcome));
    assert.deepEqual(await missingIn([at(target.servers, 2).address], keys), []);
  });

  it('logs in at sources and targets, and says which right is missing', async () => {
    await using source = await Server.start({ password: 'source-secret' });
    await using target = await Server.start({ password: 'target-secret' });
    await fillRing([source], keys.slice(0, 100), 'source-secret');
    await target.ask('ACL', 'SETUSER', 'mover', 'on', '>mover-secret', '~*', '+@all', '-restore');
    const words = ['ring', 'move', '--from', `redis://:source-secret@${source.address}`, '--to', target.address, '--yes'];
    const login = ['--to-user', 'mover', '--to-password', 'mover-secret'];
    const missing = /user mover may not send 127\.0\.0\.1:\d+ RESTORE \(to take keys\): allow it there with ACL SETUSER mover \+restore/;
    const refused = await slotwise(...words, ...login);
    assert.equal(refused.code, 4);
    assert.match(refused.out, new RegExp(`\nnote: ${missing.source}\n$`), 'the plan says it');
    assert.match(refused.err, new RegExp(`^slotwise: ${missing.source}\\. Nothing was done\n$`), 'nothing is begun');
    assert.equal((await source.info('commandstats')).cmdstat_migrate, undefined);
    // What is looked at before is one key that nobody has.
    await target.ask('ACL', 'SETUSER', 'mover', '+restore', 'resetkeys', '~other:*');
    const failed = await slotwise(...words, ...login);
    assert.equal(failed.code, 4);
    assert.match(failed.out, /key "user:\d+" and 99 more cannot go from .* to .*: NOPERM|key "user:\d+" cannot go from .*: NOPERM/);
    assert.match(
      failed.err,
      /To go on: slotwise ring move .*--to-user mover.*with the passwords in SLOTWISE_PASSWORD and SLOTWISE_TO_PASSWORD/,
    );
    assert.ok(![refused.out, refused.err, failed.out, failed.err].join().includes('-secret'), failed.err);
    assert.equal(await source.ask('DBSIZE'), 100);
    await target.ask('ACL', 'SETUSER', 'mover', '~*');
    const moved = await slotwise(...words, ...login);
    assert.deepEqual([moved.code, await source.ask('DBSIZE'), await target.ask('DBSIZE')], [0, 0, 100], moved.err);
  });

  it('asks no source to send to a target that hangs again and again, and goes on when it answers', async () => {
    await using source = await Server.start();
    await using target = await Server.start();
    await fillRing([source], keys);
    const failed = async (): Promise<number> =>
      Number(/failed_calls=(\d+)/.exec((await source.info('commandstats')).cmdstat_migrate ?? '')?.[1] ?? 0);
    let failedMeanwhile: Promise<number> | null = null;
    const hang = async (): Promise<number> => {
      target.pause();
      await until(async () => (await failed()) > 0, { what: 'the source has waited for the target' });
      await sleep(1_000);
      const count = await failed();
      target.resume();
      return count;
    };
    const outcome = await moveKeys(
      { topology: single(source.address), to: single(target.address) },
      {
        batch: 10,
        keysPerSecond: 2_000,
        migrateTimeoutMs: 100,
        onProgress: ({ keys: moved }) => {
          if (moved >= 100) failedMeanwhile ??= hang();
        },
      },
    );
    // Each of them keeps the source from serving for the timeout.
    assert.ok(((await failedMeanwhile) ?? 99) <= 2, `${await failedMeanwhile}`);
    assert.deepEqual([outcome.status, await keysAt([source]), await keysAt([target])], ['done', 0, COUNT], JSON.stringify(outcome));
  });

  it('moves without knowing how large keys are, and says so', async () => {
    await using source = await Server.start();
    await using target = await Server.start();
    await fillRing([source], keys.slice(0, 50));
    await source.ask('ACL', 'SETUSER', 'mover', 'on', '>mover-secret', '~*', '+@all', '-memory');
    const to = single(`redis://${target.address}`);
    const notes: string[] = [];
    const outcome = await moveKeys(
      { topology: single(`redis://mover:mover-secret@${source.address}`), to },
      { onNote: (text) => notes.push(text) },
    );
    assert.deepEqual([outcome.status, outcome.keys, outcome.bytes], ['done', 50, 0]);
    assert.match(notes.join(), /^[^,]* does not say how large keys are, so that bounds on bytes are none: NOPERM[^,]*$/);
  });

  it('says which member is down, and moves nothing', async () => {
    await using source = await Server.start();
    await using target = await Server.start();
    const { code, err } = await slotwise('ring', 'plan', '--from', `${source.address}`, '--to', '127.0.0.1:1', '--connect-timeout', '300');
    assert.deepEqual([code, /127\.0\.0\.1:1/.test(err)], [3, true], err);
    const topology = ring([source.address, '127.0.0.1:1'], { place: byModulo });
    await assert.rejects(moveKeys({ topology, to: single(target.address), connectTimeoutMs: 300 }), /cannot reach 127\.0\.0\.1:1/);
  });

  it('ends where the target has no memory, and says so', async () => {
    const servers = [await Server.start(), await Server.start({ config: ['maxmemory 1mb', 'maxmemory-policy noeviction'] })];
    try {
      const [source, target] = [at(servers, 0), at(servers, 1)];
      await fillRing([source], keys.slice(0, 10));
      const outcome = await moveKeys({ topology: single(source.address), to: ringOf([target]) });
      assert.equal(outcome.status, 'incomplete');
      assert.match(outcome.problems[0]?.problem ?? '', /cannot go from .*: OOM/);
      assert.equal(await keysAt([source]), 10);
    } finally {
      await stopAll(servers);
    }
  });
});
