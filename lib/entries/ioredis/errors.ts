import {
  AuthError,
  ClosedError,
  ConnectionLostError,
  CrossSlotError,
  DatabaseError,
  ReplyError as EngineReplyError,
  IntegerRangeError,
  SlotwiseError,
  TimeoutError,
  TopologyError,
} from '../../index.js';

/** The command that an error is about. */
export interface FailedCommand {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Base of the errors that ioredis gives. */
export class RedisError extends Error {
  declare command?: FailedCommand;

  override get name(): string {
    return 'RedisError';
  }
}

/** An error reply of a server; `message` is its text. */
export class ReplyError extends RedisError {
  override get name(): string {
    return 'ReplyError';
  }
}

/** The connection ended before the reply came, and the command was not sent again. */
export class AbortError extends RedisError {
  override get name(): string {
    return 'AbortError';
  }
}

/** As many attempts to connect have failed as the option `maxRetriesPerRequest` allows. */
export class MaxRetriesPerRequestError extends AbortError {
  constructor(maxRetriesPerRequest: number) {
    super(
      `Reached the max retries per request limit (which is ${maxRetriesPerRequest}). Refer to "maxRetriesPerRequest" option for details.`,
    );
  }

  override get name(): string {
    return 'MaxRetriesPerRequestError';
  }
}

/** No node of the cluster can be reached. */
export class ClusterAllFailedError extends RedisError {
  static readonly defaultMessage = 'Failed to refresh slots cache.';

  constructor(
    message: string,
    readonly lastNodeError: unknown,
  ) {
    super(message);
  }

  override get name(): string {
    return 'ClusterAllFailedError';
  }
}

export const CLOSED_MESSAGE = 'Connection is closed.';
export const NOT_WRITABLE_MESSAGE = "Stream isn't writeable and enableOfflineQueue options is false";
export const CLUSTER_NOT_READY_MESSAGE = "Cluster isn't ready and enableOfflineQueue options is false";
export const SUBSCRIBER_MESSAGE = 'Connection in subscriber mode, only subscriber commands may be used';
export const MONITOR_MESSAGE = "Connection is in monitoring mode, can't process commands.";
const ABORTED_MESSAGE = 'Command aborted due to connection close';
const TIMED_OUT_MESSAGE = 'Command timed out';
const CROSS_SLOT_MESSAGE = "CROSSSLOT Keys in request don't hash to the same slot";

/** What a command is rejected with when its connection has ended. */
export function closedError(): Error {
  return new Error(CLOSED_MESSAGE);
}

/** No sentinel can be asked. `delay`: when ioredis would ask them again, in ms; what is no number ends the connection. */
export function sentinelsError(delay: unknown, last: Error): Error {
  const next = typeof delay === 'number' ? `. Retrying from scratch after ${delay}ms.` : ' and retry is disabled.';
  return new Error(`All sentinels are unreachable${next} Last error: ${last.message}`);
}

type Case = readonly [is: new (...args: never) => SlotwiseError, make: (error: SlotwiseError) => Error];

/** Errors of the engine, and what ioredis says instead. What is not here is given as it is. */
const CASES: readonly Case[] = [
  [EngineReplyError, ({ message }) => new ReplyError(message)],
  [AuthError, (error) => new ReplyError(serversText(error))],
  [DatabaseError, (error) => new ReplyError(serversText(error))],
  [CrossSlotError, () => new ReplyError(CROSS_SLOT_MESSAGE)],
  [ClosedError, () => closedError()],
  [ConnectionLostError, () => new AbortError(ABORTED_MESSAGE)],
  [TimeoutError, (error) => refusalOf(error) ?? new Error(TIMED_OUT_MESSAGE)],
];

/** The error that a command of this entry is rejected with. `executed`, where it is not certain, and `cause` come with it. */
export function errorOf(error: unknown, command: FailedCommand | null = null): unknown {
  if (!(error instanceof SlotwiseError) || error instanceof IntegerRangeError) return error;
  for (const [is, make] of CASES) {
    if (!(error instanceof is)) continue;
    const made = make(error);
    if (made instanceof RedisError && command !== null) made.command = { name: command.name, args: command.args };
    // Not listed among its properties, which programs print.
    Object.defineProperties(made, {
      cause: { value: error, configurable: true, writable: true },
      executed: { value: error.executed, configurable: true, writable: true },
    });
    return made;
  }
  return error;
}

/** The words of the server, where the engine has words of its own around them. */
function serversText(error: SlotwiseError): string {
  return error.cause instanceof EngineReplyError ? error.cause.message : error.message;
}

/** A replica that is the only server refuses writes; the engine waits for a primary until the deadline. */
function refusalOf({ message }: SlotwiseError): ReplyError | null {
  const [refusal] = /READONLY You can't write against a read only replica\./.exec(message) ?? [];
  return refusal === undefined ? null : new ReplyError(refusal);
}

/**
 * What the event `error` tells of a failed connection: what the system says (`connect ECONNREFUSED …`), or the server, which is the first
 * cause of what the engine says.
 */
export function connectionErrorOf(error: unknown): Error {
  let deepest: unknown = error;
  for (let depth = 0; depth < 8; depth++) {
    const { cause } = deepest as { cause?: unknown };
    const next: unknown = (deepest instanceof TopologyError ? deepest.causes[0]?.error : undefined) ?? cause;
    if (!(next instanceof Error)) break;
    deepest = next;
  }
  if (deepest instanceof EngineReplyError) return new ReplyError(deepest.message);
  if (deepest instanceof AggregateError) [deepest] = deepest.errors;
  return deepest instanceof Error ? deepest : new Error(String(deepest));
}
