import sinon from 'sinon';
import { TopologyError } from '../../../lib/errors.js';
import { Monitor } from '../../../lib/topology/monitor.js';
import type { TopologyMonitorOptions } from '../../../lib/topology/monitor-api.js';
import type { Hint, ProbeFocus, Resolver } from '../../../lib/topology/resolver-api.js';
import { SlotMap } from '../../../lib/topology/slot-map.js';
import { makeTopology, type TopologySnapshot } from '../../../lib/topology/snapshot.js';
import { describeTopology } from './describe-topology.js';
import { primaryNode } from './nodes.js';

/** A cluster of primaries that share the slots evenly. */
export function clusterOf(...ports: readonly number[]): TopologySnapshot {
  const share = Math.floor(16_384 / ports.length);
  const shards = ports.map((port) => ({ primary: primaryNode(port), replicas: [] }));
  const ranges = ports.map((_, shard) => ({
    start: shard * share,
    end: shard === ports.length - 1 ? 16_383 : (shard + 1) * share - 1,
    shard,
  }));
  return makeTopology('cluster', shards, SlotMap.fromRanges(ranges));
}

export const A = clusterOf(7000, 7001);
export const B = clusterOf(7000, 7002);
export const down = new TopologyError('ERR_NO_SEED_REACHABLE', 'no node answers');

/** A resolver whose probes take `takesMs` and end in `result`. */
class ScriptedResolver implements Resolver {
  result: TopologySnapshot | Error = A;
  takesMs = 0;
  began: number[] = [];
  running = 0;
  mostRunning = 0;
  focus: ProbeFocus | undefined;
  hint: Hint = () => {};
  stopped = false;

  async probe(_previous: TopologySnapshot | null, focus?: ProbeFocus): Promise<TopologySnapshot> {
    this.began.push(Date.now());
    this.focus = focus;
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    const { result } = this;
    if (this.takesMs > 0) await new Promise((resolve) => setTimeout(resolve, this.takesMs));
    this.running--;
    if (result instanceof Error) throw result;
    return result;
  }

  watch(hint: Hint): void {
    this.hint = hint;
  }

  stop(): void {
    this.stopped = true;
  }
}

/** A monitor on a scripted resolver, with fake timers, and what it reported. */
export class MonitorFixture {
  readonly time = sinon.useFakeTimers();
  readonly resolver = new ScriptedResolver();
  readonly seen: { reason: string; shards: string[] }[] = [];
  readonly errors: unknown[] = [];
  readonly gone: string[] = [];
  readonly monitor: Monitor;

  constructor(options: Partial<TopologyMonitorOptions> = {}) {
    this.monitor = new Monitor(this.resolver, {
      periodMs: 30_000,
      random: () => 0.5,
      onSnapshot: (next, _previous, reason) => this.seen.push({ reason, shards: describeTopology(next) }),
      onError: (error) => this.errors.push(error),
      onNodeGone: ({ key }) => this.gone.push(key),
      ...options,
    });
  }

  endTick(): void {
    this.time.runMicrotasks();
  }

  /** Waits until the probes after a change have become rare. */
  async settle(): Promise<void> {
    await this.time.tickAsync(200_000);
  }

  /** How many probes begin in that time. */
  async probesIn(ms: number): Promise<number> {
    const before = this.resolver.began.length;
    await this.time.tickAsync(ms);
    return this.resolver.began.length - before;
  }

  /** At the end of a test, which may have stopped the monitor itself. */
  stop(): void {
    if (!this.resolver.stopped) this.monitor.stop();
    this.time.restore();
  }
}
