import { slotOfKey } from '../../lib/routing/keys/slots.js';
import { Cluster } from '../../test/support/cluster.js';
import { agreedView, type ShardView } from '../../test/support/cluster-view.js';
import type { Relay } from '../../test/support/relay.js';
import type { Server, ServerOptions } from '../../test/support/server.js';
import { until } from '../../test/support/wait.js';
import { readCounters } from '../counters.js';
import type { Target } from '../driver.js';
import { announced, type Member, relaysOf, startMember, stopMembers } from './group.js';
import { reviveAll, type Stage, TAG } from './stage.js';

export const SLOT = slotOfKey(TAG);

/** Three primaries with a replica each, `cluster-node-timeout` 2 s. */
export class ClusterStage implements Stage {
  private constructor(
    readonly cluster: Cluster,
    readonly members: readonly Member[],
  ) {}

  /** `relays`: every node is reached through a relay. Default false. `program`: of the servers. Default: that of all others. */
  static async start({ relays = false, program }: { readonly relays?: boolean; readonly program?: string } = {}): Promise<ClusterStage> {
    const members: Member[] = [];
    const start = async (options: ServerOptions): Promise<Server> => {
      const member = await startMember(relays, options);
      members.push(member);
      return member.server;
    };
    try {
      return new ClusterStage(
        await Cluster.start({ nodeTimeoutMs: 2_000, server: program === undefined ? {} : { program }, start }),
        members,
      );
    } catch (error) {
      await stopMembers(members);
      throw error;
    }
  }

  get target(): Target {
    return { kind: 'cluster', seeds: this.members.map(announced) };
  }

  get relays(): Relay[] {
    return relaysOf(this.members);
  }

  primary(): Promise<Server> {
    return this.cluster.nodeForSlot(SLOT);
  }

  shard(slot = SLOT): Promise<ShardView> {
    return this.cluster.shardForSlot(slot);
  }

  async counts(keys: readonly string[]): Promise<number[]> {
    const view = await this.cluster.view();
    const values: number[] = new Array<number>(keys.length).fill(0);
    const places = keys.map((key, place) => ({ key, place, slot: slotOfKey(key) }));
    await Promise.all(
      view.map(async ({ primary, slots }) => {
        const own = places.filter(({ slot }) => slots.some(([first, last]) => first <= slot && slot <= last));
        const found = await readCounters(
          primary,
          own.map(({ key }) => key),
        );
        for (const [i, { place }] of own.entries()) values[place] = found[i] ?? 0;
      }),
    );
    return values;
  }

  /** Sets counters to 0. */
  async fill(keys: readonly string[]): Promise<void> {
    for (const { primary, slots } of await this.cluster.view()) {
      const own = keys.filter((key) => slots.some(([first, last]) => first <= slotOfKey(key) && slotOfKey(key) <= last));
      using connection = await primary.connect({ timeoutMs: 20_000 });
      for (let at = 0; at < own.length; at += 1_000) {
        await Promise.all(own.slice(at, at + 1_000).map((key) => connection.ask('SET', key, 0)));
      }
    }
  }

  /** Resolves when every shard has its replica, and all agree. */
  async whole(): Promise<void> {
    const { servers } = this.cluster;
    await until(
      async () => {
        const infos = await Promise.all(servers.map((server) => server.info('replication')));
        return infos.every(({ role, master_link_status }) => role === 'master' || master_link_status === 'up');
      },
      { timeoutMs: 30_000, what: 'the replicas are linked' },
    );
    await until(() => agreedView(servers, 1), { timeoutMs: 30_000, what: 'the nodes agree and every shard has a replica' });
  }

  async heal(): Promise<void> {
    await reviveAll(this.cluster.servers);
    await this.whole();
    for (const primary of await this.cluster.primaries()) await emptied(primary);
  }

  stop(): Promise<void> {
    return stopMembers(this.members);
  }
}

/** Resolves when the server is empty, its replicas too. */
export async function emptied(primary: Server): Promise<void> {
  using connection = await primary.connect({ timeoutMs: 20_000 });
  await connection.ask('FLUSHALL');
  // One write more than nothing: CLUSTER SLOTS leaves out replicas without an offset.
  await connection.ask('WAIT', 1, 5_000);
}
