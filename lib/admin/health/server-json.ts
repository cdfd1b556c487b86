import { addressKey } from '../../options/address.js';
import { numberAt } from './info-fields.js';
import type { NodeFacts } from './node-facts.js';
import { lagBytes } from './replication-facts.js';
import { type ServerContext, serverOf } from './server.js';
import { versionOf } from './server-version.js';

/** What a server says of itself, for programs: in every topology the same names. */
export function serverJson(facts: NodeFacts, context: ServerContext = {}): Record<string, unknown> {
  const { info, config, replication, primary, listed } = serverOf(facts, context);
  const of = primary?.replication ?? null;
  const maxBytes = numberAt(info, 'maxmemory');
  return {
    version: versionOf(facts),
    roundTripMs: Math.round(facts.roundTripMs * 10) / 10,
    uptimeSeconds: numberAt(info, 'uptime_in_seconds'),
    loading: info.get('loading') === '1',
    replication: {
      role: replication.role,
      offset: replication.offset,
      ...(replication.role === 'replica'
        ? {
            primary: replication.primary === null ? null : addressKey(replication.primary),
            link: replication.link,
            sync: replication.sync,
            downSeconds: replication.downSeconds,
            lagBytes: of === null ? null : lagBytes(of, replication, listed),
            lagSeconds: listed?.lagSeconds ?? replication.lagSeconds,
            priority: replication.priority,
            writable: replication.writable,
          }
        : {
            replicas: replication.replicas.map(({ address, state, offset, lagSeconds }) => ({
              address: addressKey(address),
              state,
              offset,
              lagSeconds,
            })),
          }),
    },
    memory: {
      usedBytes: numberAt(info, 'used_memory'),
      maxBytes: maxBytes === 0 ? null : maxBytes,
      policy: info.get('maxmemory_policy') ?? null,
    },
    persistence: {
      save: config.get('save') ?? null,
      appendonly: config.get('appendonly') ?? null,
      lastSave: info.get('rdb_last_bgsave_status') ?? null,
      lastSaveSeconds: numberAt(info, 'rdb_last_bgsave_time_sec'),
      lastForkMs: (numberAt(info, 'latest_fork_usec') ?? 0) / 1_000,
    },
  };
}
