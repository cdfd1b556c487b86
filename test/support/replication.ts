import { infoFields } from './ask.js';
import { Server, type ServerOptions, startAll, stopAll, withProgram } from './server.js';
import { until } from './wait.js';

export interface ReplicationOptions {
  /** Replicas of the primary. Default 2. */
  readonly replicas?: number;
  /** Replicas of the first replica. Default 0. */
  readonly cascaded?: number;
  /** Server program of all. Default: what `scripts/servers.mjs` finds. */
  readonly program?: string;
  /** Options of every server. */
  readonly server?: Omit<ServerOptions, 'port'>;
}

/** A primary with its replicas, without anybody who watches them. */
export class ReplicationGroup {
  private constructor(
    readonly primary: Server,
    readonly replicas: readonly Server[],
    /** Replicas of `replicas[0]`. */
    readonly cascaded: readonly Server[],
  ) {}

  /** Resolves when every replica has its primary's data and follows it. */
  static async start(options: ReplicationOptions = {}): Promise<ReplicationGroup> {
    const server = withProgram(options.server, options.program);
    const started: Server[] = [];
    try {
      const primary = await Server.start(server);
      started.push(primary);
      const replicas = await startReplicas(primary, options.replicas ?? 2, server);
      started.push(...replicas);
      const first = replicas[0];
      const cascaded = first === undefined ? [] : await startReplicas(first, options.cascaded ?? 0, server);
      started.push(...cascaded);
      return new ReplicationGroup(primary, replicas, cascaded);
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  get servers(): readonly Server[] {
    return [this.primary, ...this.replicas, ...this.cascaded];
  }

  stop(): Promise<void> {
    return stopAll(this.servers);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** New replicas of a running server, linked. */
export async function startReplicas(of: Server, count: number, options: ServerOptions = {}): Promise<Server[]> {
  const config = [...(options.config ?? []), `replicaof ${of.host} ${of.port}`];
  const replicas = await startAll(Array.from({ length: count }, () => ({ ...options, config })));
  try {
    await linked(of, replicas);
    return replicas;
  } catch (error) {
    await stopAll(replicas);
    throw error;
  }
}

/** Resolves when these replicas follow that server, as both sides see it. */
export async function linked(primary: Server, replicas: readonly Server[]): Promise<void> {
  await until(
    async () => {
      const info = await primary.info('replication');
      if (onlineReplicas(info).length < replicas.length) return false;
      const links = await Promise.all(replicas.map(async (replica) => infoFields(await replica.ask('INFO', 'replication'))));
      return links.every((link) => link.master_port === String(primary.port) && link.master_link_status === 'up');
    },
    { timeoutMs: 15_000, what: `${replicas.length} replicas follow ${primary.address}` },
  );
}

/** Resolves when the replicas have executed what the primary has executed before this call. */
export async function caughtUp(primary: Server, replicas: readonly Server[]): Promise<void> {
  const target = Number((await primary.info('replication')).master_repl_offset);
  await until(
    async () => {
      const infos = await Promise.all(replicas.map((replica) => replica.info('replication')));
      return infos.every((info) => Number(info.slave_repl_offset) >= target);
    },
    { what: `replicas of ${primary.address} reach offset ${target}`, everyMs: 2 },
  );
}

function onlineReplicas(info: Record<string, string>): string[] {
  return Object.entries(info).flatMap(([key, value]) => (/^slave\d+$/.test(key) && value.includes('state=online') ? [value] : []));
}
