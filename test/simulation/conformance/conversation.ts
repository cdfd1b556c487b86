import { connect, type Socket } from 'node:net';
import { Books } from '../books.js';
import { Network } from '../network/network.js';
import { type End, openConnection } from '../network/tcp.js';
import { Random } from '../time/random.js';
import { Timeline } from '../time/timeline.js';
import { parseTree, type ReplyTree } from './reply-tree.js';

/** A connection to a server, real or not. */
export interface Conversation {
  send(words: readonly string[]): void;
  /** What comes next. Rejects when nothing comes for long. */
  next(): Promise<ReplyTree>;
  /** Until the server has taken up what was sent, and blocks. `id`: of this connection, as the server has it. */
  untilBlocked(id: string): Promise<void>;
  close(): void;
}

/** A server that can be talked to. */
export interface Host {
  open(address?: { readonly host: string; readonly port: number }): Promise<Conversation>;
  wait(ms: number): Promise<void>;
  readonly host: string;
  readonly port: number;
}

/** Longest silence where something must come, in ms. */
const SILENCE_MS = 60_000;

/** Timeout of tests that wait for what real servers decide among themselves, in ms: each step has a bound of its own. */
export const SCRIPT_TIMEOUT_MS = 300_000;

/** So many looks, a millisecond apart, whether something blocks. */
const BLOCK_LOOKS = 2_000;

/** What came over a connection, until it is read. */
class Inbox {
  #text = '';

  add(bytes: Buffer): void {
    this.#text += bytes.toString('latin1');
  }

  take(): ReplyTree | null {
    const parsed = parseTree(this.#text);
    if (parsed === null) return null;
    this.#text = this.#text.slice(parsed.next);
    return parsed.tree;
  }
}

function encoded(words: readonly string[]): Buffer {
  return Buffer.from(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`, 'latin1');
}

/** Where model servers run: a network and time of their own, without a client of ours. */
export class ModelHost implements Host {
  readonly timeline = new Timeline();
  readonly network = new Network(this.timeline, new Random('conformance'));
  readonly books = new Books(this.timeline);
  readonly host = '10.0.0.1';
  readonly port = 6379;

  async open({ host, port } = { host: this.host, port: this.port }): Promise<Conversation> {
    const inbox = new Inbox();
    let end: End | null = null;
    let isEnded = false;
    openConnection(this.network, host, `${host}:${port}`, {
      connected: (opened) => {
        end = opened;
        opened.handlers = {
          data: (bytes, _sentAt, whenRead) => {
            inbox.add(bytes);
            opened.read(bytes.length);
            whenRead?.();
          },
          ended: () => {
            isEnded = true;
          },
          reset: () => {
            isEnded = true;
          },
        };
      },
      refused: () => {
        isEnded = true;
      },
    });
    this.until(() => end !== null || isEnded);
    return {
      send: (words) => end?.write(encoded(words), this.timeline.now),
      next: async () => {
        let tree: ReplyTree | null = null;
        this.until(() => {
          tree = inbox.take();
          return tree !== null || isEnded;
        });
        return tree ?? { type: '!', text: 'closed', items: null };
      },
      untilBlocked: () => this.wait(5),
      close: () => end?.close(),
    };
  }

  async wait(ms: number): Promise<void> {
    const until = this.timeline.now + ms;
    while (this.timeline.nextAt <= until) this.timeline.step();
    this.timeline.now = until;
  }

  until(isDone: () => boolean): void {
    const until = this.timeline.now + SILENCE_MS;
    while (!isDone()) {
      if (this.timeline.nextAt > until) throw new Error('nothing came from the model');
      this.timeline.step();
    }
  }
}

/** A real server. */
export class RealHost implements Host {
  constructor(
    readonly port: number,
    readonly host = '127.0.0.1',
  ) {}

  async open({ host, port } = { host: this.host, port: this.port }): Promise<Conversation> {
    const inbox = new Inbox();
    const socket: Socket = connect({ host, port });
    let wake: () => void = () => undefined;
    let isEnded = false;
    const ended = (): void => {
      isEnded = true;
      wake();
    };
    socket.on('data', (bytes) => {
      inbox.add(bytes);
      wake();
    });
    socket.on('error', ended).on('close', ended);
    await new Promise<void>((resolve) => {
      socket.once('connect', () => resolve()).once('close', () => resolve());
    });
    const next = async (): Promise<ReplyTree> => {
      for (;;) {
        const tree = inbox.take();
        if (tree !== null) return tree;
        if (isEnded) return { type: '!', text: 'closed', items: null };
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error(`nothing came from ${host}:${port}`)), SILENCE_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    };
    return {
      send: (words) => socket.write(encoded(words)),
      next,
      untilBlocked: async (id) => {
        const other = await this.open({ host, port });
        const isBlocked = async (): Promise<boolean> => {
          other.send(['CLIENT', 'LIST', 'ID', id]);
          return /\sflags=\S*b/.test((await other.next()).text);
        };
        for (let looks = 0; !(await isBlocked()); looks++) {
          if (looks === BLOCK_LOOKS) throw new Error(`${id} does not block`);
          await this.wait(1);
        }
        other.close();
      },
      close: () => socket.destroy(),
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }
}
