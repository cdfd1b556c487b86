import type { Network } from '../network/network.js';
import { type End, TcpConnection } from '../network/tcp.js';

/** A connection to a server, for tests of the models: what comes over it, as text on the wire. */
export class Speaker {
  text = '';
  isEnded = false;
  #end: End | null = null;
  #unsent = Buffer.alloc(0);

  constructor(
    private readonly network: Network,
    /** `host:port` */
    name: string,
  ) {
    const ended = (): void => {
      this.isEnded = true;
    };
    new TcpConnection(network, name, {
      connected: (end) => {
        this.#end = end;
        end.handlers = {
          data: (bytes, _sentAt, whenRead) => {
            this.text += bytes.toString('latin1');
            end.read(bytes.length);
            whenRead?.();
          },
          ended,
          reset: ended,
          room: () => this.#flush(),
        };
        this.#flush();
      },
      refused: ended,
    });
  }

  send(...words: readonly string[]): void {
    const text = `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
    this.#unsent = Buffer.concat([this.#unsent, Buffer.from(text, 'latin1')]);
    this.#flush();
  }

  /** What has come since the last time. */
  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }

  /** Sends it, and returns what comes within this time, in ms. */
  ask(words: readonly string[], ms = 20): string {
    const { timeline } = this.network;
    this.send(...words);
    const until = timeline.now + ms;
    while (timeline.nextAt <= until) timeline.step();
    timeline.now = until;
    return this.take();
  }

  close(): void {
    this.#end?.close();
  }

  #flush(): void {
    if (this.#end === null || this.#unsent.length === 0) return;
    const taken = this.#end.offer(this.#unsent, this.network.timeline.now);
    this.#unsent = this.#unsent.subarray(taken);
  }
}
