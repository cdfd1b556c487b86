import { log } from '../diagnostics.js';
import { ClosedError, type SlotwiseError, show } from '../errors.js';
import { type Address, addressKey } from '../options/address.js';
import { clearTimeout, nextTick, performance, setTimeout, wallClock } from '../runtime/runtime.js';
import { SingleFlight } from '../util/single-flight.js';
import { type Transitions, transition } from '../util/state-machine.js';
import type { ProbedMember, TopologyMonitor, TopologyMonitorOptions } from './monitor-api.js';
import { isMisconfigured } from './probe-error.js';
import { isSettled, needsUrgentProbe, nextProbeDelayMs } from './probe-schedule.js';
import type { Resolver } from './resolver-api.js';
import { isConfirmed, isKnown, type Moved, mayServe, sameTopology, type TopologySnapshot, withMoved } from './snapshot.js';

/** Most nodes that the snapshot has by MOVED alone. Beyond them a MOVED only asks for a probe: no cluster grows faster than it is probed. */
const MAX_UNCONFIRMED = 16;

type MonitorState = 'new' | 'running' | 'stopped';

const TRANSITIONS: Transitions<MonitorState> = {
  new: ['running', 'stopped'],
  running: ['stopped'],
  stopped: [],
};

/** A MOVED, and how many probes had begun by then. */
interface Patch extends Moved {
  readonly probes: number;
}

/**
 * Monitor that keeps the snapshot of the topology up to date: one probe at a time, by the period and when woken, more often while a shard
 * has no usable primary. A failed probe keeps the snapshot there is. The monitor's timers do not keep the process alive. The states are in
 * docs/monitor.md.
 */
export class Monitor implements TopologyMonitor {
  snapshot: TopologySnapshot | null = null;
  /** When the last probe began that ended without a problem, in ms since 1970. While a snapshot is delivered: the one before. */
  confirmedAtMs = 0;

  readonly #resolver: Resolver;
  readonly #options: TopologyMonitorOptions;
  readonly #flight = new SingleFlight(() => this.#probe());
  readonly #suspects = new Set<string>();
  readonly #patches = new Map<number, Patch>();
  /** Keys of the nodes that patches name and no view has confirmed. */
  readonly #unconfirmed = new Set<string>();
  /** Patches that the snapshot does not have yet. */
  readonly #newPatches: Moved[] = [];
  /** Nodes whose view is said to be newer than the snapshot. */
  readonly #probeFirst: Address[] = [];
  #state: MonitorState = 'new';
  #first: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Reason for which the next probe was asked for; null: none was. */
  #wakeReason: string | null = null;
  #urgent = false;
  #probes = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #urgentSince: number | null = null;
  #failures = 0;
  #unrecoverable = false;
  #quietProbes = 0;

  constructor(resolver: Resolver, options: TopologyMonitorOptions) {
    this.#resolver = resolver;
    this.#options = options;
  }

  /** Runs the first probe. If it rejects, probing goes on nevertheless until `stop`. */
  start(): Promise<void> {
    if (this.#first !== null) return this.#first;
    this.#enter('running');
    this.#wakeReason = 'start';
    this.#updateUrgency();
    this.#first = this.#run();
    this.#resolver.watch?.((reason, urgent) => this.wake(reason, urgent));
    return this.#first;
  }

  /** Asks for a probe because the topology may have changed: soon, sooner still if it is `urgent`. During a probe it causes one more. */
  wake(reason: string, urgent = false): void {
    // Every command that fails wakes: the first one of thousands is enough.
    if (this.#state !== 'running' || (this.#wakeReason !== null && (this.#urgent || !urgent))) return;
    this.#urgent ||= urgent;
    this.#requestProbe(reason);
  }

  #requestProbe(reason: string): void {
    this.#wakeReason ??= reason;
    this.#schedule();
  }

  /**
   * Takes in a MOVED: patches this slot at the end of the tick and probes soon. After a failover thousands may come in one read, and each
   * new snapshot costs in proportion to the cluster. The patch outlives a probe that began before it. `from`: key of the node that said it.
   */
  slotMoved(slot: number, address: Address, from: string): void {
    if (this.#state !== 'running' || this.snapshot === null) return;
    if (isKnown(this.snapshot, { slot, address }) && !mayServe(this.snapshot, slot, from)) {
      // No news, the command was sent before the snapshot had it. But a probe that runs may have asked before.
      if (this.#flight.running) this.#patches.set(slot, { slot, address, probes: this.#probes });
      return;
    }
    const key = addressKey(address);
    if (!this.#unconfirmed.has(key) && !isConfirmed(this.snapshot, key)) {
      if (this.#unconfirmed.size >= MAX_UNCONFIRMED) {
        this.#requestProbe(`MOVED ${slot} ${key}, which no view names`);
        return;
      }
      this.#unconfirmed.add(key);
    }
    const patch = { slot, address, probes: this.#probes };
    this.#patches.set(slot, patch);
    if (this.#newPatches.push(patch) > 1) return;
    nextTick(() => this.#applyPatches());
    this.#requestProbe(`MOVED ${slot} ${key}`);
  }

  #applyPatches(): void {
    const { snapshot } = this;
    const [first] = this.#newPatches;
    const patches = this.#newPatches.splice(0);
    if (this.#state !== 'running' || snapshot === null || first === undefined) return;
    const next = withMoved(snapshot, patches);
    if (next === snapshot) return;
    const more = patches.length > 1 ? ` and ${patches.length - 1} more` : '';
    this.#deliver(next, `MOVED ${first.slot} ${addressKey(first.address)}${more}`);
  }

  /** Has the next probe, which is urgent, ask this node among others: its view is newer than the snapshot. */
  probeFirst(address: Address, reason: string): void {
    if (this.#state !== 'running') return;
    if (!this.#probeFirst.includes(address)) this.#probeFirst.push(address);
    this.#urgent = true;
    this.#requestProbe(reason);
  }

  /** A server has refused a write as a replica does. Where other addresses are as good, one of them is found at once. */
  leave(key: string): void {
    if (this.#resolver.leave === undefined || this.#state !== 'running') return;
    this.#resolver.leave(key);
    this.#urgent = true;
    this.#requestProbe(`leave ${key}`);
  }

  /** Notes that this node does not answer. */
  suspect(key: string): void {
    if (this.#suspects.has(key)) return;
    this.#suspects.add(key);
    this.#urgentSince = null;
    this.#updateUrgency();
    if (this.#state === 'running') this.#requestProbe(`suspect ${key}`);
  }

  /** Notes that this node answers again. */
  trust(key: string): void {
    if (this.#suspects.delete(key)) this.#updateUrgency();
  }

  /** Only a ring leaves members out. */
  connectionFailed(): void {}

  confirmedSinceMs(): number {
    return this.confirmedAtMs;
  }

  get isSettled(): boolean {
    return this.snapshot !== null;
  }

  get #probed(): ProbedMember {
    return { shard: 0, name: null, confirmedAtMs: this.confirmedAtMs };
  }

  stop(): void {
    this.#enter('stopped');
    clearTimeout(this.#timer);
    this.#resolver.stop?.();
  }

  #enter(next: MonitorState): void {
    this.#state = transition(TRANSITIONS, this.#state, next);
  }

  #run(): Promise<void> {
    const run = this.#flight.run();
    // Both outcomes are reported by the callbacks as well: a caller that does not wait for this promise must not get an unhandled
    // rejection.
    const goOn = (): void => this.#schedule();
    run.then(goOn, goOn);
    return run;
  }

  async #probe(): Promise<void> {
    const reason = this.#wakeReason ?? 'period';
    const quiet = this.#wakeReason === null && this.#isQuiet();
    this.#wakeReason = null;
    this.#urgent = false;
    clearTimeout(this.#timer);
    const probe = ++this.#probes;
    this.#startedAt = performance.now();
    const begunAt = wallClock.now();
    const moved = [...this.#probeFirst.splice(0), ...new Set([...this.#patches.values()].map(({ address }) => address))];
    const focus = { suspects: new Set(this.#suspects), moved, quiet };
    try {
      const found = await this.#resolver.probe(this.snapshot, focus, this.#options.onReplica);
      if (this.#state === 'stopped') throw new ClosedError('the client was closed');
      this.#succeeded(found, probe, reason);
      if (this.snapshot?.problem === undefined) this.confirmedAtMs = begunAt;
      this.#options.onProbe?.(undefined, this.#probed);
    } catch (error) {
      if (this.#state !== 'stopped') this.#failed(error);
      throw error;
    }
  }

  #succeeded(found: TopologySnapshot, probe: number, reason: string): void {
    this.#unconfirmed.clear();
    for (const [slot, patch] of this.#patches) {
      const key = addressKey(patch.address);
      if (patch.probes < probe || isKnown(found, patch)) {
        this.#patches.delete(slot);
        continue;
      }
      if (!isConfirmed(found, key)) this.#unconfirmed.add(key);
      if (this.#wakeReason === null) this.#requestProbe(`MOVED ${slot} ${key}`);
    }
    const next = withMoved(found, this.#patches.values());
    this.#failures = 0;
    this.#unrecoverable = false;
    if (this.snapshot !== null && sameTopology(next, this.snapshot)) {
      this.#quietProbes++;
      this.#updateUrgency();
      return;
    }
    this.#quietProbes = 0;
    for (const key of this.#suspects) if (!next.nodes.has(key)) this.#suspects.delete(key);
    this.#deliver(next, reason);
  }

  #failed(error: unknown): void {
    this.#failures++;
    this.#unrecoverable = isMisconfigured(error);
    log.topology('probe failed: %s', show(error));
    this.#options.onProbe?.(error, this.#probed);
    this.#options.onError(error as SlotwiseError, this.#probed); // what resolvers reject with
  }

  #deliver(next: TopologySnapshot, reason: string): void {
    const previous = this.snapshot;
    this.snapshot = next;
    this.#updateUrgency();
    if (previous !== null) {
      for (const node of previous.nodes.values()) if (!next.nodes.has(node.key)) this.#options.onNodeGone?.(node);
    }
    log.topology('%d shards, %d nodes (%s)', next.shards.length, next.nodes.size, reason);
    this.#options.onSnapshot(next, previous, reason);
  }

  get #commandsWait(): boolean {
    return this.#options.hasWaitingCommands?.() ?? false;
  }

  #updateUrgency(): void {
    const isUrgent = needsUrgentProbe(this.snapshot, this.#suspects, this.#commandsWait);
    this.#urgentSince = isUrgent ? (this.#urgentSince ?? performance.now()) : null;
  }

  #isQuiet(): boolean {
    return (
      this.#urgentSince === null &&
      this.#failures === 0 &&
      this.#suspects.size === 0 &&
      this.#patches.size === 0 &&
      isSettled(this.#quietProbes, this.#options.periodMs)
    );
  }

  #schedule(): void {
    if (this.#state !== 'running' || this.#flight.running) return;
    clearTimeout(this.#timer);
    const delayMs = nextProbeDelayMs(
      {
        periodMs: this.#options.periodMs,
        now: performance.now(),
        startedAt: this.#startedAt,
        woken: this.#wakeReason !== null,
        urgent: this.#urgent,
        commandsWait: this.#commandsWait,
        urgentSince: this.#urgentSince,
        failures: this.#failures,
        unrecoverable: this.#unrecoverable,
        quietProbes: this.#quietProbes,
      },
      this.#options.random,
    );
    this.#timer = setTimeout(() => void this.#run(), delayMs).unref();
  }
}
