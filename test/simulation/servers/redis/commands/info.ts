import { Verbatim } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RedisServer } from '../redis-server.js';
import type { RuleTable } from '../rules.js';
import { wallClock } from '../server-clock.js';

export const infoRules: RuleTable = { INFO: info };

type Section = (server: RedisServer) => readonly string[];

/** Of each section what somebody reads. https://redis.io/docs/latest/commands/info/ */
const sections: Readonly<Record<string, Section>> = {
  Server: (server) => {
    const { product, version } = server.options;
    const { mode } = server;
    const own =
      product === 'valkey' ? ['redis_version:7.2.4', 'server_name:valkey', `valkey_version:${version}`] : [`redis_version:${version}`];
    return [
      ...own,
      ...(product === 'valkey' ? [`server_mode:${mode}`] : [`redis_mode:${mode}`]),
      ...['os:Linux', 'arch_bits:64', `process_id:${server.life}`, `run_id:${server.runId}`, `tcp_port:${server.port}`],
      ...[
        `server_time_usec:${Math.floor(wallClock(server.now) * 1_000)}`,
        `uptime_in_seconds:${Math.floor((server.now - server.startedAt) / 1_000)}`,
      ],
      ...['uptime_in_days:0', 'hz:10', ...(server.options.zone === undefined ? [] : [`availability_zone:${server.options.zone}`])],
    ];
  },
  Clients: (server) => [
    `connected_clients:${server.connections.size}`,
    'maxclients:10000',
    `blocked_clients:${server.blocked.sessions.size}`,
    `pubsub_clients:${[...server.connections.values()].filter(({ subscriptions }) => subscriptions > 0).length}`,
  ],
  Memory: () => ['used_memory:1048576', 'maxmemory:0', 'maxmemory_policy:noeviction'],
  Persistence: (server) => [
    `loading:${server.isLoading ? 1 : 0}`,
    'async_loading:0',
    'rdb_bgsave_in_progress:0',
    `rdb_last_bgsave_status:${server.cannotSave ? 'err' : 'ok'}`,
    `aof_enabled:${server.options.persistence === 'all' ? 1 : 0}`,
  ],
  Stats: (server) => [`pubsub_channels:${server.pubsub.channels.size}`, `pubsub_patterns:${server.pubsub.patterns.size}`],
  Replication: (server) => server.replication.infoLines(),
  CPU: () => ['used_cpu_sys:0.000000', 'used_cpu_user:0.000000'],
  Errorstats: () => [],
  Cluster: (server) => [`cluster_enabled:${server.cluster === null ? 0 : 1}`, ...(server.cluster?.infoLines?.() ?? [])],
  Keyspace: (server) =>
    server.keyspace.databases
      .filter(({ values }) => values.size > 0)
      .map(({ index, values, expiries }) => `db${index}:keys=${values.size},expires=${expiries.size},avg_ttl=0`),
};

const parts = Object.entries(sections).map(([name, lines]) => ({ name, word: name.toLowerCase(), lines }));

function info({ server, words }: CommandCall): Answer {
  const wanted = words.slice(1).map((word) => word.toLowerCase());
  const isAll = wanted.length === 0 || wanted.includes('all') || wanted.includes('everything') || wanted.includes('default');
  let text = '';
  for (const { name, word, lines } of parts) {
    if (!isAll && !wanted.includes(word)) continue;
    text += `${text === '' ? '' : '\r\n'}# ${name}\r\n`;
    for (const line of lines(server)) text += `${line}\r\n`;
  }
  return new Verbatim(text);
}
