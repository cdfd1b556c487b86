import {
  AbortError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  NoNodeError,
  QueueFullError,
  SlotwiseError,
  TimeoutError,
  TlsError,
  TopologyError,
} from '../../index.js';

/** The message by which BullMQ knows that a connection failed, and not the command. */
export const CLOSED_MESSAGE = 'Connection is closed.';

/** Errors that say nothing about the command: the same may succeed later. */
const TRANSIENT = [AbortError, ClosedError, ConnectError, ConnectionLostError, NoNodeError, QueueFullError, TimeoutError, TopologyError];

/**
 * The error as BullMQ understands it. A worker keeps a job whose connection failed and tries again; after any other error it calls the job
 * failed. So what says nothing about the command has the message of ioredis, and itself as `cause`.
 */
export function asBullError(error: unknown): unknown {
  if (!(error instanceof SlotwiseError) || error.message === CLOSED_MESSAGE || !isTransient(error)) return error;
  const { executed, node, command, attempts } = error;
  const facts = { executed, node, command, attempts, cause: error };
  return error instanceof ClosedError || error instanceof AbortError
    ? new ClosedError(CLOSED_MESSAGE, facts)
    : new ConnectionLostError(CLOSED_MESSAGE, facts);
}

function isTransient(error: SlotwiseError): boolean {
  return !(error instanceof TlsError) && TRANSIENT.some((kind) => error instanceof kind);
}

/** Rejects with the error as BullMQ understands it. */
export function refuse(error: unknown): never {
  throw asBullError(error);
}

export function closedError(): ClosedError {
  return new ClosedError(CLOSED_MESSAGE);
}
