import type { Relay } from '../../test/support/relay.js';
import type { Server } from '../../test/support/server.js';
import { readCounters } from '../counters.js';
import type { Target } from '../driver.js';
import { emptied } from './cluster.js';
import { announced, follow, type Member, primariesOf, relaysOf, startMember, stopMembers } from './group.js';
import { reviveAll, type Stage } from './stage.js';

/** A primary with two replicas, and nobody who watches them. */
export class ReplicationStage implements Stage {
  private constructor(readonly members: readonly Member[]) {}

  /** `relays`: every server is reached through a relay. Default false. */
  static async start({ relays = false }: { readonly relays?: boolean } = {}): Promise<ReplicationStage> {
    const members = await Promise.all([startMember(relays), startMember(relays), startMember(relays)]);
    try {
      await follow(members[0], members);
      return new ReplicationStage(members);
    } catch (error) {
      await stopMembers(members);
      throw error;
    }
  }

  get target(): Target {
    return { kind: 'replication', seeds: this.members.map(announced) };
  }

  get relays(): Relay[] {
    return relaysOf(this.members);
  }

  async primary(): Promise<Server> {
    const [primary, another] = await primariesOf(this.members);
    if (primary === undefined || another !== undefined) throw new Error('the group has not exactly one primary');
    return primary.server;
  }

  async replicas(): Promise<Server[]> {
    const primary = await this.primary();
    return this.members.map(({ server }) => server).filter((server) => server !== primary);
  }

  async counts(keys: readonly string[]): Promise<number[]> {
    return readCounters(await this.primary(), keys);
  }

  async heal(): Promise<void> {
    await reviveAll(this.members.map(({ server }) => server));
    const [primary] = await primariesOf(this.members);
    if (primary === undefined) throw new Error('the group has no primary');
    await follow(primary, this.members);
    await emptied(primary.server);
  }

  stop(): Promise<void> {
    return stopMembers(this.members);
  }
}
