import type { ReplyError } from '../../errors.js';
import type { Raw } from '../command-spec.js';

/**
 * Receiver of what a parser reads. An error that one of these throws does not disturb the parser: `write` throws it once all bytes are
 * consumed.
 */
export interface ReplySink {
  /** The sum of `DECODE_*` bits for the next top-level reply that is no push; asked once, at its start. */
  modeOfNext(): number;
  /** A top-level reply that is no error. */
  reply(value: Raw): void;
  /** A top-level error reply. */
  error(error: ReplyError): void;
  /**
   * Comes instead of `reply`: there are errors in the reply, or integers beyond 2^53, of which `outOfRange` is the first, although its mode
   * wants numbers. They stand in it as bigints.
   */
  flawed(value: Raw, outOfRange: bigint | null): void;
  /** Out-of-band data; its kind is `items[0]`, there is at least that. */
  push(items: Raw[]): void;
}
