import { command } from '../../protocol/catalog/specs.js';
import type { Raw } from '../../protocol/command-spec.js';
import { setField } from '../../protocol/resp/map-reply.js';
import { toList, toObject } from '../decode.js';
import { CommandGroup, type OneOrMore } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { all } from '../tokens.js';

const LATENCY_DOCTOR = command('LATENCY DOCTOR');
const LATENCY_GRAPH = command('LATENCY GRAPH');
const LATENCY_HELP = command('LATENCY HELP');
const LATENCY_HISTOGRAM = command('LATENCY HISTOGRAM');
const LATENCY_HISTORY = command('LATENCY HISTORY');
const LATENCY_LATEST = command('LATENCY LATEST');
const LATENCY_RESET = command('LATENCY RESET');

/** One latency spike; the time is a Unix time in seconds, the latency in milliseconds. */
export interface LatencySpike<I> {
  timestamp: I;
  latency: I;
}
export interface LatencyEvent<Text, I> {
  event: Text;
  /** Unix time in seconds of the latest spike. */
  timestamp: I;
  /** In milliseconds, as are `max` and `sum`. */
  latest: I;
  max: I;
  /** All spikes together (Valkey). */
  sum?: I;
  /** How many spikes (Valkey). */
  count?: I;
}
export interface LatencyHistogram<I> {
  calls: I;
  /** By upper bound in microseconds, how many calls took no longer. */
  histogram_usec: Record<string, I>;
}

/** Latency monitor of a server. */
export abstract class LatencyCommands extends CommandGroup {
  /**
   * The latest and the worst spike of each event that `latency-monitor-threshold` let in. O(1), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/latency-latest/
   */
  latencyLatest(): Out<this, LatencyEvent<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(LATENCY_LATEST, [], toEvents<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * Up to 160 spikes of an event. O(1), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/latency-history/
   */
  latencyHistory(event: string): Out<this, LatencySpike<IntegerOf<this>>[]> {
    return this.run(LATENCY_HISTORY, [event], toSpikes<IntegerOf<this>>);
  }

  /**
   * How long commands took, of some commands or of all. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/latency-histogram/
   */
  latencyHistogram(commands: OneOrMore<string> = []): Out<this, Record<string, LatencyHistogram<IntegerOf<this>>>> {
    return this.run(LATENCY_HISTOGRAM, all(commands), toHistograms<IntegerOf<this>>);
  }

  /**
   * What the server makes of its spikes, in prose. O(1), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/latency-doctor/
   */
  latencyDoctor(): Out<this, TextOf<this>> {
    return this.run(LATENCY_DOCTOR, []);
  }

  /**
   * The spikes of an event as a drawing of characters. O(1), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/latency-graph/
   */
  latencyGraph(event: string): Out<this, TextOf<this>> {
    return this.run(LATENCY_GRAPH, [event]);
  }

  /**
   * Forgets the spikes of some events, or of all, and gives how many events. O(1), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/latency-reset/
   */
  latencyReset(events: OneOrMore<string> = []): Out<this, IntegerOf<this>> {
    return this.run(LATENCY_RESET, all(events));
  }

  /**
   * What the server says about `LATENCY`. O(1), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/latency-help/
   */
  latencyHelp(): Out<this, string[]> {
    return this.run(LATENCY_HELP, []);
  }
}

function toEvents<Text, I>(raw: Raw): LatencyEvent<Text, I>[] {
  return toList(raw).map((one) => {
    const [event, timestamp, latest, max, sum, count] = toList(one);
    const spikes = { event, timestamp, latest, max };
    return (sum === undefined ? spikes : { ...spikes, sum, count }) as LatencyEvent<Text, I>;
  });
}

function toSpikes<I>(raw: Raw): LatencySpike<I>[] {
  return toList(raw).map((one) => {
    const [timestamp, latency] = toList(one);
    return { timestamp, latency } as LatencySpike<I>;
  });
}

function toHistograms<I>(raw: Raw): Record<string, LatencyHistogram<I>> {
  const histograms: Record<string, LatencyHistogram<I>> = {};
  for (const [name, one] of Object.entries(toObject<Raw>(raw))) {
    const { calls, histogram_usec: bounds = null } = toObject<Raw>(one);
    setField(histograms, name, { calls: calls as I, histogram_usec: toObject<I>(bounds) });
  }
  return histograms;
}
