import type { SlotwiseError } from '../../errors.js';

/** Most sources whose failures are remembered. Beyond it the oldest is forgotten, and may be told of once more. */
const MAX_SOURCES = 1_000;

/**
 * Failures that users are told of. What fails is tried again and again, by every probe and every connection, and says the same in ever new
 * words: seeds in another order, ports that change. So a source is told once for each code, until what failed has worked again. What one node
 * says, a wrong password for example, is told once, whether commands, probes or both hear of it.
 */
export class FailureReports {
  readonly #tell: (error: SlotwiseError) => void;
  /** Codes of failures, by source, with the node that each is about; undefined: none. */
  readonly #known = new Map<string, Map<string, string | undefined>>();

  constructor(tell: (error: SlotwiseError) => void) {
    this.#tell = tell;
  }

  /** `source`: what failed, as `recovered` will name it. */
  readonly failed = (source: string, error: SlotwiseError): void => {
    const { code, node } = error;
    const known = this.#known.get(source) ?? new Map<string, string | undefined>();
    if (known.has(code)) return;
    const isTold = node !== undefined && [...this.#known.values()].some((nodes) => nodes.get(code) === node);
    this.#known.set(source, known.set(code, node));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_SOURCES && oldest !== undefined) this.#known.delete(oldest);
    if (!isTold) this.#tell(error);
  };

  /** The next failure is a new one. */
  recovered(source: string): void {
    this.#known.delete(source);
    for (const nodes of this.#known.values()) for (const [code, node] of nodes) if (node === source) nodes.delete(code);
  }
}
