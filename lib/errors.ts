import { show } from './util/show.js';
import { type ErrorFacts, nameErrors, SlotwiseError } from './util/slotwise-error.js';

export { show } from './util/show.js';
export { type ErrorFacts, type Executed, SlotwiseError } from './util/slotwise-error.js';

/** An option has a value it cannot have. `createClient` and `with` throw it at once; `path` names the option. */
export class OptionsError extends SlotwiseError {
  readonly path: string;

  /** `problem`: with a value what was expected instead of it; without one the whole problem, for what is wrong beyond one value. */
  constructor(path: string, problem: string, ...got: [] | [value: unknown]) {
    super('ERR_OPTIONS', got.length === 0 ? `${path}: ${problem}` : `${path}: expected ${problem}, got ${show(got[0])}`);
    this.path = path;
  }
}

/** A command's argument cannot be sent (`NaN`, `undefined`, an object, bytes whose memory was transferred …). Nothing was sent. */
export class ArgumentError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_ARGUMENT', message, facts);
  }
}

/**
 * An error reply of a server. `code` is its first word (`WRONGTYPE`, `ERR`, `NOAUTH` …), `message` its text, without secrets that it quotes:
 * docs/security.md.
 */
export class ReplyError extends SlotwiseError {
  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(code, message, { executed: 'yes', ...facts });
  }
}

/** The bytes of a server are not RESP. The connection is closed. */
export class ProtocolError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts, code = 'ERR_PROTOCOL') {
    super(code, message, { executed: 'unknown', ...facts });
  }
}

/**
 * The reply is beyond `maxReplyBytes` or `maxReplyItems`, or 512 MiB a string, 67,108,864 elements an array, 128 levels. The command is never sent again;
 * the connection is closed, because what follows the reply cannot be reached.
 */
export class ReplyTooLargeError extends ProtocolError {
  constructor(message: string, facts?: ErrorFacts) {
    super(message, { executed: 'yes', ...facts }, 'ERR_REPLY_TOO_LARGE');
  }
}

/** A TCP, TLS or socket-file connection could not be made, or its handshake did not finish. */
export class ConnectError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts, code = 'ERR_CONNECT') {
    super(code, message, facts);
  }
}

/**
 * TLS with the server fails for a reason that no retry mends: its certificate is not accepted, or ours is not, they have no version or cipher
 * in common, or the port speaks no TLS. `cause` is what Node says.
 */
export class TlsError extends ConnectError {
  constructor(message: string, facts?: ErrorFacts) {
    super(message, facts, 'ERR_TLS');
  }
}

/** The server refused the credentials, or wants some and got none. */
export class AuthError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_AUTH', message, facts);
  }
}

/** The server has no such database, or lets this user not select it. */
export class DatabaseError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_DATABASE', message, facts);
  }
}

/** The connection broke. `executed` says whether the command may have run. */
export class ConnectionLostError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_CONNECTION_LOST', message, facts);
  }
}

/** The deadline of the command passed (`timeoutMs`). */
export class TimeoutError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_TIMEOUT', message, facts);
  }
}

/** The caller's `AbortSignal` fired. `cause` is the signal's reason. */
export class AbortError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_ABORTED', message, facts);
  }
}

/** `close()` or `destroy()` was called. */
export class ClosedError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_CLOSED', message, facts);
  }
}

/** The buffer of a subscription's iterator is full, and its `overflow` is `'error'`. The messages in the buffer are still given before. */
export class OverflowError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_OVERFLOW', message, facts);
  }
}

/** A listener of a subscription threw, or its promise rejected: `cause`. The listener goes on getting messages. */
export class ListenerError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_LISTENER', message, facts);
  }
}

/** A server does not publish the keyspace events that are listened to: `notify-keyspace-events` lacks `missing`. */
export class KeyspaceEventsOffError extends SlotwiseError {
  readonly missing: string;

  constructor(node: string, current: string, missing: string) {
    const fix = `CONFIG SET notify-keyspace-events ${current}${missing} on every server, or the option configure: true`;
    super(
      'ERR_KEYSPACE_EVENTS_OFF',
      `${node} publishes no such events: its notify-keyspace-events is "${current}" and lacks ${missing}; ${fix}`,
      { node },
    );
    this.missing = missing;
  }
}

/** A bound on queued commands or bytes was reached. Nothing was sent. */
export class QueueFullError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_QUEUE_FULL', message, facts);
  }
}

/** No node that the command may use is known or reachable. */
export class NoNodeError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_NO_NODE', message, facts);
  }
}

/** A server names an address that the option `allowedAddresses` does not allow. Nothing is sent there, not even a password. */
export class AddressRefusedError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_ADDRESS_REFUSED', message, facts);
  }
}

/** Keys that must share one slot do not. Nothing was sent. */
export class CrossSlotError extends SlotwiseError {
  readonly keys: readonly string[];
  readonly slots: readonly number[];

  constructor(message: string, keys: readonly string[], slots: readonly number[], facts?: ErrorFacts) {
    super('ERR_CROSS_SLOT', message, facts);
    this.keys = keys;
    this.slots = slots;
  }
}

/** The command cannot be sent this way: it would change a shared connection, or this library keeps it for itself. */
export class CommandRefusedError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_COMMAND_REFUSED', message, facts);
  }
}

/** The guard of a domain does not let this command touch this key. Nothing was sent. */
export class GuardError extends SlotwiseError {
  readonly domain: string;
  readonly access: 'read' | 'write';
  /** Key as the program named it, or the pattern; null: the command does not say which keys it touches. */
  readonly key: string | null;

  constructor(
    message: string,
    { domain, access, key, command }: { domain: string; access: 'read' | 'write'; key: string | null; command: string },
  ) {
    super('ERR_GUARD', message, { command });
    this.domain = domain;
    this.access = access;
    this.key = key;
  }
}

/** The function in `reads` threw, or returned what is no candidate. Nothing was sent. `cause` is what it threw. */
export class ReadFunctionError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_READ_FUNCTION', message, facts);
  }
}

/** The function that places a ring's keys threw, or returned no index of a member. Nothing was sent. `cause` is what it threw. */
export class PlacementFunctionError extends SlotwiseError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_PLACEMENT_FUNCTION', message, facts);
  }
}

/**
 * Some parts of a whole failed: of a command that was split over nodes, of a pipeline, or elements of a reply, which are errors. `failures`
 * says which keys, or which node of a command without keys, and why.
 */
export class PartialFailureError extends SlotwiseError {
  readonly failures: readonly { readonly keys: readonly string[]; readonly node?: string; readonly error: unknown }[];
  /** Of a reply with errors among its elements: the reply as the server sent it. */
  readonly reply: unknown;

  constructor(message: string, failures: PartialFailureError['failures'], facts?: ErrorFacts, reply?: unknown) {
    super('ERR_PARTIAL', message, facts);
    this.failures = failures;
    this.reply = reply;
  }
}

/**
 * `with({ waitReplicas })`: the write was executed, and fewer replicas than wanted said in time that they have it. The write may still
 * reach them. `reply` is what the write returned.
 */
export class NotReplicatedError extends SlotwiseError {
  readonly acknowledged: number;
  readonly wanted: number;
  readonly reply: unknown;

  constructor(
    command: string,
    { acknowledged, wanted, timeoutMs, reply }: { acknowledged: number; wanted: number; timeoutMs: number; reply: unknown },
  ) {
    const message = `${command} was executed, but only ${acknowledged} of ${wanted} replicas acknowledged it within ${timeoutMs} ms`;
    super('ERR_NOT_REPLICATED', message, { executed: 'yes', command });
    this.acknowledged = acknowledged;
    this.wanted = wanted;
    this.reply = reply;
  }
}

/** An integer of a reply is beyond 2^53 and `integers` is `'number'`. `value` is exact. */
export class IntegerRangeError extends SlotwiseError {
  readonly value: bigint;
  /** The whole reply as the server sent it, with such integers as bigints: what the command took is not lost. */
  readonly reply: unknown;

  constructor(value: bigint, facts?: ErrorFacts, reply: unknown = value) {
    super('ERR_INTEGER_RANGE', `integer reply ${value} is beyond 2^53; use with({ integers: 'bigint' }) or 'string'`, {
      executed: 'yes',
      ...facts,
    });
    this.value = value;
    this.reply = reply;
  }
}

/** Why a topology could not be learnt; each reason has its own `code`. */
export type TopologyErrorCode =
  | 'ERR_NO_SEED_REACHABLE'
  | 'ERR_NO_SENTINEL_REACHABLE'
  | 'ERR_PRIMARY_NAME_UNKNOWN'
  | 'ERR_PRIMARY_UNREACHABLE'
  | 'ERR_ROLE_MISMATCH'
  | 'ERR_SPLIT_GROUP'
  | 'ERR_NOT_A_CLUSTER'
  | 'ERR_IS_A_CLUSTER'
  | 'ERR_NOT_A_SENTINEL'
  | 'ERR_IS_A_SENTINEL'
  | 'ERR_TOPOLOGY_TOO_LARGE'
  /** The word of the server: the ACL does not let this user ask. */
  | 'NOPERM';

/** The topology could not be learnt. `causes` has one entry an address asked. */
export class TopologyError extends SlotwiseError {
  readonly causes: readonly { readonly node: string; readonly error: unknown }[];

  constructor(code: TopologyErrorCode, message: string, causes: TopologyError['causes'] = [], facts?: ErrorFacts) {
    super(code, message, { cause: causes[0]?.error, ...facts });
    this.causes = causes;
  }
}

nameErrors({
  AbortError,
  AddressRefusedError,
  ArgumentError,
  AuthError,
  ClosedError,
  CommandRefusedError,
  ConnectError,
  TlsError,
  ConnectionLostError,
  CrossSlotError,
  DatabaseError,
  GuardError,
  IntegerRangeError,
  KeyspaceEventsOffError,
  ListenerError,
  NoNodeError,
  NotReplicatedError,
  OptionsError,
  OverflowError,
  PartialFailureError,
  PlacementFunctionError,
  ProtocolError,
  QueueFullError,
  ReadFunctionError,
  ReplyError,
  ReplyTooLargeError,
  SlotwiseError,
  TimeoutError,
  TopologyError,
});

// With --frozen-intrinsics the limit cannot be set.
const canLimitStack = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true;

/**
 * Makes an error without frames in its stack, which take most of the time that making an error takes. For what the state of client or
 * servers brings about, where thousands may fail at once: their frames name timers and sockets, or every caller there is.
 */
export function withoutStack<E extends Error>(make: () => E): E {
  if (!canLimitStack) return make();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
