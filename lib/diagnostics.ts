import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { type Log, logger } from './util/logger.js';
import { printable } from './util/printable.js';
import { thrownStack } from './util/user-function.js';

/** One logger a layer, on with `DEBUG=slotwise:*`. Callers that log for a command ask `enabled` first. */
export const log: Readonly<Record<'protocol' | 'connection' | 'pool' | 'topology' | 'routing' | 'client' | 'pubsub', Log>> = Object.freeze({
  protocol: logger('slotwise:protocol'),
  connection: logger('slotwise:connection'),
  pool: logger('slotwise:pool'),
  topology: logger('slotwise:topology'),
  routing: logger('slotwise:routing'),
  client: logger('slotwise:client'),
  pubsub: logger('slotwise:pubsub'),
});

/** One command from the call to the settled promise, over all its attempts. Arguments are left out: they hold users' data. */
export interface CommandTrace {
  /** Name in capitals. */
  readonly command: string;
  /** The node of the last attempt; null before the first. */
  node: string | null;
  /** Number of times that the command was handed to a node. */
  attempts: number;
  error?: unknown;
}

/** Commands that left in one write. */
export interface BatchWritten {
  readonly node: string;
  readonly commands: number;
  readonly bytes: number;
}

/** One connection from the first packet to the end of its handshake. */
export interface ConnectTrace {
  readonly node: string;
  error?: unknown;
}

/** A new snapshot that differs from the one before. Nodes are named as in errors: `host:port`. */
export interface TopologyChange {
  readonly kind: string;
  readonly primaries: readonly string[];
  readonly replicas: readonly string[];
}

/** A shard has another primary than before. */
export interface Failover {
  readonly from: string | null;
  readonly to: string;
}

/** The connections of a node. `cleared`: new ones take their place, the old ones close once they are answered. */
export interface PoolChange {
  readonly node: string;
  readonly change: 'created' | 'cleared' | 'closed';
}

/** An `error` event without listeners. */
export interface UnheardError {
  readonly error: unknown;
}

/** Has a tracing channel without `hasSubscribers` (Bun's, Node's before 20.13) ask its channels. */
export function askingChannels<T extends object>(traced: TracingChannel<T>): TracingChannel<T> {
  if (typeof traced.hasSubscribers === 'boolean') return traced;
  const { start, end, asyncStart, asyncEnd, error } = traced;
  const channels = [start, end, asyncStart, asyncEnd, error];
  return Object.defineProperty(traced, 'hasSubscribers', { get: () => channels.some(({ hasSubscribers }) => hasSubscribers) });
}

// Publishers ask `hasSubscribers` first, so that a payload nobody reads is never built.
// https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html
/** Every command: `tracing:slotwise:command:start` and so on. */
export const commandChannel: TracingChannel<CommandTrace> = askingChannels(tracingChannel('slotwise:command'));
/** Every connect: `tracing:slotwise:connect:start` and so on. */
export const connectChannel: TracingChannel<ConnectTrace> = askingChannels(tracingChannel('slotwise:connect'));
/** Publishes a `BatchWritten`. */
export const batchChannel: Channel = channel('slotwise:batch');
/** Publishes a `TopologyChange`. */
export const topologyChannel: Channel = channel('slotwise:topology');
/** Publishes a `Failover`. */
export const failoverChannel: Channel = channel('slotwise:failover');
/** Publishes a `PoolChange`. */
export const poolChannel: Channel = channel('slotwise:pool');
/** Publishes a `Gap`. */
export const gapChannel: Channel = channel('slotwise:gap');
/** Publishes an `UnheardError`. */
const errorChannel: Channel = channel('slotwise:error');

/** Begins a trace: with `finishTrace`, the events of `TracingChannel.tracePromise`, in its order, for work that ends in a callback. */
export function startTrace<Trace extends object, T>(traced: TracingChannel<Trace>, trace: Trace, work: () => T): T {
  const result = traced.start.runStores(trace, work);
  traced.end.publish(trace);
  return result;
}

/** Ends a trace. `error` is absent after a success. */
export function finishTrace<Trace extends { error?: unknown }>(
  traced: TracingChannel<Trace>,
  trace: Trace,
  ...error: [] | [unknown]
): void {
  if (error.length === 1) {
    trace.error = error[0];
    traced.error.publish(trace);
  }
  traced.asyncStart.publish(trace);
  traced.asyncEnd.publish(trace);
}

/**
 * Passes an `error` event without listeners on to log and channel: the event never crashes the process, and is not lost. `isFirst`: where
 * no channel hears it either, the process is warned, so that a wrong port is not ten seconds of silence.
 */
export function reportUnheardError(error: unknown, isFirst: boolean): void {
  if (log.client.enabled) log.client('unheard error event: %O', error);
  if (errorChannel.hasSubscribers) errorChannel.publish({ error } satisfies UnheardError);
  else if (isFirst) {
    const text = printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    const detail = "Listen to the client's 'error' event to hear of what follows; this warning comes once a client.";
    process.emitWarning(text, { type: 'SlotwiseWarning', code: 'SLOTWISE_UNHEARD_ERROR', detail });
  }
}

/** Warns of a ring that works, and is hardly meant. */
export function reportPlacement(text: string): void {
  process.emitWarning(text, { type: 'SlotwiseWarning', code: 'SLOTWISE_PLACEMENT' });
}

/** Warns of what a user's listener threw: it must not reach the engine that called the listener, and a mistake of the user must stay visible. */
export function reportListenerError(event: string, error: unknown): void {
  const detail = printable(thrownStack(error), '\n\t');
  process.emitWarning(`A listener of '${event}' threw`, { type: 'SlotwiseWarning', code: 'SLOTWISE_LISTENER', detail });
}
