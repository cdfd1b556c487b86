import assert from 'node:assert/strict';
import { ClusterAdmin, type Plan } from '../../../lib/admin/index.js';
import { cluster, createClient, type Redis } from '../../../lib/index.js';
import { Cluster } from '../../support/cluster.js';
import type { Server } from '../../support/server.js';
import { Stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/wait.js';
import { AcknowledgedLoad } from './acknowledged-load.js';
import { assertComplete, at, fill, idOf, keysIn } from './admin-cluster.js';

/** So long that no stall of the machine looks like a node that hangs; where one does, a test makes it short. */
const NODE_TIMEOUT_MS = 6_000;
const SLOTS = Array.from({ length: 40 }, (_, slot) => slot);

describe('moves of slots, key by key', function () {
  this.timeout(60_000);
  let group: Cluster;
  let redis: Redis;
  let admin: ClusterAdmin;
  let keys: string[];

  before('start three shards', async () => {
    group = await Cluster.start({ nodeTimeoutMs: NODE_TIMEOUT_MS });
    const addresses = group.servers.map(({ address }) => address);
    redis = createClient({ topology: cluster(addresses) });
    admin = new ClusterAdmin({ nodes: addresses });
    keys = [
      ...keysIn(600, (slot) => slot < SLOTS.length),
      ...Array.from(
        { length: 300 },
        (_, i) =>
          `{${at(
            keysIn(1, (slot) => slot === 7),
            0,
          )}}:${i}`,
      ),
    ];
    await fill(redis, keys);
  });

  after(async () => {
    admin?.close();
    await redis?.close();
    await group?.stop();
  });

  /** Has the nodes take one for dead that does not answer for so long. */
  async function setNodeTimeout(ms: number): Promise<void> {
    await Promise.all(group.servers.map((server) => server.ask('CONFIG', 'SET', 'cluster-node-timeout', ms)));
  }

  async function ends(): Promise<{ from: Server; to: Server }> {
    const from = await group.nodeForSlot(0);
    const to = at(
      (await group.primaries()).filter((server) => server !== from),
      0,
    );
    return { from, to };
  }

  async function planned(from: Server, to: Server): Promise<Plan> {
    return await admin.planReshard({ from: [from.address], to: to.address, slots: SLOTS });
  }

  it('can be interrupted anywhere: clients find every key, and the same command goes on', async () => {
    const { from, to } = await ends();
    for (const afterSlots of [0, 12]) {
      const interrupted = new ClusterAdmin({ nodes: [from.address] });
      // Nodes may disagree for a moment after an interruption.
      const plan = await until(
        async () => {
          const left = ((await admin.read()).nodes.get(await idOf(from))?.slots ?? []).filter((slot) => slot < SLOTS.length);
          return await interrupted.planReshard({ from: [from.address], to: to.address, slots: left });
        },
        { timeoutMs: 20_000, what: 'the rest can be planned' },
      );
      const onProgress = ({ slots }: { readonly slots: number }): void => {
        // As when the process ends: what is on its way to the servers is done, and nothing more.
        if (slots > afterSlots) interrupted.close();
      };
      await assert.rejects(interrupted.run(plan, { onProgress, batch: 10 }));
      await assertComplete(redis, keys);
    }
    await admin.run(await admin.planFix());
    await admin.run(await planned(from, to).catch(() => admin.planFix()));
    await assertComplete(redis, keys);
    assert.deepEqual(
      (await admin.check()).filter(({ severity }) => severity === 'error'),
      [],
    );
    for (const slot of [0, 39]) assert.equal((await group.nodeForSlot(slot)).address, to.address);
  });

  it('do not keep the source from serving for longer than half of cluster-node-timeout where the target hangs', async () => {
    const { from, to } = await ends();
    const plan = await planned(from, to);
    await setNodeTimeout(2_000);
    await from.ask('CONFIG', 'SET', 'slowlog-log-slower-than', 300_000);
    await from.ask('SLOWLOG', 'RESET');
    let isPaused = false;
    const watch = Stopwatch.start();
    const run = admin.run(plan, {
      batch: 1,
      onProgress: () => {
        if (!isPaused) to.pause();
        isPaused = true;
      },
    });
    try {
      await assert.rejects(run, new RegExp(`${to.address} does not answer|no reply from ${to.address}`));
    } finally {
      to.resume();
    }
    const { heldUpMs } = watch;
    await setNodeTimeout(NODE_TIMEOUT_MS);
    const slow = (await from.ask('SLOWLOG', 'GET', 10)) as unknown[][];
    const migrations = slow.filter((entry) => String(entry[3]).startsWith('MIGRATE'));
    assert.ok(migrations.length <= 1, `${migrations.length} MIGRATEs waited for the target`);
    for (const [, , us] of migrations)
      assert.ok(Number(us) / 1_000 - heldUpMs < 1_500, `one waited for ${Number(us)} µs, held up ${heldUpMs} ms`);
    await group.settled();
    await until(async () => (await admin.run(await admin.planFix())).status === 'done', { timeoutMs: 15_000, everyMs: 200 });
    await assertComplete(redis, keys);
  });

  it('are taken back while clients count, and no count begins anew', async () => {
    const from = await group.nodeForSlot(7);
    const to = at(
      (await group.primaries()).filter((server) => server !== from),
      0,
    );
    const [tag = ''] = keysIn(1, (slot) => slot === 7);
    const load = new AcknowledgedLoad(redis, 8, `{${tag}}:count:`);
    await load.advance(50);
    await to.ask('CLUSTER', 'SETSLOT', 7, 'IMPORTING', await idOf(from));
    await from.ask('CLUSTER', 'SETSLOT', 7, 'MIGRATING', await idOf(to));
    const moved = [
      ...Array.from({ length: 6 }, (_, index) => `{${tag}}:count:${index}`),
      ...keys.filter((key) => key.startsWith(`{${tag}}`)),
    ];
    await from.ask('MIGRATE', to.host, to.port, '', 0, 1_000, 'KEYS', ...moved);
    await load.advance(50);
    const outcome = await admin.run(await admin.planFix({ back: true }));
    assert.equal(outcome.status, 'done');
    await load.advance(50);
    await load.stop();
    assert.deepEqual([load.failures, load.unknown], [[], []]);
    assert.equal(await group.nodeForSlot(7), from);
    await assertComplete(redis, keys);
  });

  it('wait for replicas of the target where that is asked for', async () => {
    const { from, to } = await ends();
    const replica = (await group.view()).find(({ primary }) => primary === to)?.replicas[0] ?? assert.fail('no replica');
    const slots = (await group.view()).find(({ primary }) => primary === from)?.slots[0]?.[0] ?? 0;
    const plan = await admin.planReshard({ from: [from.address], to: to.address, slots: [slots] });
    await setNodeTimeout(1_000);
    try {
      // The run has looked at all servers by then.
      const run = admin.run(plan, { waitReplicas: 1, onStep: ({ do: what }) => what === 'moveSlots' && replica.pause() });
      await assert.rejects(run, /0 of 1 replica of .* have its keys after 1000 ms/);
    } finally {
      replica.resume();
      await setNodeTimeout(NODE_TIMEOUT_MS);
    }
    const rest = await admin.planFix();
    assert.equal((await admin.run(rest, { waitReplicas: 1 })).status, 'done');
    assert.equal(await group.nodeForSlot(slots), to);
  });

  it('go from several sources to one target side by side', async () => {
    const target = at(await group.primaries(), 0);
    const before = (await admin.read()).nodes.get(await idOf(target))?.slots.length ?? 0;
    await admin.run(await admin.planReshard({ from: 'all', to: target.address, slots: 60 }));
    assert.equal((await admin.read()).nodes.get(await idOf(target))?.slots.length, before + 60);
    await assertComplete(redis, keys);
  });
});
