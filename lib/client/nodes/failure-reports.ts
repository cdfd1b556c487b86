import type { SlotwiseError } from '../../errors.js';

/** Most sources whose failures are remembered. Beyond it the oldest is forgotten, and may be told of once more. */
const MAX_SOURCES = 1_000;

/**
 * Failures that users are told of. What fails is tried again and again, by every probe and every connection, and says the same in ever new
 * words: seeds in another order, ports that change. So a source is told once for each code, until what failed has worked again.
 */
export class FailureReports {
  readonly #tell: (error: SlotwiseError) => void;
  /** Codes that were told, by source. */
  readonly #told = new Map<string, Set<string>>();

  constructor(tell: (error: SlotwiseError) => void) {
    this.#tell = tell;
  }

  /** `source`: what failed, as `recovered` will name it. */
  readonly failed = (source: string, error: SlotwiseError): void => {
    const codes = this.#told.get(source) ?? new Set();
    if (codes.has(error.code)) return;
    this.#told.set(source, codes.add(error.code));
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_SOURCES && oldest !== undefined) this.#told.delete(oldest);
    this.#tell(error);
  };

  /** The next failure is a new one. */
  recovered(source: string): void {
    this.#told.delete(source);
  }
}
