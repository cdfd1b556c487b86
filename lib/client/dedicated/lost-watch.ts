import type { Connection } from '../../connection/connection.js';
import { releaseUsage } from '../../connection/deadlines.js';
import { type Call, type CallOwner, NO_DEADLINE, newCall, SETTLED } from '../../protocol/call.js';
import { sinkExtras } from '../../protocol/call-extras.js';
import { command } from '../../protocol/catalog/specs.js';

const DISCARD = command('DISCARD');

/**
 * Sends DISCARD in the place of an EXEC whose watch was lost with an earlier connection: a watched key may have changed while nobody watched,
 * so the transaction ends as if one had.
 */
export function discardInstead(exec: Call, connection: Connection): void {
  const end = (): void => {
    releaseUsage(exec);
    if (exec.state !== SETTLED) exec.settle(null);
  };
  const owner: CallOwner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: end };
  connection.send(newCall(DISCARD, [], null, 0, owner, NO_DEADLINE, sinkExtras({ onValue: end, onError: end })));
}
