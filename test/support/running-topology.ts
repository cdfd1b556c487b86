import type { Address } from '../../lib/options/address.js';
import type { TopologyOptions } from '../../lib/options/topology.js';
import { Cluster } from './cluster.js';
import { ReplicationGroup } from './replication.js';
import { RingOfServers } from './ring.js';
import { SentinelGroup } from './sentinel.js';
import { Server, type ServerOptions } from './server.js';

/** Kinds that servers know of themselves. */
export const serverKinds = ['single', 'replication', 'sentinel', 'cluster'] as const;
/** The same and rings, of three servers. */
export const kinds = [...serverKinds, 'ring'] as const;
export type TopologyKind = (typeof kinds)[number];

interface Groups {
  readonly single: Server;
  readonly replication: ReplicationGroup;
  readonly sentinel: SentinelGroup;
  readonly cluster: Cluster;
  readonly ring: RingOfServers;
}

/** Real servers of one topology, and how a client finds them. */
export class RunningTopology<K extends TopologyKind = TopologyKind> {
  constructor(
    readonly kind: K,
    /** The servers with what is special about their kind: `failover()`, `moveSlots()` … */
    readonly group: Groups[K],
  ) {}

  /** The data servers. */
  get nodes(): readonly Server[] {
    const group: Groups[TopologyKind] = this.group;
    if (group instanceof Server) return [group];
    return group instanceof SentinelGroup ? group.nodes : group.servers;
  }

  /** What a client is told: all data servers, or all sentinels and the group's name. */
  get seeds(): Address[] {
    const group: Groups[TopologyKind] = this.group;
    const servers = group instanceof SentinelGroup ? group.sentinels : this.nodes;
    return servers.map(({ host, port }) => ({ host, port }));
  }

  /** A fresh `topology` option for a client. */
  createOptions(): TopologyOptions {
    const { seeds } = this;
    const kind: TopologyKind = this.kind;
    const group: Groups[TopologyKind] = this.group;
    if (group instanceof SentinelGroup) return { kind: 'sentinel', seeds, name: group.name, access: {} };
    if (group instanceof RingOfServers) return group.topology;
    if (kind === 'cluster' || kind === 'replication') return { kind, seeds };
    const [address] = seeds;
    if (address === undefined) throw new Error('a topology without servers');
    return { kind: 'single', address };
  }

  /** Who is a primary now, by what the servers say. */
  async primaries(): Promise<Server[]> {
    const group: Groups[TopologyKind] = this.group;
    if (group instanceof Server) return [group];
    if (group instanceof RingOfServers) return [...group.servers];
    if (group instanceof ReplicationGroup) return [group.primary];
    return group instanceof SentinelGroup ? [await group.primary()] : await group.primaries();
  }

  /** Data servers that run and are not a primary. */
  async replicas(): Promise<Server[]> {
    const primaries = await this.primaries();
    return this.nodes.filter((node) => node.state === 'running' && !primaries.includes(node));
  }

  /** Removes all keys, from the replicas too. */
  async flush(): Promise<void> {
    const primaries = await this.primaries();
    const replicas = this.nodes.length / primaries.length - 1;
    await Promise.all(
      primaries.map(async (primary) => {
        using connection = await primary.connect({ timeoutMs: 5_000 });
        await Promise.all([connection.ask('FLUSHALL'), connection.ask('WAIT', replicas, 2_000)]);
      }),
    );
  }

  stop(): Promise<void> {
    return this.group.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Servers of one test's own, to do anything to. Whoever starts them stops them. `program`: another than the default one. */
export async function startTopology<K extends TopologyKind>(kind: K, program?: string): Promise<RunningTopology<K>> {
  return new RunningTopology<K>(kind, await starters[kind](program === undefined ? {} : { program }));
}

/** Starters by kind; shared servers live as long as the run, see `leaks.ts`. */
export const starters: { readonly [K in TopologyKind]: (server: Pick<ServerOptions, 'shared' | 'program'>) => Promise<Groups[K]> } = {
  single: (server) => Server.start(server),
  replication: (server) => ReplicationGroup.start({ server }),
  sentinel: (server) => SentinelGroup.start({ server, sentinel: server }),
  cluster: (server) => Cluster.start({ server }),
  ring: (server) => RingOfServers.start(server),
};
