import { numberAt } from './info-fields.js';
import type { NodeFacts } from './node-facts.js';
import type { Problem } from './problem.js';
import { type ListedReplica, type ReplicationFacts, replicationOf } from './replication-facts.js';

/** Another server of the same shard, group or tree. */
export interface Neighbour {
  readonly name: string;
  /** Null: it could not be asked. */
  readonly facts: NodeFacts | null;
}

/** How long a server may be silent before others take it for dead and promote a replica. */
export interface FailoverClock {
  readonly setting: string;
  readonly ms: number;
}

/** What is known of a server besides its own facts. */
export interface ServerContext {
  /** The server that it follows. */
  readonly primary?: Neighbour | null;
  /** Its direct replicas. */
  readonly replicas?: readonly Neighbour[];
  /** The server in the list of its primary; null: it is not there, or the list is not known. Default null. */
  readonly listed?: ListedReplica | null;
  /** Default: `cluster-node-timeout` of a node of a cluster. */
  readonly clock?: FailoverClock | null;
}

/** A server among its neighbours, as the rules look at it. */
export interface Server extends NodeFacts {
  readonly replication: ReplicationFacts;
  readonly primary: { readonly name: string; readonly facts: NodeFacts | null; readonly replication: ReplicationFacts | null } | null;
  /** The server in the list of its primary; null: it is not there, or the list is not known. */
  readonly listed: ListedReplica | null;
  readonly replicas: readonly Neighbour[];
  /** Null: nobody promotes a replica by itself. */
  readonly clock: FailoverClock | null;
}

/** What can be wrong with one server, and the test that finds it. */
export interface ServerRule {
  readonly severity: Problem['severity'];
  readonly kind: Problem['kind'];
  /** When it is found, as the documentation tells it. */
  readonly when: string;
  /** What is wrong and what to do, to stand after the server's name; null: nothing is wrong. */
  readonly find: (server: Server) => string | null;
}

export function serverOf(
  facts: NodeFacts,
  { primary = null, replicas = [], listed = null, clock = clusterClock(facts) }: ServerContext,
): Server {
  const of = primary?.facts == null ? null : replicationOf(primary.facts);
  return {
    ...facts,
    replication: replicationOf(facts),
    primary: primary === null ? null : { ...primary, replication: of },
    listed,
    replicas,
    clock,
  };
}

/** `cluster-node-timeout` of a node of a cluster. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#failure-detection */
export function clusterClock({ info, config }: NodeFacts): FailoverClock | null {
  const ms = info.get('cluster_enabled') === '1' ? numberAt(config, 'cluster-node-timeout') : null;
  return ms === null ? null : { setting: 'cluster-node-timeout', ms };
}
