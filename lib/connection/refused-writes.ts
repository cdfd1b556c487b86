import { ReplyError } from '../errors.js';
import { BlockedKeys } from '../protocol/blocked-keys.js';
import { type Call, WRITTEN } from '../protocol/call.js';
import { isRead } from '../protocol/catalog/effects.js';
import type { Raw } from '../protocol/command-spec.js';
import { isServersWord, scriptKindOf } from '../protocol/refusals.js';
import { classify } from '../protocol/resp/reply-error.js';

/**
 * Writes that the node of a connection refused, serving reads as before, and that are sent again. A read with one of their keys that was on
 * its way behind them would find what was there before: it counts as refused, too, and goes after them.
 */
export class RefusedWrites {
  #keys = new BlockedKeys();
  #refusal: ReplyError | null = null;
  /** Calls in flight behind the newest of them. */
  #behind = 0;

  /** A call was answered with the error; `behind`: how many are in flight behind it. */
  add(call: Call, error: ReplyError, behind: number): void {
    if (call.state !== WRITTEN || isRead(call.spec)) return;
    // A script may answer with any text.
    if (scriptKindOf(call.spec, call.args) !== 'none' && !isServersWord(error)) return;
    const refusal = [error, ...(call.batch?.replies ?? [])].find(refusesWrites);
    if (refusal === undefined) return;
    this.#refusal = refusal;
    this.#keys.add(call);
    this.#behind = behind;
  }

  /** The next call in flight is answered. */
  passed(): void {
    if (this.#refusal === null || --this.#behind >= 0) return;
    this.#refusal = null;
    this.#keys = new BlockedKeys();
  }

  /** Why the value that came for the call does not count; null: it counts. */
  refusalOf(call: Call): ReplyError | null {
    if (this.#refusal === null || !isRead(call.spec) || call.owner.keepsOrder?.(call) !== true) return null;
    return this.#keys.concerns(call) ? this.#refusal : null;
  }
}

function refusesWrites(reply: Raw | Error): reply is ReplyError {
  if (!(reply instanceof ReplyError)) return false;
  const kind = classify(reply);
  return kind === 'readonly' || kind === 'noreplicas';
}
