import { ConnectError, ConnectionLostError, SlotwiseError, TlsError } from '../errors.js';
import { thrownText } from '../util/user-function.js';
import { unmendableTls } from './tls-failures.js';

/** Why a connection is gone. `refusal`: the first error reply before it was ready. `closedAt`: the command at which a proxy closed. */
export function connectionError(
  cause: Error | null,
  wasConnecting: boolean,
  node: string,
  refusal: SlotwiseError | null,
  closedAt: string | null = null,
): SlotwiseError {
  if (cause instanceof SlotwiseError) return cause;
  const at = closedAt === null ? '' : ` at ${closedAt}, which a proxy may not take`;
  const why = `${cause === null ? 'the server closed it' : thrownText(cause)}${at}`;
  const hint = unmendableTls(cause);
  if (hint !== null) return new TlsError(`cannot connect to ${node} by TLS: ${why}${hint}`, { node, cause });
  return wasConnecting
    ? // A server that is full or protected says so to whatever comes first, and closes: https://redis.io/docs/latest/develop/reference/clients/
      new ConnectError(`cannot connect to ${node}: ${why}${refusal === null ? '' : ` after "${refusal.message}"`}`, {
        node,
        cause: cause ?? refusal ?? undefined,
      })
    : new ConnectionLostError(`the connection to ${node} broke: ${why}`, { node, cause });
}

/** Why this library itself gives a connection up. `problem`: what the node does, or does not do. */
export function connectionLostError(node: string, problem: string): ConnectionLostError {
  return new ConnectionLostError(`${node} ${problem}`, { node });
}
