import { nowMs } from './now.js';

/** `failed`: by an error that says that it did not run. */
export const outcomes = ['pending', 'ok', 'failed', 'unknown'] as const;
export type Outcome = (typeof outcomes)[number];
export const PENDING = 0;
export const OK = 1;
export const FAILED = 2;
export const UNKNOWN = 3;

/** What became of many operations, by the order in which they were issued: plain arrays, to be sent to another process. */
export interface Operations {
  readonly length: number;
  /** Moments in ms on the clock of `nowMs`. */
  readonly issuedAt: Float64Array;
  /** 0 while pending. */
  readonly settledAt: Float64Array;
  /** Index into `outcomes`. */
  readonly outcome: Uint8Array;
  /** How often each error came, by its code. */
  readonly errors: Readonly<Record<string, number>>;
  /** The first few messages. */
  readonly messages: readonly string[];
}

const MESSAGES_KEPT = 5;

/** Recorder of what happens to operations. Memory is taken ahead, so that the record is nothing a leak could hide behind. */
export class Recorder {
  length = 0;
  #issuedAt: Float64Array;
  #settledAt: Float64Array;
  #outcome: Uint8Array;
  readonly #errors = new Map<string, number>();
  readonly #messages: string[] = [];

  constructor(capacity = 65_536) {
    this.#issuedAt = new Float64Array(capacity);
    this.#settledAt = new Float64Array(capacity);
    this.#outcome = new Uint8Array(capacity);
  }

  /** Its number. */
  issued(): number {
    if (this.length === this.#outcome.length) this.#grow();
    const n = this.length++;
    this.#issuedAt[n] = nowMs();
    return n;
  }

  succeeded(n: number): void {
    this.#settledAt[n] = nowMs();
    this.#outcome[n] = OK;
  }

  failed(n: number, code: string, message: string, mayHaveRun: boolean): void {
    this.#settledAt[n] = nowMs();
    this.#outcome[n] = mayHaveRun ? UNKNOWN : FAILED;
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
    if (this.#messages.length < MESSAGES_KEPT) this.#messages.push(message);
  }

  get operations(): Operations {
    const { length } = this;
    return {
      length,
      issuedAt: this.#issuedAt.slice(0, length),
      settledAt: this.#settledAt.slice(0, length),
      outcome: this.#outcome.slice(0, length),
      errors: Object.fromEntries(this.#errors),
      messages: this.#messages,
    };
  }

  #grow(): void {
    const capacity = this.#outcome.length * 2;
    const issuedAt = new Float64Array(capacity);
    issuedAt.set(this.#issuedAt);
    this.#issuedAt = issuedAt;
    const settledAt = new Float64Array(capacity);
    settledAt.set(this.#settledAt);
    this.#settledAt = settledAt;
    const outcome = new Uint8Array(capacity);
    outcome.set(this.#outcome);
    this.#outcome = outcome;
  }
}
