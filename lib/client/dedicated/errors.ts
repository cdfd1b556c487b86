import { ClosedError, ConnectionLostError, type Executed, type SlotwiseError, withoutStack } from '../../errors.js';

/** Error of a command whose dedicated connection was closed by its owner. */
export function connectionClosed(name: string, executed: Executed, cause: SlotwiseError | null): ClosedError {
  return withoutStack(() => new ClosedError(`${name}: the connection is closed`, { command: name, executed, cause: cause ?? undefined }));
}

/** Error of a command between MULTI and EXEC, or of EXEC, where the server's part of it is gone and EXEC was not sent. */
export function transactionLost(name: string, node: string | null): ConnectionLostError {
  const message = `${name}: the connection was lost in the middle of the transaction; nothing of it was executed`;
  return withoutStack(() => new ConnectionLostError(message, { command: name, executed: 'no', node: node ?? undefined }));
}

/** Error of WAIT on another connection than that of the writes. */
export function writesLost(name: string, node: string | null): ConnectionLostError {
  const message = `${name}: the connection that wrote is lost, and this one would count none of its writes`;
  return withoutStack(() => new ConnectionLostError(message, { command: name, executed: 'no', node: node ?? undefined }));
}
