import { type Call, SETTLED } from '../../protocol/call.js';

/** Line of the calls on a leased connection: where one waits for its keys, the later ones wait behind it. */
export class LeasedLine {
  /** The first one waits for its keys, the others behind it. */
  readonly #calls: Call[] = [];

  /** `hold`: has a call wait that goes on later; false: it need not. `send`: sends it on the connection. */
  constructor(
    private readonly hold: (call: Call, go: () => void) => boolean,
    private readonly send: (call: Call) => void,
  ) {}

  /** Some call waits: when one settles, `settled` has to follow. */
  get isHeld(): boolean {
    return this.#calls.length > 0;
  }

  /** Sends a call in its order. */
  add(call: Call): void {
    this.#calls.push(call);
    if (this.#calls.length === 1) this.#advance();
  }

  /** A call that waited is settled, perhaps without its turn. */
  settled(): void {
    if (this.#calls[0]?.state !== SETTLED) return;
    this.#calls.shift();
    this.#advance();
  }

  #advance(): void {
    for (let call = this.#calls[0]; call !== undefined; call = this.#calls[0]) {
      const own = call;
      if (own.state !== SETTLED && this.hold(own, () => this.#goOn(own))) return;
      this.#calls.shift();
      if (own.state !== SETTLED) this.send(own);
    }
  }

  #goOn(call: Call): void {
    if (this.#calls[0] !== call) return;
    this.#calls.shift();
    this.send(call);
    this.#advance();
  }
}
