import { ReplyError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { isRead } from '../../protocol/catalog/effects.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { classify } from '../../protocol/resp/reply-error.js';
import { asText, type Script } from '../../protocol/script.js';
import { clock } from '../../util/clock.js';

/** Sends one form of the script. `issuedAt`: when the caller issued it, if that was before, on the clock in ms. */
type Send = (spec: CommandSpec, args: readonly Arg[], issuedAt: number | null) => Promise<unknown>;

/**
 * Cache of the scripts that were sent to each process of a node: only there the SHA-1 is enough. Elsewhere the text goes, because a call
 * that is repeated as text after NOSCRIPT would be overtaken by those that were issued after it.
 */
export class ScriptCache {
  readonly #known = new WeakMap<Node, { readonly processEpoch: number; readonly sha1s: Set<string> }>();

  /** `node`: the node that will run the script; null where that is not certain. */
  run(script: Script<number, unknown>, args: readonly Arg[], node: Node | null, send: Send): Promise<unknown> {
    const asIs = { spec: script.spec, args };
    const text = asText(asIs);
    // A script that only reads is overtaken without harm.
    const known = node === null ? isRead(script.spec) : this.#knows(node, script.sha1);
    const first = known ? asIs : text;
    const issuedAt = clock.now();
    const sent = send(first.spec, first.args, null);
    if (first === text) return sent;
    return sent.catch((error: unknown) => {
      if (!isNoScript(error)) throw error;
      return send(text.spec, text.args, issuedAt);
    });
  }

  /** Whether the script was sent there before; from now on it was. */
  #knows(node: Node, sha1: string): boolean {
    let known = this.#known.get(node);
    if (known?.processEpoch !== node.processEpoch) {
      known = { processEpoch: node.processEpoch, sha1s: new Set() };
      this.#known.set(node, known);
    }
    if (known.sha1s.has(sha1)) return true;
    known.sha1s.add(sha1);
    return false;
  }
}

/**
 * Whether the server said so, before it ran anything. The text decides, because a script may answer with any error, also with this code.
 */
export function isNoScript(error: unknown): boolean {
  return error instanceof ReplyError && classify(error) === 'noscript' && /^NOSCRIPT No matching script\b/.test(error.message);
}
