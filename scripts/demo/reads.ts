import { type ClientOptions, createClient, type Redis } from '../../lib/index.js';
import { caughtUp } from '../../test/support/replication.js';
import type { Server } from '../../test/support/server.js';
import { countCalls } from './counters.js';
import { grouped, type Report } from './report.js';

const READS = 300;

interface Column {
  readonly title: string;
  readonly server: Server;
}

/** Reads of these keys, and the columns that may count them. */
interface Row {
  readonly text: string;
  readonly prefix: string;
  readonly allowed: readonly number[];
}

/** Issues GETs row by row and prints by how much each server's own counter of GET grew. */
async function countReads(report: Report, redis: Redis, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
  const servers = columns.map(({ server }) => server);
  const cells = [['', ...columns.map(({ title }) => title)]];
  const verdicts: [boolean, string][] = [];
  for (const { text, prefix, allowed } of rows) {
    const keys = Array.from({ length: READS }, (_, i) => `${prefix}:${i}`);
    await redis.mset(Object.fromEntries(keys.map((key) => [key, key])));
    for (const server of servers) {
      const replicas = servers.filter((other) => other !== server);
      if ((await server.info('replication')).role === 'master') await caughtUp(server, await followers(server, replicas));
    }
    let values: (string | null)[] = [];
    const counts = await countCalls(servers, 'get', async () => {
      values = await Promise.all(keys.map((key) => redis.get(key)));
    });
    const right = values.every((value, at) => value === keys[at]);
    const sum = counts.reduce((total, count) => total + count, 0);
    const spread = counts.every((count, at) => (allowed.includes(at) ? count > 0 : count === 0));
    cells.push([text, ...counts.map(grouped)]);
    verdicts.push([right && spread && sum === READS, `${prefix}:* ${nameOf(allowed, columns)}`]);
  }
  report.table(cells);
  for (const [holds, claim] of verdicts) report.claim(holds, claim);
}

function nameOf(allowed: readonly number[], columns: readonly Column[]): string {
  return `read from ${allowed.map((at) => columns[at]?.title ?? '').join(', ')} and nowhere else`;
}

async function followers(primary: Server, others: readonly Server[]): Promise<Server[]> {
  const infos = await Promise.all(others.map((other) => other.info('replication')));
  return others.filter((_, at) => infos[at]?.role === 'slave' && infos[at]?.master_port === String(primary.port));
}

/** One primary with two replicas: each domain has a replica of its own. */
export async function showReadsOfOneShard(
  report: Report,
  title: string,
  topology: NonNullable<ClientOptions['topology']>,
  primary: Server,
  [first, second]: readonly [Server, Server],
): Promise<void> {
  await using redis = createClient({
    topology,
    reads: 'replica',
    nodes: [
      { match: first.address, tags: { use: 'video' } },
      { match: second.address, tags: { use: 'news' } },
    ],
    domains: {
      video: { keys: 'video:*', replicas: { tags: { use: 'video' } } },
      news: { keys: 'news:*', replicas: { tags: { use: 'news' } } },
      users: { keys: 'user:*', reads: 'primary' },
    },
  });
  report.line(title);
  const columns = [
    { title: 'primary', server: primary },
    { title: 'replica 1', server: first },
    { title: 'replica 2', server: second },
  ];
  await countReads(report, redis, columns, [
    { text: "video:*  replicas tagged 'video'", prefix: 'video', allowed: [1] },
    { text: "news:*   replicas tagged 'news'", prefix: 'news', allowed: [2] },
    { text: "user:*   reads: 'primary'", prefix: 'user', allowed: [0] },
    { text: "others   reads: 'replica'", prefix: 'other', allowed: [1, 2] },
  ]);
}

/** A cluster: one domain reads from the replicas of every shard, the rest from the primaries. */
export async function showReadsOfCluster(
  report: Report,
  title: string,
  topology: NonNullable<ClientOptions['topology']>,
  shards: readonly { readonly primary: Server; readonly replica: Server }[],
): Promise<void> {
  await using redis = createClient({
    topology,
    nodes: shards.map(({ replica }) => ({ match: replica.address, tags: { use: 'video' } })),
    domains: { video: { keys: 'video:*', reads: 'replica', replicas: { tags: { use: 'video' } } } },
  });
  report.line(title);
  const primaries = shards.map(({ primary }, at) => ({ title: `P${at + 1}`, server: primary }));
  const replicas = shards.map(({ replica }, at) => ({ title: `R${at + 1}`, server: replica }));
  await countReads(
    report,
    redis,
    [...primaries, ...replicas],
    [
      { text: "video:*  replicas tagged 'video'", prefix: 'video', allowed: replicas.map((_, at) => primaries.length + at) },
      { text: "user:*   reads: 'primary'", prefix: 'user', allowed: primaries.map((_, at) => at) },
    ],
  );
}
