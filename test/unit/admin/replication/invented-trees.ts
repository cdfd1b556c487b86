import { buildTree, type ReplicationTree, type ServerAnswer } from '../../../../lib/admin/replication/tree.js';
import { factsOf } from '../health/invented-facts.js';

type Fields = Readonly<Record<string, string | number | null>>;

/** A server at 10.0.0.<id>:6379 of an invented tree. */
export interface InventedServer {
  readonly id: number;
  /** Which server it follows; undefined: none. */
  readonly of?: number;
  /** It does not answer. */
  readonly down?: boolean;
  /** It may be asked neither INFO nor ROLE. */
  readonly silent?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly info?: Fields;
  readonly config?: Fields;
  /** How its primary lists it; null: not at all. */
  readonly listed?: string | null;
}

export const hostOf = ({ id, host = `10.0.0.${id}` }: InventedServer): string => host;
export const nameOf = (id: number): string => `10.0.0.${id}:6379`;

/** A tree as `readTree` builds it from what these servers say. */
export function treeOf(...servers: readonly InventedServer[]): ReplicationTree {
  return buildTree(
    servers.map((server) => answerOf(server, servers)),
    (announced) => announced,
  );
}

function answerOf(server: InventedServer, all: readonly InventedServer[]): ServerAnswer {
  const { id, of, port = 6379, down = false, info = {}, config = {} } = server;
  const address = { host: hostOf(server), port };
  if (down) return { address, facts: null, problem: 'connect ECONNREFUSED' };
  if (server.silent === true) return { address, facts: { info: new Map(), config: new Map(), roundTripMs: 1 }, problem: null };
  const above = all.find((other) => other.id === of);
  const replicas = all.filter((other) => other.of === id && other.listed !== null);
  const listed = Object.fromEntries(
    replicas.map((replica, index) => [
      `slave${index}`,
      replica.listed ?? `ip=${hostOf(replica)},port=${replica.port ?? 6379},state=online,offset=5000,lag=0`,
    ]),
  );
  const link =
    of === undefined ? {} : { master_host: above === undefined ? `10.0.0.${of}` : hostOf(above), master_port: above?.port ?? 6379 };
  const fields = {
    run_id: `run${id}`,
    cluster_enabled: 0,
    config_file: '/etc/redis.conf',
    tcp_port: port,
    connected_slaves: replicas.length,
    slave0: null,
    ...link,
    ...listed,
    ...info,
  };
  return { address, facts: factsOf(of === undefined ? 'primary' : 'replica', { info: fields, config }), problem: null };
}
