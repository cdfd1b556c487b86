import { pairFields } from '../../test/support/ask.js';
import type { Relay } from '../../test/support/relay.js';
import type { Reply } from '../../test/support/resp.js';
import { type Server, startAll, stopAll } from '../../test/support/server.js';
import { until } from '../../test/support/wait.js';
import { readCounters } from '../counters.js';
import type { Target } from '../driver.js';
import { emptied } from './cluster.js';
import { announced, follow, type Member, relaysOf, startMember, stopMembers } from './group.js';
import { placeOf, reviveAll, type Stage } from './stage.js';

const NAME = 'mymaster';

export interface SentinelStageOptions {
  /** Every data server is reached through a relay, which can black-hole it or be slow. Default false. */
  readonly relays?: boolean;
}

/** A primary, two replicas and three sentinels, quorum 2, `down-after-milliseconds` 1,500. */
export class SentinelStage implements Stage {
  readonly name = NAME;

  private constructor(
    readonly members: readonly Member[],
    readonly sentinels: readonly Server[],
  ) {}

  static async start({ relays = false }: SentinelStageOptions = {}): Promise<SentinelStage> {
    const members = await Promise.all([startMember(relays), startMember(relays), startMember(relays)]);
    const [primary] = members;
    const { host, port } = announced(primary);
    let sentinels: Server[] = [];
    try {
      await follow(primary, members);
      const config = [
        `sentinel monitor ${NAME} ${host} ${port} 2`,
        `sentinel down-after-milliseconds ${NAME} 1500`,
        `sentinel failover-timeout ${NAME} 10000`,
      ];
      sentinels = await startAll(Array.from({ length: 3 }, () => ({ sentinel: true, config })));
      const stage = new SentinelStage(members, sentinels);
      await stage.#introduced();
      return stage;
    } catch (error) {
      await Promise.all([stopMembers(members), stopAll(sentinels)]);
      throw error;
    }
  }

  get target(): Target {
    return { kind: 'sentinel', seeds: this.sentinels.map(placeOf), name: NAME };
  }

  get relays(): Relay[] {
    return relaysOf(this.members);
  }

  async primary(): Promise<Server> {
    return (await this.primaryMember()).server;
  }

  /** As most of the sentinels that run name it. */
  async primaryMember(): Promise<Member> {
    const votes = new Map<number, number>();
    for (const sentinel of this.sentinels) {
      if (sentinel.state !== 'running') continue;
      const [, port] = (await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as Reply[];
      votes.set(Number(port), (votes.get(Number(port)) ?? 0) + 1);
    }
    const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
    const member = this.members.find((one) => announced(one).port === winner?.[0]);
    if (member === undefined) throw new Error('no sentinel names a primary');
    return member;
  }

  async counts(keys: readonly string[]): Promise<number[]> {
    return readCounters(await this.primary(), keys);
  }

  async heal(): Promise<void> {
    await this.whole();
    await emptied(await this.primary());
  }

  /** Resolves when all servers run and follow the primary that the sentinels agree on. */
  async whole(): Promise<void> {
    for (const { relay } of this.members) relay?.resume();
    await reviveAll([...this.members.map(({ server }) => server), ...this.sentinels]);
    await until(() => this.#agreed(), { timeoutMs: 30_000, what: 'the sentinels agree' });
    await follow(await this.primaryMember(), this.members);
    await this.#introduced();
  }

  async stop(): Promise<void> {
    await Promise.all([stopMembers(this.members), stopAll(this.sentinels)]);
  }

  async #agreed(): Promise<boolean> {
    const views = await Promise.all(this.sentinels.map((sentinel) => sentinel.ask('SENTINEL', 'MASTER', NAME)));
    const fields = views.map(pairFields);
    return new Set(fields.map(({ port }) => port)).size === 1 && fields.every(({ flags }) => flags === 'master');
  }

  /** Sentinels look every 10 s only: until they know everything, more often. */
  async #introduced(): Promise<void> {
    const periods = (publish: number, info: number): Promise<unknown> =>
      Promise.all(this.sentinels.map((sentinel) => sentinel.ask('SENTINEL', 'DEBUG', 'PUBLISH-PERIOD', publish, 'INFO-PERIOD', info)));
    await periods(100, 300);
    await until(
      async () => (await this.#agreed()) && (await Promise.all(this.sentinels.map((one) => this.#knowsAll(one)))).every(Boolean),
      {
        timeoutMs: 30_000,
        what: 'the sentinels know the group and each other',
      },
    );
    await periods(2_000, 10_000);
  }

  async #knowsAll(sentinel: Server): Promise<boolean> {
    const replicas = ((await sentinel.ask('SENTINEL', 'REPLICAS', NAME)) as Reply[]).map(pairFields);
    const others = ((await sentinel.ask('SENTINEL', 'SENTINELS', NAME)) as Reply[]).map(pairFields);
    return (
      replicas.length === this.members.length - 1 &&
      replicas.every(({ flags, ...replica }) => flags === 'slave' && replica['master-link-status'] === 'ok') &&
      others.length === this.sentinels.length - 1 &&
      // Valkey 9 keeps the others' last word on a primary that was down.
      others.every(({ flags }) => flags === 'sentinel' || flags === 'sentinel,master_down')
    );
  }
}
