import { pairFields } from './ask.js';
import { linked, ReplicationGroup } from './replication.js';
import type { Reply } from './resp.js';
import { type Server, type ServerOptions, startAll, stopAll, withProgram } from './server.js';
import { until } from './wait.js';

export interface SentinelOptions {
  /** Default 2. */
  readonly replicas?: number;
  /** Default 3. */
  readonly sentinels?: number;
  /** How many sentinels must agree that the primary is down. Default 2. */
  readonly quorum?: number;
  /** Name of the group. Default `mymaster`. */
  readonly name?: string;
  /** Default 1,500. */
  readonly downAfterMs?: number;
  /** Default 10,000; a failover that failed is tried again after twice this time. */
  readonly failoverTimeoutMs?: number;
  /** Server program of all, sentinels too. Default: what `scripts/servers.mjs` finds. */
  readonly program?: string;
  /** Options of every data server. */
  readonly server?: Omit<ServerOptions, 'port' | 'sentinel'>;
  /** Options of every sentinel; `password` is that of the sentinels themselves. */
  readonly sentinel?: Omit<ServerOptions, 'port' | 'sentinel'>;
}

/** A primary and its replicas, watched by Sentinels. */
export class SentinelGroup {
  private constructor(
    readonly name: string,
    /** The data servers, whatever their role is now. */
    readonly nodes: readonly Server[],
    readonly sentinels: readonly Server[],
  ) {}

  /** Resolves when every sentinel knows the primary, every replica and every other sentinel. */
  static async start(options: SentinelOptions = {}): Promise<SentinelGroup> {
    const { name = 'mymaster', quorum = 2, downAfterMs = 1_500, failoverTimeoutMs = 10_000 } = options;
    const server = withProgram(options.server, options.program);
    const sentinel = withProgram(options.sentinel, options.program);
    const started: Server[] = [];
    try {
      const data = await ReplicationGroup.start({ replicas: options.replicas ?? 2, server });
      started.push(...data.servers);
      const config = [
        `sentinel monitor ${name} ${data.primary.host} ${data.primary.port} ${quorum}`,
        `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
        `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
        ...(server.password === undefined ? [] : [`sentinel auth-pass ${name} ${server.password}`]),
        ...(sentinel.password === undefined ? [] : [`sentinel sentinel-pass ${sentinel.password}`]),
        ...(sentinel.config ?? []),
      ];
      const one: ServerOptions = { ...sentinel, sentinel: true, config };
      const sentinels = await startAll(Array.from({ length: options.sentinels ?? 3 }, () => one));
      started.push(...sentinels);
      const group = new SentinelGroup(name, data.servers, sentinels);
      await group.#introduce();
      return group;
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  get servers(): readonly Server[] {
    return [...this.nodes, ...this.sentinels];
  }

  /** The primary as most of the sentinels that answer name it. */
  async primary(): Promise<Server> {
    const answers = await Promise.all(this.sentinels.map((sentinel) => this.#primaryBy(sentinel)));
    const votes = new Map<number, number>();
    for (const port of answers) if (port !== null) votes.set(port, (votes.get(port) ?? 0) + 1);
    const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
    const node = this.nodes.find(({ port }) => port === winner?.[0]);
    if (node === undefined) throw new Error(`no sentinel names a primary of ${this.name}`);
    return node;
  }

  /** The data servers that run and are not the primary. */
  async replicas(): Promise<Server[]> {
    const primary = await this.primary();
    return this.nodes.filter((node) => node !== primary && node.state === 'running');
  }

  /** Resolves when all running sentinels name another primary than `old`, and it says so itself. */
  async failedOver(old: Server, timeoutMs = 30_000): Promise<Server> {
    return await until(
      async () => {
        const running = this.sentinels.filter(({ state }) => state === 'running');
        const ports = new Set(await Promise.all(running.map((sentinel) => this.#primaryBy(sentinel))));
        const [port] = ports;
        if (ports.size !== 1 || port === old.port) return false;
        const node = this.nodes.find((candidate) => candidate.port === port);
        return (await node?.info('replication'))?.role === 'master' ? node : undefined;
      },
      { timeoutMs, what: `the sentinels agree on another primary than ${old.address}` },
    );
  }

  /**
   * Asks for a failover, and resolves with the new primary when all sentinels agree. The old primary goes on as a primary for up to 10 s
   * more, see `settled`.
   */
  async failover(): Promise<Server> {
    const old = await this.primary();
    // Refused while the last failover's configuration settles.
    await until(() => this.sentinels.find(({ state }) => state === 'running')?.ask('SENTINEL', 'FAILOVER', this.name), {
      timeoutMs: 15_000,
      everyMs: 100,
      what: 'SENTINEL FAILOVER is accepted',
    });
    return this.failedOver(old);
  }

  /** Resolves when all other running data servers follow the primary. */
  async settled(): Promise<Server> {
    const primary = await this.primary();
    await linked(primary, await this.replicas());
    return primary;
  }

  stop(): Promise<void> {
    return stopAll(this.servers);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #primaryBy(sentinel: Server): Promise<number | null> {
    if (sentinel.state !== 'running') return null;
    try {
      const reply = (await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name)) as Reply[] | null;
      return reply === null ? null : Number(reply[1]);
    } catch {
      return null;
    }
  }

  /** Announces the sentinels to each other, who would find each other by messages only every 2 s. */
  async #introduce(): Promise<void> {
    const periods = (publish: number, info: number): Promise<unknown> =>
      Promise.all(this.sentinels.map((sentinel) => sentinel.ask('SENTINEL', 'DEBUG', 'PUBLISH-PERIOD', publish, 'INFO-PERIOD', info)));
    await periods(100, 500);
    await until(async () => (await Promise.all(this.sentinels.map((sentinel) => this.#knowsAll(sentinel)))).every(Boolean), {
      timeoutMs: 15_000,
      what: `the sentinels of ${this.name} know each other`,
    });
    await periods(2_000, 10_000);
  }

  async #knowsAll(sentinel: Server): Promise<boolean> {
    const primary = pairFields(await sentinel.ask('SENTINEL', 'MASTER', this.name));
    const replicas = ((await sentinel.ask('SENTINEL', 'REPLICAS', this.name)) as Reply[]).map(pairFields);
    const others = ((await sentinel.ask('SENTINEL', 'SENTINELS', this.name)) as Reply[]).map(pairFields);
    return (
      primary.flags === 'master' &&
      replicas.length === this.nodes.length - 1 &&
      replicas.every(({ flags, ...replica }) => flags === 'slave' && replica['master-link-status'] === 'ok') &&
      others.length === this.sentinels.length - 1 &&
      others.every(({ flags }) => flags === 'sentinel')
    );
  }
}
