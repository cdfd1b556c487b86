import { log } from '../diagnostics.js';
import { ClosedError, type SlotwiseError, show } from '../errors.js';
import { type Address, addressKey } from '../options/address.js';
import { SingleFlight } from '../util/single-flight.js';
import { isMisconfigured } from './probe-error.js';
import { isSettled, needsUrgentProbe, nextProbeDelayMs } from './probe-schedule.js';
import type { ControlChannel, Resolver, SubscriptionChannel } from './resolver-api.js';
import { type Moved, sameTopology, type TopologySnapshot, withMoved } from './snapshot.js';

export interface MonitorOptions {
  readonly periodMs: number;
  /** Only when something changed; `previous` is null the first time. */
  readonly onSnapshot: (next: TopologySnapshot, previous: TopologySnapshot | null, reason: string) => void;
  /** A failed probe; the same failure is told once in a row. */
  readonly onError: (error: SlotwiseError) => void;
  /** Do commands wait for news? Default: no. */
  readonly isAwaited?: () => boolean;
  /** Default `Math.random`. */
  readonly random?: () => number;
  /** After every probe, also one that found nothing new; `error` is undefined after a success. */
  readonly onProbe?: (error?: unknown) => void;
}

/** What a MOVED said, and how many probes had begun by then. */
interface Patch extends Moved {
  readonly probes: number;
}

/**
 * Keeps the snapshot true: one probe at a time, by the period and when woken, faster while a shard has no usable primary. A failed probe keeps
 * the snapshot there is. Its timers do not keep the process alive.
 */
export class Monitor {
  snapshot: TopologySnapshot | null = null;
  /** When the last probe began that found nothing in doubt, in ms since 1970. While a snapshot is delivered: the one before. */
  confirmedAtMs = 0;

  readonly #resolver: Resolver;
  readonly #asker: ControlChannel & Partial<SubscriptionChannel>;
  readonly #options: MonitorOptions;
  readonly #flight = new SingleFlight(() => this.#probe());
  readonly #suspects = new Set<string>();
  readonly #patches = new Map<number, Patch>();
  /** Those that the snapshot does not have yet. */
  readonly #fresh: Moved[] = [];
  /** Nodes that are said to know what is new. */
  readonly #probeFirst: Address[] = [];
  #state: 'new' | 'running' | 'stopped' = 'new';
  #first: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Why the next probe was asked for; null: it was not. */
  #woken: string | null = null;
  #urgent = false;
  #probes = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #urgentSince: number | null = null;
  #failures = 0;
  #unrecoverable = false;
  #quietProbes = 0;
  #reported = '';

  constructor(resolver: Resolver, asker: ControlChannel & Partial<SubscriptionChannel>, options: MonitorOptions) {
    this.#resolver = resolver;
    this.#asker = asker;
    this.#options = options;
  }

  /** The first probe. If it rejects, probing goes on nevertheless until `stop`. */
  start(): Promise<void> {
    if (this.#first !== null) return this.#first;
    this.#state = 'running';
    this.#woken = 'start';
    this.#judge();
    this.#first = this.#run();
    const { subscribe } = this.#asker;
    if (subscribe !== undefined) {
      this.#resolver.watch?.({ subscribe: subscribe.bind(this.#asker) }, (reason, urgent) => this.wake(reason, urgent));
    }
    return this.#first;
  }

  /** Something may have changed: look soon, sooner still if it is `urgent`. During a probe it causes one more. */
  wake(reason: string, urgent = false): void {
    // Every command that fails wakes: the first one of thousands is enough.
    if (this.#state !== 'running' || (this.#woken !== null && (this.#urgent || !urgent))) return;
    this.#urgent ||= urgent;
    this.#lookFor(reason);
  }

  #lookFor(reason: string): void {
    this.#woken ??= reason;
    this.#schedule();
  }

  /**
   * A MOVED: patches this slot at the end of the tick and looks soon. After a failover thousands may come in one read, and each new snapshot
   * costs what the cluster is large. The patch outlives a probe that began before it.
   */
  slotMoved(slot: number, address: Address): void {
    if (this.#state !== 'running' || this.snapshot === null) return;
    const patch = { slot, address, probes: this.#probes };
    this.#patches.set(slot, patch);
    if (this.#fresh.push(patch) > 1) return;
    process.nextTick(() => this.#patch());
    this.#lookFor(`MOVED ${slot} ${addressKey(address)}`);
  }

  #patch(): void {
    const { snapshot } = this;
    const [first] = this.#fresh;
    const fresh = this.#fresh.splice(0);
    if (this.#state !== 'running' || snapshot === null || first === undefined) return;
    const next = withMoved(snapshot, fresh);
    if (next === snapshot) return;
    const more = fresh.length > 1 ? ` and ${fresh.length - 1} more` : '';
    this.#deliver(next, `MOVED ${first.slot} ${addressKey(first.address)}${more}`);
  }

  /** This node has news, for certain: it is among those that the next probe asks, which is urgent. */
  probeFirst(address: Address, reason: string): void {
    if (this.#state !== 'running') return;
    if (!this.#probeFirst.includes(address)) this.#probeFirst.push(address);
    this.#urgent = true;
    this.#lookFor(reason);
  }

  /** This node does not answer. */
  suspect(key: string): void {
    if (this.#suspects.has(key)) return;
    this.#suspects.add(key);
    this.#urgentSince = null;
    this.#judge();
    if (this.#state === 'running') this.#lookFor(`suspect ${key}`);
  }

  /** It answers again. */
  trust(key: string): void {
    if (this.#suspects.delete(key)) this.#judge();
  }

  stop(): void {
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    this.#resolver.stop?.();
  }

  #run(): Promise<void> {
    const run = this.#flight.run();
    // The outcome is also told by the callbacks: who does not wait for it must not be punished for that.
    const goOn = (): void => this.#schedule();
    run.then(goOn, goOn);
    return run;
  }

  async #probe(): Promise<void> {
    const reason = this.#woken ?? 'period';
    const quiet = this.#woken === null && this.#isQuiet();
    this.#woken = null;
    this.#urgent = false;
    clearTimeout(this.#timer);
    const probe = ++this.#probes;
    this.#startedAt = performance.now();
    const begunAt = Date.now();
    const moved = [...this.#probeFirst.splice(0), ...new Set([...this.#patches.values()].map(({ address }) => address))];
    const focus = { suspects: new Set(this.#suspects), moved, quiet };
    try {
      const found = await this.#resolver.probe(this.#asker, this.snapshot, focus);
      if (this.#state === 'stopped') throw new ClosedError('the client was closed');
      this.#succeeded(found, probe, reason);
      if (this.snapshot?.problem === undefined) this.confirmedAtMs = begunAt;
      this.#options.onProbe?.();
    } catch (error) {
      if (this.#state !== 'stopped') this.#failed(error);
      throw error;
    }
  }

  #succeeded(found: TopologySnapshot, probe: number, reason: string): void {
    for (const [slot, { probes }] of this.#patches) if (probes < probe) this.#patches.delete(slot);
    const next = withMoved(found, this.#patches.values());
    this.#failures = 0;
    this.#unrecoverable = false;
    this.#reported = '';
    if (this.snapshot !== null && sameTopology(next, this.snapshot)) {
      this.#quietProbes++;
      this.#judge();
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
    this.#options.onProbe?.(error);
    // At the pace of the probes the same news would be a flood.
    const text = show(error);
    if (text !== this.#reported) {
      this.#reported = text;
      this.#options.onError(error as SlotwiseError); // what resolvers reject with
    }
  }

  #deliver(next: TopologySnapshot, reason: string): void {
    const previous = this.snapshot;
    this.snapshot = next;
    this.#judge();
    if (previous !== null) {
      for (const node of previous.nodes.values()) if (!next.nodes.has(node.key)) this.#asker.forget?.(node.address);
    }
    log.topology('%d shards, %d nodes (%s)', next.shards.length, next.nodes.size, reason);
    this.#options.onSnapshot(next, previous, reason);
  }

  get #awaited(): boolean {
    return this.#options.isAwaited?.() ?? false;
  }

  #judge(): void {
    this.#urgentSince = needsUrgentProbe(this.snapshot, this.#suspects, this.#awaited) ? (this.#urgentSince ?? performance.now()) : null;
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
        woken: this.#woken !== null,
        urgent: this.#urgent,
        awaited: this.#awaited,
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
