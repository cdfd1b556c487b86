import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type Ok, toList, toObject } from '../decode.js';
import { CommandGroup } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, pushOptions } from '../tokens.js';

const CLUSTER_BUMPEPOCH = command('CLUSTER BUMPEPOCH');
const CLUSTER_COUNT_FAILURE_REPORTS = command('CLUSTER COUNT-FAILURE-REPORTS');
const CLUSTER_FAILOVER = command('CLUSTER FAILOVER');
const CLUSTER_FORGET = command('CLUSTER FORGET');
const CLUSTER_HELP = command('CLUSTER HELP');
const CLUSTER_INFO = command('CLUSTER INFO');
const CLUSTER_LINKS = command('CLUSTER LINKS');
const CLUSTER_MEET = command('CLUSTER MEET');
const CLUSTER_MYID = command('CLUSTER MYID');
const CLUSTER_MYSHARDID = command('CLUSTER MYSHARDID');
const CLUSTER_NODES = command('CLUSTER NODES');
const CLUSTER_REPLICAS = command('CLUSTER REPLICAS');
const CLUSTER_REPLICATE = command('CLUSTER REPLICATE');
const CLUSTER_RESET = command('CLUSTER RESET');
const CLUSTER_SAVECONFIG = command('CLUSTER SAVECONFIG');
const CLUSTER_SET_CONFIG_EPOCH = command('CLUSTER SET-CONFIG-EPOCH');
const CLUSTER_SHARDS = command('CLUSTER SHARDS');
const CLUSTER_SLAVES = command('CLUSTER SLAVES');

export interface ClusterShard<Text, I> {
  /** Valkey 8.1. */
  id?: Text;
  /** First and last slot, both included. */
  slots: { start: I; end: I }[];
  nodes: ClusterShardNode<Text, I>[];
}
export interface ClusterShardNode<Text, I> {
  id: Text;
  /** Where it listens without TLS. */
  port?: I;
  'tls-port'?: I;
  ip: Text;
  endpoint: Text | null;
  hostname?: Text;
  /** `master`, `replica`. */
  role: Text;
  'replication-offset': I;
  /** `online`, `failed`, `loading`. */
  health: Text;
  'availability-zone'?: Text;
}

/** One of the two connections between the answering node and another one. */
export interface ClusterLink<Text, I> {
  /** `to` or `from` the other node. */
  direction: Text;
  node: Text;
  /** Unix time in milliseconds. */
  'create-time': I;
  events: Text;
  'send-buffer-allocated': I;
  'send-buffer-used': I;
}

/** Nodes of a cluster, as the one that answers knows them. Slots are in `ClusterSlotCommands`. */
export abstract class ClusterCommands extends CommandGroup {
  /**
   * The shards with their slots and nodes. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-shards/
   */
  clusterShards(): Out<this, ClusterShard<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(CLUSTER_SHARDS, [], toShards<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * The nodes as the node itself keeps them, a line each. O(N), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-nodes/
   */
  clusterNodes(): Out<this, TextOf<this>> {
    return this.run(CLUSTER_NODES, []);
  }

  /**
   * The state of the cluster, as lines of `name:value`. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-info/
   */
  clusterInfo(): Out<this, TextOf<this>> {
    return this.run(CLUSTER_INFO, []);
  }

  /**
   * The connections to and from the other nodes. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-links/
   */
  clusterLinks(): Out<this, ClusterLink<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(CLUSTER_LINKS, [], toLinks<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * The id of the node. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-myid/
   */
  clusterMyid(): Out<this, TextOf<this>> {
    return this.run(CLUSTER_MYID, []);
  }

  /**
   * The id of the node's shard. O(1), since 7.2.0.
   * @see https://redis.io/docs/latest/commands/cluster-myshardid/
   */
  clusterMyshardid(): Out<this, TextOf<this>> {
    return this.run(CLUSTER_MYSHARDID, []);
  }

  /**
   * The replicas of a primary, as lines of `CLUSTER NODES`. O(N), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-replicas/
   */
  clusterReplicas(nodeId: string): Out<this, TextOf<this>[]> {
    return this.run(CLUSTER_REPLICAS, [nodeId]);
  }

  /**
   * The older name of `clusterReplicas`. O(N), since 3.0.0.
   * @deprecated Use `clusterReplicas`.
   * @see https://redis.io/docs/latest/commands/cluster-slaves/
   */
  clusterSlaves(nodeId: string): Out<this, TextOf<this>[]> {
    return this.run(CLUSTER_SLAVES, [nodeId]);
  }

  /**
   * How many nodes think that a node has failed. O(N), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-count-failure-reports/
   */
  clusterCountFailureReports(nodeId: string): Out<this, IntegerOf<this>> {
    return this.run(CLUSTER_COUNT_FAILURE_REPORTS, [nodeId]);
  }

  /**
   * Brings another node into the cluster, and with it those it knows. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-meet/
   */
  clusterMeet(ip: string, port: number, clusterBusPort?: number): Out<this, Ok> {
    return this.run(CLUSTER_MEET, clusterBusPort === undefined ? [ip, port] : [ip, port, clusterBusPort]);
  }

  /**
   * Takes a node out of what the answering node knows. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-forget/
   */
  clusterForget(nodeId: string): Out<this, Ok> {
    return this.run(CLUSTER_FORGET, [nodeId]);
  }

  /**
   * Makes the node a replica of a primary, or (`'NO ONE'`, Valkey 9) a primary without slots. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-replicate/
   */
  clusterReplicate(nodeId: string): Out<this, Ok> {
    return this.run(CLUSTER_REPLICATE, nodeId === 'NO ONE' ? ['NO', 'ONE'] : [nodeId]);
  }

  /**
   * Has the replica that gets it become the primary: in step with the old one, without it (`FORCE`), or without anybody (`TAKEOVER`). O(1),
   * since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-failover/
   */
  clusterFailover(options?: AtMostOne<{ FORCE: true; TAKEOVER: true }>): Out<this, Ok> {
    const args: Arg[] = [];
    pushOptions(args, options, ['FORCE', 'TAKEOVER']);
    return this.run(CLUSTER_FAILOVER, args);
  }

  /**
   * Makes the node forget the cluster; `HARD` gives it a new id, too. O(N), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-reset/
   */
  clusterReset(options?: AtMostOne<{ HARD: true; SOFT: true }>): Out<this, Ok> {
    const args: Arg[] = [];
    pushOptions(args, options, ['HARD', 'SOFT']);
    return this.run(CLUSTER_RESET, args);
  }

  /**
   * Writes what the node knows of the cluster to its file. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-saveconfig/
   */
  clusterSaveconfig(): Out<this, Ok> {
    return this.run(CLUSTER_SAVECONFIG, []);
  }

  /**
   * Gives the node a higher config epoch: `BUMPED` or `STILL`, and the epoch. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-bumpepoch/
   */
  clusterBumpepoch(): Out<this, string> {
    return this.run(CLUSTER_BUMPEPOCH, []);
  }

  /**
   * Gives a fresh node its config epoch. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-set-config-epoch/
   */
  clusterSetConfigEpoch(configEpoch: number): Out<this, Ok> {
    return this.run(CLUSTER_SET_CONFIG_EPOCH, [configEpoch]);
  }

  /**
   * What the server says about `CLUSTER`. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-help/
   */
  clusterHelp(): Out<this, string[]> {
    return this.run(CLUSTER_HELP, []);
  }
}

function toShards<Text, I>(raw: Raw): ClusterShard<Text, I>[] {
  return toList(raw).map((one) => {
    const { slots, nodes, ...shard } = toObject<Raw>(one);
    const bounds = toList(slots);
    return {
      ...shard,
      slots: bounds.flatMap((start, at) => (at % 2 === 0 ? [{ start: start as I, end: bounds[at + 1] as I }] : [])),
      nodes: toList(nodes).map((node) => toObject(node) as unknown as ClusterShardNode<Text, I>),
    };
  });
}

function toLinks<Text, I>(raw: Raw): ClusterLink<Text, I>[] {
  return toList(raw).map((one) => toObject(one) as unknown as ClusterLink<Text, I>);
}
