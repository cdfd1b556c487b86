import { setTimeout as sleep } from 'node:timers/promises';
import { infoFields } from './ask.js';
import { agreedView, clusterPort, membersOf, type ShardView, viewOf } from './cluster-view.js';
import { type Server, type ServerOptions, type StartServer, startAll, stopAll, withProgram } from './server.js';
import { moveSlot, type SlotEnd } from './slot-move.js';
import { until } from './wait.js';

export interface ClusterOptions {
  /** Default 3. */
  readonly primaries?: number;
  /** Replicas of each primary. Default 1. */
  readonly replicas?: number;
  /** The first slot of each primary. Default: all have as many. */
  readonly firstSlots?: readonly number[];
  /** `cluster-node-timeout`. Default 2,000. */
  readonly nodeTimeoutMs?: number;
  /**
   * Resolves only when `CLUSTER SLOTS` lists the replicas, which it does not while their replication offset is 0. `false` gives a cluster
   * as fresh as a real one. Default true.
   */
  readonly replicasInSlots?: boolean;
  /** Server program of every node. Default: what `scripts/servers.mjs` finds. */
  readonly program?: string;
  /** Options of every server. With `tls` the cluster bus and the replication use it too. */
  readonly server?: Omit<ServerOptions, 'port'>;
  /** Starts one server. Default: `Server.start`. */
  readonly start?: StartServer;
}

export interface MoveOptions {
  /** Pause between two keys, so that clients see the slot while it moves. Default 0. */
  readonly pauseMs?: number;
}

const slotCount = 16_384;

/** A cluster, made of its parts with CLUSTER commands. */
export class Cluster {
  private constructor(
    /** All servers, whatever their role is now; the first ones were made primaries. */
    readonly servers: readonly Server[],
    private readonly password: string | undefined,
  ) {}

  /** Resolves when every node says `cluster_state:ok`, all agree on slots and roles, and the replicas are linked. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const { primaries = 3, replicas = 1, nodeTimeoutMs = 2_000, replicasInSlots = true } = options;
    const server = withProgram(options.server, options.program);
    const { firstSlots = Array.from({ length: primaries }, (_, i) => Math.floor((i * slotCount) / primaries)) } = options;
    const config = ['cluster-enabled yes', 'cluster-config-file nodes.conf', `cluster-node-timeout ${nodeTimeoutMs}`];
    if (server.tls) config.push('tls-cluster yes', 'tls-replication yes');
    const one: ServerOptions = { ...server, config: [...config, ...(server.config ?? [])] };
    const servers = await startAll(
      Array.from({ length: primaries * (1 + replicas) }, () => one),
      options.start,
    );
    try {
      await join(servers, firstSlots);
      await agreed(servers, replicasInSlots ? replicas : 0);
      return new Cluster(servers, server.password);
    } catch (error) {
      await stopAll(servers);
      throw error;
    }
  }

  /** Shards as their own nodes see themselves; of two that claim a slot the one with the higher config epoch counts. */
  view(): Promise<ShardView[]> {
    return viewOf(this.servers);
  }

  async primaries(): Promise<Server[]> {
    return (await this.view()).map(({ primary }) => primary);
  }

  async replicas(): Promise<Server[]> {
    return (await this.view()).flatMap(({ replicas }) => [...replicas]);
  }

  /** The primary that serves a slot. */
  async nodeForSlot(slot: number): Promise<Server> {
    return (await this.shardForSlot(slot)).primary;
  }

  async shardForSlot(slot: number): Promise<ShardView> {
    const shard = (await this.view()).find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
    if (shard === undefined) throw new Error(`no running primary serves slot ${slot}`);
    return shard;
  }

  /** `CLUSTER INFO` of a node, default the first that runs. */
  async info(server?: Server): Promise<Record<string, string>> {
    const asked = server ?? this.servers.find(({ state }) => state === 'running');
    if (asked === undefined) throw new Error('no node of the cluster runs');
    return infoFields(await asked.ask('CLUSTER', 'INFO'));
  }

  /** Moves slots `first` to `last` key by key while clients may use them. Resolves with the number of keys moved. */
  async moveSlots(from: Server, to: Server, first: number, last: number, { pauseMs = 0 }: MoveOptions = {}): Promise<number> {
    const others = (await this.primaries()).filter((server) => server !== from && server !== to);
    const ends = await Promise.all(
      [from, to, ...others].map(async (server): Promise<SlotEnd> => {
        // Keys are bytes.
        const connection = await server.connect({ encoding: 'latin1', timeoutMs: 10_000 });
        return { connection, id: String(await connection.ask('CLUSTER', 'MYID')), host: server.host, port: clusterPort(server) };
      }),
    );
    const [source, target, ...rest] = ends;
    try {
      if (source === undefined || target === undefined) throw new Error('a move needs two nodes');
      let keys = 0;
      for (let slot = first; slot <= last; slot++) {
        keys += await moveSlot(slot, {
          source,
          target,
          others: rest,
          password: this.password,
          pause: pauseMs === 0 ? null : () => sleep(pauseMs),
        });
      }
      return keys;
    } finally {
      for (const { connection } of ends) connection.close();
    }
  }

  /**
   * Makes a replica the primary of its shard (`CLUSTER FAILOVER`), and resolves when all running nodes agree. Default: one of the first
   * shard.
   */
  async failover(replica?: Server, mode?: 'FORCE' | 'TAKEOVER'): Promise<Server> {
    const chosen = replica ?? (await this.replicas())[0];
    if (chosen === undefined) throw new Error('the cluster has no replica that runs');
    await chosen.ask('CLUSTER', 'FAILOVER', ...(mode === undefined ? [] : [mode]));
    await until(async () => (await chosen.info('replication')).role === 'master', {
      timeoutMs: 15_000,
      what: `${chosen.address} becomes primary`,
    });
    await this.settled();
    return chosen;
  }

  /** Resolves when another node than `old` serves `slot` and all running nodes agree. */
  async failedOver(old: Server, slot: number, timeoutMs = 30_000): Promise<Server> {
    const primary = await until(
      async () => {
        const now = await this.nodeForSlot(slot);
        return now === old ? undefined : now;
      },
      { timeoutMs, what: `another node than ${old.address} serves slot ${slot}` },
    );
    await this.settled(timeoutMs);
    return primary;
  }

  /** Resolves when all running nodes say `cluster_state:ok` and agree who serves which slots. */
  async settled(timeoutMs = 15_000): Promise<void> {
    await agreed(
      this.servers.filter(({ state }) => state === 'running'),
      0,
      timeoutMs,
    );
  }

  stop(): Promise<void> {
    return stopAll(this.servers);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function join(servers: readonly Server[], firstSlots: readonly number[]): Promise<void> {
  const primaryCount = firstSlots.length;
  const primaries = servers.slice(0, primaryCount);
  await Promise.all(
    primaries.map(async (server, i) => {
      // Different epochs from the start spare the nodes the settling of a conflict.
      await server.ask('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      await server.ask('CLUSTER', 'ADDSLOTSRANGE', firstSlots[i] ?? 0, (firstSlots[i + 1] ?? slotCount) - 1);
    }),
  );
  // Every pair meets: nobody has to wait for gossip.
  await Promise.all(
    servers.map(async (server, i) => {
      using connection = await server.connect();
      for (const other of servers.slice(i + 1))
        await connection.ask('CLUSTER', 'MEET', other.host, clusterPort(other), clusterPort(other) + 10_000);
    }),
  );
  const ids = await Promise.all(primaries.map(async (server) => String(await server.ask('CLUSTER', 'MYID'))));
  await Promise.all(
    servers.slice(primaryCount).map((server, i) =>
      // Refused until the hand-shake with the primary is done.
      until(() => server.ask('CLUSTER', 'REPLICATE', ids[i % primaryCount] ?? ''), {
        timeoutMs: 10_000,
        what: `${server.address} becomes a replica`,
      }),
    ),
  );
}

async function agreed(servers: readonly Server[], replicas: number, timeoutMs = 20_000): Promise<void> {
  if (replicas > 0) {
    await until(async () => (await Promise.all(servers.map(isLinked))).every(Boolean), { timeoutMs, what: 'the replicas are linked' });
    // Replicated even where there is nothing to remove, and allowed while the cluster is not complete: it moves the offset on from 0.
    for (const server of servers) if ((await server.info('replication')).role === 'master') await server.ask('FLUSHALL');
  }
  await until(() => agreedView(servers, replicas), { timeoutMs, what: 'the nodes agree on the cluster' });
  await until(async () => (await Promise.all(servers.map(isLinked))).every(Boolean), { timeoutMs, what: 'the replicas are linked' });
  await until(async () => (await membersOf(servers)).every(({ flags }) => !flags.includes('handshake')), {
    timeoutMs,
    what: 'all nodes have met',
  });
}

async function isLinked(server: Server): Promise<boolean> {
  const { role, master_link_status } = await server.info('replication');
  return role === 'master' || master_link_status === 'up';
}
