import * as slotwise from '../../index.js';
import * as own from './errors.js';

type Make = (error: slotwise.SlotwiseError) => Error;

const caused =
  (Class: new (options: ErrorOptions) => Error): Make =>
  (cause) =>
    new Class({ cause });
const withMessage =
  (Class: new (message: string, options: ErrorOptions) => Error): Make =>
  (cause) =>
    new Class(cause.message, { cause });

const CROSS_SLOT = "CROSSSLOT Keys in request don't hash to the same slot";

/** Which error of node-redis stands for which of this library, by code. Those that are not here keep their class. */
const MAPPED: Readonly<Record<string, Make>> = {
  ERR_ABORTED: caused(own.AbortError),
  // What comes after the end is refused before it reaches the engine.
  ERR_CLOSED: caused(own.DisconnectsClientError),
  ERR_CONNECTION_LOST: caused(own.SocketClosedUnexpectedlyError),
  ERR_TIMEOUT: withMessage(own.TimeoutError),
  ERR_CROSS_SLOT: (cause) => new own.SimpleError(CROSS_SLOT, { cause }),
  ERR_QUEUE_FULL: (cause) => new Error('The queue is full', { cause }),
  ERR_CONNECT: connectError,
  ERR_AUTH: (cause) => new own.SimpleError(replyTextOf(cause), { cause }),
  ERR_DATABASE: (cause) => new own.SimpleError(replyTextOf(cause), { cause }),
  ERR_ARGUMENT: withMessage(TypeError),
  ERR_COMMAND_REFUSED: withMessage(own.NotSupportedError),
};

/** A failed connection is told by what the operating system said. */
function connectError(error: slotwise.SlotwiseError): Error {
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) if ('syscall' in cause) return cause;
  return / did not finish /.test(error.message) ? new own.ConnectionTimeoutError({ cause: error }) : error;
}

function replyTextOf(error: slotwise.SlotwiseError): string {
  return error.cause instanceof slotwise.ReplyError ? error.cause.message : error.message;
}

/** The error of node-redis for one of this library, which is its `cause`. Others stay what they are. */
export function mapError(error: unknown): unknown {
  if (!(error instanceof slotwise.SlotwiseError)) return error;
  if (error instanceof slotwise.ReplyError) return new own.SimpleError(error.message, { cause: error });
  if (error instanceof slotwise.TopologyError) return connectError(error);
  return MAPPED[error.code]?.(error) ?? error;
}
