import { Relay } from '../../test/support/relay.js';
import { ReplicationGroup } from '../../test/support/replication.js';
import type { Server } from '../../test/support/server.js';
import { readCounters } from '../counters.js';
import type { Target } from '../driver.js';
import { emptied } from './cluster.js';
import { follow, type Member } from './group.js';
import { placeOf, reviveAll, type Stage } from './stage.js';

/** Two servers, one a replica of the other, behind one address that leads to the primary. */
export class VirtualIpStage implements Stage {
  readonly members: readonly Member[];

  private constructor(
    readonly group: ReplicationGroup,
    readonly relay: Relay,
  ) {
    this.members = group.servers.map((server) => ({ server, relay: null }));
  }

  static async start(): Promise<VirtualIpStage> {
    const group = await ReplicationGroup.start({ replicas: 1 });
    return new VirtualIpStage(group, await Relay.start(placeOf(group.primary)));
  }

  get target(): Target {
    return { kind: 'single', address: { host: this.relay.host, port: this.relay.port } };
  }

  get relays(): Relay[] {
    return [this.relay];
  }

  async primary(): Promise<Server> {
    return this.#member(true).server;
  }

  /** Whom the address could lead to as well. */
  standby(): Server {
    return this.#member(false).server;
  }

  async counts(keys: readonly string[]): Promise<number[]> {
    return readCounters(await this.primary(), keys);
  }

  async heal(): Promise<void> {
    await reviveAll(this.group.servers);
    const primary = this.#member(true);
    await follow(primary, this.members);
    await emptied(primary.server);
  }

  async stop(): Promise<void> {
    await this.relay.stop();
    await this.group.stop();
  }

  #member(isTarget: boolean): Member {
    const member = this.members.find(({ server }) => (server.port === this.relay.target.port) === isTarget);
    if (member === undefined) throw new Error('the address leads nowhere');
    return member;
  }
}
