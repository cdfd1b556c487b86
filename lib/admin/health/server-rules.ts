import { bytesText, durationText } from './amounts.js';
import { numberAt } from './info-fields.js';
import { REPLICATION_RULES } from './replication-rules.js';
import type { Server, ServerRule } from './server.js';

/** Part of `maxmemory` from which on it is near. */
const NEAR = 0.9;
/** Part of the machine's memory from which on the kernel may kill the server. */
const NEARLY_ALL = 0.9;

/** What can be wrong with one server, in every topology. */
export const SERVER_RULES: readonly ServerRule[] = [
  {
    severity: 'note',
    kind: 'unchecked',
    when: 'the rights do not allow to ask for INFO or CONFIG GET, so that something could not be looked at',
    find: ({ info, config }) =>
      info.size === 0
        ? 'INFO is not allowed: replication, memory and persistence were not checked'
        : config.size === 0
          ? 'CONFIG GET is not allowed: settings were not checked'
          : null,
  },
  {
    severity: 'error',
    kind: 'loading',
    when: 'a primary loads its data set and serves nobody',
    find: (server) => (server.replication.role === 'replica' ? null : loadingText(server)),
  },
  {
    severity: 'warning',
    kind: 'loading',
    when: 'a replica loads its data set',
    find: (server) => (server.replication.role === 'replica' ? loadingText(server) : null),
  },
  ...REPLICATION_RULES,
  {
    severity: 'error',
    kind: 'persistence',
    when: 'a primary refuses writes because its last save or its append-only file failed',
    find: (server) => {
      if (server.replication.role === 'replica') return null;
      if (failsToAppend(server)) return 'refuses writes, because it could not write to its append-only file: look at its disk and its log';
      return failsToSave(server) && stopsWrites(server)
        ? 'refuses writes, because its last save failed: look at its disk, its memory and its log'
        : null;
    },
  },
  {
    severity: 'warning',
    kind: 'persistence',
    when: 'the last save, or the last rewrite of the append-only file, failed',
    find: (server) => {
      const { info, replication } = server;
      const isReplica = replication.role === 'replica';
      if (failsToAppend(server)) return isReplica ? 'could not write to its append-only file: look at its disk and its log' : null;
      if (failsToSave(server))
        return isReplica || !stopsWrites(server) ? 'its last save failed: look at its disk, its memory and its log' : null;
      return info.get('aof_last_bgrewrite_status') === 'err'
        ? 'the last rewrite of its append-only file failed: look at its disk and its log'
        : null;
    },
  },
  {
    severity: 'warning',
    kind: 'persistence',
    when: 'a primary with replicas keeps nothing on disk: restarted before a failover it is empty, and so are its replicas then',
    find: (server) =>
      keepsNothing(server) && leads(server)
        ? 'keeps nothing on disk (save, appendonly): restarted before a failover it comes back empty, and its replicas empty themselves; turn on one of them, or its automatic restart off'
        : null,
  },
  {
    severity: 'note',
    kind: 'persistence',
    when: 'another server keeps nothing on disk',
    find: (server) =>
      keepsNothing(server) && !leads(server) ? 'keeps nothing on disk (save, appendonly): its data ends with its process' : null,
  },
  {
    severity: 'error',
    kind: 'memory',
    when: 'a primary has reached `maxmemory` and has nothing to evict: it refuses writes',
    find: (server) =>
      server.replication.role !== 'replica' && shareOf(server) >= 1 && !evicts(server) ? `refuses writes: ${memoryText(server)}` : null,
  },
  {
    severity: 'warning',
    kind: 'memory',
    when: 'a primary has nothing to evict and 90 % of `maxmemory` in use, a server 90 % of the memory of its machine, or a replica is allowed less than its primary has',
    find: (server) => {
      const share = shareOf(server);
      if (server.replication.role !== 'replica' && share >= NEAR && share < 1 && !evicts(server))
        return `soon refuses writes: ${memoryText(server)}`;
      return machineText(server) ?? smallerText(server);
    },
  },
  {
    severity: 'note',
    kind: 'memory',
    when: 'a primary has reached 90 % of `maxmemory` and evicts keys',
    find: (server) =>
      server.replication.role !== 'replica' && shareOf(server) >= NEAR && evicts(server) ? `evicts keys: ${memoryText(server)}` : null,
  },
  {
    severity: 'error',
    kind: 'failover-clock',
    when: 'the last fork stopped a server for as long as others wait before they take it for dead',
    find: (server) => (forkMs(server) >= clockMs(server) ? forkText(server) : null),
  },
  {
    severity: 'warning',
    kind: 'failover-clock',
    when: 'the last fork, or the answer to this check, took half of that time, or the last save took longer than it',
    find: (server) => {
      const [fork, limit] = [forkMs(server), clockMs(server)];
      if (fork >= limit / 2) return fork >= limit ? null : forkText(server);
      if (server.roundTripMs >= limit / 2)
        return `took ${durationText(server.roundTripMs)} to answer, and counts as dead after ${clockText(server)}: what stops it?`;
      const saveMs =
        Math.max(numberAt(server.info, 'rdb_last_bgsave_time_sec') ?? 0, numberAt(server.info, 'rdb_current_bgsave_time_sec') ?? 0) * 1_000;
      if (saveMs <= limit) return null;
      return `a save takes ${durationText(saveMs)}, longer than ${clockText(server)}: it counts as dead while it saves before a shutdown; make another the primary before that`;
    },
  },
];

function loadingText({ info }: Server): string | null {
  if (info.get('loading') !== '1') return null;
  const [percent, seconds] = [numberAt(info, 'loading_loaded_perc'), numberAt(info, 'loading_eta_seconds')];
  const progress = percent === null ? '' : `, ${Math.floor(percent)} %`;
  return `loads its data set${progress}${seconds === null ? '' : `, ${durationText(seconds * 1_000)} left`}: it serves nobody until then`;
}

function failsToAppend({ info }: Server): boolean {
  return info.get('aof_last_write_status') === 'err' && info.get('aof_enabled') === '1';
}

function failsToSave({ info }: Server): boolean {
  return info.get('rdb_last_bgsave_status') === 'err';
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ and `writeCommandsDeniedByDiskError` of src/server.c */
function stopsWrites({ config }: Server): boolean {
  return config.get('stop-writes-on-bgsave-error') === 'yes' && (config.get('save') ?? '') !== '';
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#safety-of-replication-when-master-has-persistence-turned-off */
function keepsNothing({ info, config }: Server): boolean {
  return config.get('save') === '' && config.get('appendonly') === 'no' && info.get('aof_enabled') !== '1';
}

function leads({ replication, replicas }: Server): boolean {
  return replication.role === 'primary' && (replicas.length > 0 || replication.replicas.length > 0);
}

/** Memory in use that counts for `maxmemory`. */
function usedBytes({ info }: Pick<Server, 'info'>): number | null {
  const used = numberAt(info, 'used_memory');
  return used === null ? null : used - (numberAt(info, 'mem_not_counted_for_evict') ?? 0);
}

/** Part of `maxmemory` that is in use; 0 without a limit. */
function shareOf(server: Server): number {
  const limit = numberAt(server.info, 'maxmemory') ?? 0;
  return limit > 0 ? (usedBytes(server) ?? 0) / limit : 0;
}

/** Whether there are keys that the policy lets it evict. */
function evicts({ info }: Server): boolean {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return false;
  const hasExpiring = [...info].some(([name, value]) => /^db\d+$/.test(name) && !/\bexpires=0\b/.test(value));
  return !policy.startsWith('volatile-') || hasExpiring;
}

function memoryText(server: Server): string {
  const limit = numberAt(server.info, 'maxmemory') ?? 0;
  const percent = Math.floor(shareOf(server) * 100);
  return `${bytesText(usedBytes(server) ?? 0)} of ${bytesText(limit)} in use (${percent} % of maxmemory, ${server.info.get('maxmemory_policy') ?? 'noeviction'})`;
}

function machineText({ info }: Server): string | null {
  const [resident, machine] = [numberAt(info, 'used_memory_rss') ?? 0, numberAt(info, 'total_system_memory') ?? 0];
  if (machine === 0 || resident < machine * NEARLY_ALL) return null;
  return `${bytesText(resident)} of the ${bytesText(machine)} of its machine in use: the kernel may kill it; set maxmemory, or move slots or keys away`;
}

function smallerText({ info, replication, primary }: Server): string | null {
  const limit = numberAt(info, 'maxmemory') ?? 0;
  const needed = replication.role === 'replica' && primary?.facts != null ? (usedBytes(primary.facts) ?? 0) : 0;
  if (limit === 0 || needed <= limit) return null;
  return `maxmemory is ${bytesText(limit)}, less than the ${bytesText(needed)} that ${primary?.name} has in use: once promoted it refuses writes or evicts keys`;
}

/** A fork stops the server. https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/#latency-generated-by-fork */
function forkMs({ info }: Server): number {
  return (numberAt(info, 'latest_fork_usec') ?? 0) / 1_000;
}

function forkText(server: Server): string {
  return `its last fork, as each save and each full synchronisation does one, stopped it for ${durationText(forkMs(server))}, and it counts as dead after ${clockText(server)}: raise that`;
}

function clockMs({ clock }: Server): number {
  return clock?.ms ?? Number.POSITIVE_INFINITY;
}

function clockText({ clock }: Server): string {
  return clock === null ? '' : `${durationText(clock.ms)} (${clock.setting})`;
}
