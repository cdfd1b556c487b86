import { internalOwner } from '../../connection/internal-calls.js';
import { ConnectError, ConnectionLostError, NoNodeError, ReplyError, type SlotwiseError, TimeoutError } from '../../errors.js';
import type { Lease } from '../../pool/lease.js';
import { newCall, takePromise } from '../../protocol/call.js';
import type { Command } from '../../protocol/command-spec.js';
import { isPassing } from '../../protocol/resp/reply-error.js';
import { clock } from '../../util/clock.js';

/** Tells a new connection its state, before anything else is sent on it. Rejects if the server refuses a part of it. */
export async function tell({ connection }: Lease, commands: readonly Command[], timeoutMs: number): Promise<void> {
  const deadline = clock.deadlineIn(timeoutMs);
  const replies = commands.map(async ({ spec, args }) => {
    const call = newCall(spec, args, null, 0, internalOwner, deadline);
    const reply = takePromise();
    connection.send(call);
    try {
      await reply;
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      const what = `${connection.key} refused ${spec.name}, which belongs to the state of the connection: ${error.message}`;
      throw new ConnectError(what, { node: connection.key, cause: error });
    }
  });
  for (const outcome of await Promise.allSettled(replies)) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Whether another attempt would end the same way, until a person or another command changes something. */
export function isFinal(error: SlotwiseError): boolean {
  if (error instanceof ConnectError && error.cause instanceof ReplyError) return !isPassing(error.cause);
  const passes = [ConnectError, ConnectionLostError, NoNodeError, TimeoutError];
  return !passes.some((kind) => error instanceof kind);
}
