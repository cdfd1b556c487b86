import { ReplicationGroup } from '../../test/support/replication.js';
import type { Server } from '../../test/support/server.js';
import { readCounters } from '../counters.js';
import type { Target } from '../driver.js';
import { emptied } from './cluster.js';
import { follow, type Member, primariesOf } from './group.js';
import { placeOf, reviveAll, type Stage } from './stage.js';

/** A primary with two replicas, and nobody who watches them. */
export class ReplicationStage implements Stage {
  readonly members: readonly Member[];

  private constructor(readonly group: ReplicationGroup) {
    this.members = group.servers.map((server) => ({ server, relay: null }));
  }

  static async start(): Promise<ReplicationStage> {
    return new ReplicationStage(await ReplicationGroup.start());
  }

  get target(): Target {
    return { kind: 'replication', seeds: this.group.servers.map(placeOf) };
  }

  async primary(): Promise<Server> {
    const [primary, another] = await primariesOf(this.members);
    if (primary === undefined || another !== undefined) throw new Error('the group has not exactly one primary');
    return primary.server;
  }

  async replicas(): Promise<Server[]> {
    const primary = await this.primary();
    return this.group.servers.filter((server) => server !== primary);
  }

  async counts(keys: readonly string[]): Promise<number[]> {
    return readCounters(await this.primary(), keys);
  }

  async heal(): Promise<void> {
    await reviveAll(this.group.servers);
    const [primary] = await primariesOf(this.members);
    if (primary === undefined) throw new Error('the group has no primary');
    await follow(primary, this.members);
    await emptied(primary.server);
  }

  stop(): Promise<void> {
    return this.group.stop();
  }
}
