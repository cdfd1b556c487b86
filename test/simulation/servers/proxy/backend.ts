import type { ServerConnection, ServerProcess } from '../server-process.js';
import { endOfReply } from './raw-replies.js';
import { Upstream, type UpstreamEnd } from './upstream.js';

/** Why a proxy has no reply of a server. */
export type Trouble = UpstreamEnd | 'timed out' | 'unreadable';

/** A command on its way through a proxy. */
interface Passed {
  isAnswered: boolean;
  answered(reply: string): void;
  failed(trouble: Trouble): void;
}

/** A server behind a proxy, with one connection that all clients share (`server_connections: 1`). */
export class Backend {
  #upstream: Upstream | null = null;
  #text = '';
  /** In the order in which they were sent. */
  #waiting: Passed[] = [];

  constructor(
    private readonly owner: ServerProcess<ServerConnection>,
    /** `host:port` */
    private readonly key: string,
    /** How long a server may take for a reply, in ms (`timeout`). */
    private readonly timeoutMs: number,
    /** What it cannot read: the connection is given up then. */
    private readonly unreadable: RegExp | null,
  ) {}

  /** The process has died: its connection ends with it. */
  died(): void {
    this.#upstream = null;
    this.#text = '';
    this.#waiting = [];
  }

  send(bytes: Buffer, sentAt: number, { answered, failed }: Pick<Passed, 'answered' | 'failed'>): void {
    const passed: Passed = { isAnswered: false, answered, failed };
    this.#waiting.push(passed);
    this.#upstream ??= this.#open();
    this.#upstream.write(bytes, sentAt);
    this.owner.after(this.timeoutMs, () => {
      if (!passed.isAnswered) this.#end('timed out');
    });
  }

  #open(): Upstream {
    return new Upstream(this.owner, this.key, {
      connected: () => undefined,
      data: (bytes) => this.#received(bytes.toString('latin1')),
      over: (how) => this.#end(how),
    });
  }

  #received(text: string): void {
    this.#text += text;
    for (let end = endOfReply(this.#text); end > 0; end = endOfReply(this.#text)) {
      if (this.unreadable?.test(this.#text)) {
        this.#end('unreadable');
        return;
      }
      const passed = this.#waiting.shift();
      const reply = this.#text.slice(0, end);
      this.#text = this.#text.slice(end);
      if (passed === undefined) throw new Error('a reply to nothing');
      passed.isAnswered = true;
      passed.answered(reply);
    }
  }

  /** Everything that waits fails with the connection, what the server has not read as well. */
  #end(trouble: Trouble): void {
    const failed = this.#waiting;
    const upstream = this.#upstream;
    this.died();
    upstream?.close();
    for (const passed of failed) {
      passed.isAnswered = true;
      passed.failed(trouble);
    }
  }
}
