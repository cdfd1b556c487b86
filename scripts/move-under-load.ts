// Moves a ring of three servers to a cluster while three clients with `previous` read and write, and says whether a write was lost, a key was
// at neither place, or a time to live changed.
//   npm run test:move -- [keys]     default 200,000
import { RingAdmin } from '../lib/admin/index.js';
import { cluster, createClient, ring } from '../lib/index.js';
import { MoveLoad } from '../test/functional/admin/move-load.js';
import { Cluster } from '../test/support/cluster.js';
import { startAll, stopAll } from '../test/support/server.js';

const total = Number(process.argv[2] ?? 200_000);

const servers = await startAll([{}, {}, {}]);
const target = await Cluster.start({ replicas: 1 });
try {
  const from = ring(
    servers.map(({ address }) => address),
    { as: 'twemproxy', hash: 'murmur', hashTag: '{}' },
  );
  const to = cluster(target.servers.map(({ address }) => address));
  const clients = Array.from({ length: 3 }, () => createClient({ topology: to, previous: from }));
  const load = new MoveLoad(clients, { values: total - 20_000, counters: 16_000, deleted: 4_000 });
  const old = createClient({ topology: from });
  await load.fill(old);
  await old.close();
  console.log(`${total.toLocaleString('en-US')} keys are at ${servers.length} servers`);
  load.start();
  await using admin = new RingAdmin({ topology: from, to });
  const plan = await admin.planMove();
  console.log(plan.title);
  const outcome = await admin.run(plan);
  const { status, keys, durationMs, conflicts, failures, verified } = outcome;
  await load.stop();
  await Promise.all(clients.map((redis) => redis.close()));
  const { reads, writes, unknown } = load;
  console.log(`${status}: ${keys} keys moved in ${durationMs} ms beside ${reads} reads and ${writes} writes, ${unknown} of them unknown`);
  const alone = createClient({ topology: to });
  const largest = await load.verify(alone);
  await alone.close();
  const left = await Promise.all(servers.map(async (server) => Number(await server.ask('DBSIZE'))));
  console.log(`largest difference of a time to live: ${Math.round(largest)} ms; left at the old servers: ${left.join(', ')}`);
  const slowest = load.latencies.sort((one, other) => one - other);
  const atMost = (share: number): number => Math.round(slowest[Math.ceil(slowest.length * share) - 1] ?? 0);
  console.log(`half of the commands took at most ${atMost(0.5)} ms, 99 % ${atMost(0.99)} ms, the slowest ${atMost(1)} ms`);
  console.log(`conflicts ${conflicts.count}, failures ${failures.count}, gone ${verified.gone.length}`);
  for (const failure of load.failures) console.log(`  ${failure}`);
  const ok = status === 'done' && load.failures.length === 0 && left.every((count) => count === 0);
  console.log(ok ? 'ok: no write was lost, and no key was at neither place' : 'NOT ok');
  process.exitCode = ok ? 0 : 1;
} finally {
  await stopAll([...servers, ...target.servers]);
}
