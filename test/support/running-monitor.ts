import assert from 'node:assert/strict';
import { SentinelAccess } from '../../lib/client/nodes/sentinel-access.js';
import { addressKey } from '../../lib/options/address.js';
import type { ClientOptions } from '../../lib/options/client-options.js';
import { resolveOptions } from '../../lib/options/resolve.js';
import { ControlConnections } from '../../lib/topology/control/control-connections.js';
import { Monitor } from '../../lib/topology/monitor.js';
import { NodeRules } from '../../lib/topology/node-rules.js';
import { createResolver } from '../../lib/topology/resolver.js';
import type { NodeInfo, TopologySnapshot } from '../../lib/topology/snapshot.js';
import type { Server } from './server.js';
import { Stopwatch } from './stopwatch.js';
import { until } from './wait.js';

/** A monitor over real connections, as the client has one. */
export class RunningMonitor {
  readonly control: ControlConnections;
  readonly sentinels: SentinelAccess;
  readonly monitor: Monitor;
  readonly errors: unknown[] = [];
  readonly changes: { readonly atMs: number; readonly primaries: readonly string[] }[] = [];
  probes = 0;

  constructor(options: ClientOptions) {
    const resolved = resolveOptions(options);
    this.control = new ControlConnections(resolved);
    this.sentinels = new SentinelAccess(resolved, (error) => this.errors.push(error));
    this.monitor = new Monitor(
      createResolver(resolved, this.control, this.sentinels.connectionsFor(resolved.topology), {
        rules: new NodeRules(resolved),
        recovered: () => {},
        report: (_, error) => this.errors.push(error),
      }),
      {
        periodMs: resolved.monitor.periodMs,
        onSnapshot: (next) => this.changes.push({ atMs: performance.now(), primaries: primariesOf(next) }),
        onError: (error) => this.errors.push(error),
        onProbe: () => {
          this.probes++;
        },
        onNodeGone: ({ address }) => this.control.forget(address),
      },
    );
  }

  static async start(options: ClientOptions): Promise<RunningMonitor> {
    const running = new RunningMonitor(options);
    try {
      await running.monitor.start();
      return running;
    } catch (error) {
      running[Symbol.dispose]();
      throw error;
    }
  }

  get snapshot(): TopologySnapshot {
    assert.ok(this.monitor.snapshot !== null);
    return this.monitor.snapshot;
  }

  get replicas(): readonly NodeInfo[] {
    return this.snapshot.shards.flatMap((shard) => shard.replicas);
  }

  /** When the snapshot first had this primary. */
  async sees(primary: string): Promise<number> {
    const change = await until(() => this.changes.find(({ primaries }) => primaries.includes(primary)), {
      timeoutMs: 15_000,
      everyMs: 5,
      what: `${primary} is seen as primary`,
    });
    return change.atMs;
  }

  /** Asserts that it sees this primary soon after the servers had it. What the machine's other work held up meanwhile does not count. */
  async seesSoon(primary: string, sinceMs: number): Promise<void> {
    const watch = Stopwatch.start();
    const seenMs = await this.sees(primary);
    const lateMs = seenMs - sinceMs - watch.heldUpMs;
    assert.ok(lateMs < SOON_MS, `${Math.round(lateMs)} ms, besides ${Math.round(watch.heldUpMs)} ms that processes were held up`);
  }

  [Symbol.dispose](): void {
    this.monitor.stop();
    this.control.destroy();
    this.sentinels.destroy();
  }
}

export function primariesOf({ shards }: TopologySnapshot): string[] {
  return shards.flatMap(({ primary }) => (primary === null ? [] : [primary.key]));
}

export const keysOf = (servers: readonly Server[]): string[] => servers.map(addressKey).sort();
export const usableKeys = (nodes: readonly NodeInfo[]): string[] =>
  nodes
    .filter((node) => node.usable)
    .map(({ key }) => key)
    .sort();

/** When the condition first held, asked every few ms beside the monitor. */
export async function firstMs(condition: () => Promise<boolean>): Promise<number> {
  await until(condition, { timeoutMs: 20_000, everyMs: 5 });
  return performance.now();
}

/** How long after the servers the monitor may notice, in ms. Seen are 5 to 60 ms, also beside two busy processes. */
const SOON_MS = 250;

/** What a test does to a server, and how its title names that. */
export const OUTAGES: readonly (readonly [how: string, hurt: (server: Server) => Promise<unknown>])[] = [
  ['killed', (server) => server.kill()],
  ['stopped', async (server) => server.pause()],
];
