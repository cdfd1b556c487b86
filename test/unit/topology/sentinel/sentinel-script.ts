import type { Captured } from '../captured-replies.js';
import { type Script, SENTINEL_SERVER } from '../scripted-servers.js';

interface SentinelOptions {
  readonly port?: number;
  readonly epoch?: number;
  readonly flags?: string;
  /** The sentinel leads a failover and promotes the replica at this port. */
  readonly promoting?: number;
  readonly replicas?: readonly number[];
  readonly sentinels?: readonly number[];
  readonly name?: string;
}
/** A sentinel that names the node at `port` as the primary. */
export function sentinelScript({
  port = 7000,
  epoch = 1,
  promoting,
  flags = promoting === undefined ? 'master' : 'master,failover_in_progress',
  replicas = [7001],
  sentinels = [],
  name = 'mymaster',
}: SentinelOptions = {}): Script {
  const instance = (other: number, more: readonly string[]): Captured => ['ip', '127.0.0.1', 'port', `${other}`, ...more];
  return {
    ...(SENTINEL_SERVER as object),
    [`SENTINEL GET-MASTER-ADDR-BY-NAME ${name}`]: ['127.0.0.1', `${port}`],
    'SENTINEL GET-MASTER-ADDR-BY-NAME other': null,
    [`SENTINEL MASTER ${name}`]: ['name', name, 'flags', flags, 'config-epoch', `${epoch}`],
    [`SENTINEL SLAVES ${name}`]: replicas.map((other) =>
      instance(other, ['flags', other === promoting ? 'slave,promoted' : 'slave', 'master-link-status', 'ok']),
    ),
    [`SENTINEL SENTINELS ${name}`]: sentinels.map((other) => instance(other, ['runid', `id-${other}`])),
    'SENTINEL MASTERS': [['name', name]],
    'SENTINEL MYID': `id-${port}-${epoch}`,
  };
}
