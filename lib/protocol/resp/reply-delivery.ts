import { ReplyError } from '../../errors.js';
import type { Raw } from '../command-spec.js';
import type { ReplySink } from './reply-sink.js';

/**
 * Delivery of replies to a sink: keeps the first error that the sink throws. Base of the parser, not a part of it: one object less in the
 * hot path.
 */
export abstract class ReplyDelivery {
  /** `DECODE_*` bits of the reply being read. */
  protected mode = 0;
  /** The reply being read is an error, or holds one, or an integer that its mode cannot hold. */
  protected flawed = false;
  /** The first of those integers. */
  protected outOfRange: bigint | null = null;
  /** The first error that the sink threw during this write. */
  protected thrown: { readonly error: unknown } | null = null;

  protected constructor(private readonly sink: ReplySink) {}

  protected askMode(): void {
    this.mode = 0;
    try {
      this.mode = this.sink.modeOfNext();
    } catch (error) {
      this.thrown ??= { error };
    }
  }

  protected deliver(value: Raw): void {
    try {
      this.sink.reply(value);
    } catch (error) {
      this.thrown ??= { error };
    }
  }

  protected deliverFlawed(value: Raw): void {
    const { outOfRange } = this;
    this.flawed = false;
    this.outOfRange = null;
    try {
      if (value instanceof ReplyError) this.sink.error(value);
      else this.sink.flawed(value, outOfRange);
    } catch (error) {
      this.thrown ??= { error };
    }
  }

  protected deliverPush(items: Raw[]): void {
    try {
      this.sink.push(items);
    } catch (error) {
      this.thrown ??= { error };
    }
  }

  protected rethrow(error: unknown): never {
    this.thrown = null;
    throw error;
  }
}
