import { connect, type Socket } from 'node:net';
import { type CommandArg, encodeCommand, parseReply, type Reply, ReplyFailure, type TextEncoding } from './resp.js';

export interface AskOptions {
  readonly auth?: { readonly username?: string; readonly password: string } | undefined;
  /** Time limit for connecting, and for each reply, in ms. Default 2,000. */
  readonly timeoutMs?: number;
  /** Default `utf8`; `latin1` carries any bytes. */
  readonly encoding?: TextEncoding;
}

interface Waiter {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A plain connection to a server, to look at it and to prepare it. */
export class AskConnection {
  readonly #socket: Socket;
  readonly #options: AskOptions;
  readonly #waiters: Waiter[] = [];
  #pending: Buffer = Buffer.alloc(0);
  #ended: Error | null = null;

  private constructor(socket: Socket, options: AskOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the server closed the connection')));
  }

  static async open(address: { host: string; port: number } | { path: string }, options: AskOptions = {}): Promise<AskConnection> {
    const connection = new AskConnection(connect(address), options);
    if (options.auth !== undefined) {
      const { username, password } = options.auth;
      try {
        await connection.ask('AUTH', ...(username === undefined ? [] : [username]), password);
      } catch (error) {
        connection.close();
        throw error;
      }
    }
    return connection;
  }

  /** Sends at once; rejects for an error reply. */
  ask(...args: readonly CommandArg[]): Promise<Reply> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const { timeoutMs = 2_000 } = this.#options;
      const timer = setTimeout(() => this.#end(new Error(`no reply to ${args[0]} within ${timeoutMs} ms`)), timeoutMs);
      this.#waiters.push({ resolve, reject, timer });
      this.#socket.write(encodeCommand(args, this.#options.encoding));
    });
  }

  close(): void {
    this.#end(new Error('closed'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #receive(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    for (;;) {
      const parsed = parseReply(this.#pending, at, this.#options.encoding);
      if (parsed === null) break;
      at = parsed.next;
      const waiter = this.#waiters.shift();
      if (waiter === undefined) continue;
      clearTimeout(waiter.timer);
      if (parsed.value instanceof ReplyFailure) waiter.reject(parsed.value);
      else waiter.resolve(parsed.value);
    }
    this.#pending = this.#pending.subarray(at);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#socket.destroy();
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.reject(error);
    }
  }
}

/** `key:value` lines as INFO and CLUSTER INFO give them. */
export function infoFields(text: Reply): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of String(text).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return fields;
}

/** A flat array of names and values, as SENTINEL MASTER gives it. */
export function pairFields(reply: Reply): Record<string, string> {
  const items = reply as Reply[];
  const fields: Record<string, string> = {};
  for (let i = 0; i + 1 < items.length; i += 2) fields[String(items[i])] = String(items[i + 1]);
  return fields;
}
