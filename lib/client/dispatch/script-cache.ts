import { ReplyError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { type Arg, type CommandSpec, READONLY } from '../../protocol/command-spec.js';
import { classify } from '../../protocol/resp/reply-error.js';
import { asText, type Script } from '../../protocol/script.js';

/** Sends one form of the script. */
type Send = (spec: CommandSpec, args: readonly Arg[]) => Promise<unknown>;

/**
 * Which scripts were sent to which process of a node: only there the SHA-1 is enough. Elsewhere the text goes, because a call that is repeated as
 * text after NOSCRIPT would be overtaken by those that were issued after it.
 */
export class ScriptCache {
  readonly #known = new WeakMap<Node, { readonly incarnation: number; readonly sha1s: Set<string> }>();

  /** `node`: who will run it, null where that is not certain. */
  run(script: Script<number, unknown>, args: readonly Arg[], node: Node | null, send: Send): Promise<unknown> {
    const asIs = { spec: script.spec, args };
    const text = asText(asIs);
    // What only reads is overtaken without harm.
    const first =
      (node === null && (script.spec.flags & READONLY) !== 0) || (node !== null && this.#knows(node, script.sha1)) ? asIs : text;
    const sent = send(first.spec, first.args);
    if (first === text) return sent;
    return sent.catch((error: unknown) => {
      if (!isNoScript(error)) throw error;
      return send(text.spec, text.args);
    });
  }

  /** From now on it does: a script that follows takes the same way. */
  #knows(node: Node, sha1: string): boolean {
    let known = this.#known.get(node);
    if (known?.incarnation !== node.processEpoch) {
      known = { incarnation: node.processEpoch, sha1s: new Set() };
      this.#known.set(node, known);
    }
    if (known.sha1s.has(sha1)) return true;
    known.sha1s.add(sha1);
    return false;
  }
}

/** The server's own words, before it ran anything; a script may answer with any error, also with this code. */
export function isNoScript(error: unknown): boolean {
  return error instanceof ReplyError && classify(error) === 'noscript' && /^NOSCRIPT No matching script\b/.test(error.message);
}
