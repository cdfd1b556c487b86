import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { serverTls } from './certificates.js';
import { claimPort, releasePort } from './ports.js';
import { encodeReply, ReplyFailure, type ReplyValue, Status } from './resp.js';

/** What a scripted server does with a command besides answering it. */
export type Action =
  | { readonly action: 'silence' }
  | { readonly action: 'close' }
  | { readonly action: 'reset' }
  | { readonly action: 'pieces'; readonly bytes: Uint8Array; readonly size: number; readonly everyMs: number };

/** A value is encoded, bytes go out as they are, `undefined` leaves the command to the defaults (see `defaultReply`). */
export type Answer = ReplyValue | Uint8Array | Action | undefined;

/** `command` is what came, the name in capitals. Answers leave in the order of the commands, also when they are promised. */
export type Handler = (command: readonly string[], connection: FakeConnection) => Answer | Promise<Answer>;

export const ok = new Status('OK');
export const status = (text: string): Status => new Status(text);
export const error = (text: string): ReplyFailure => new ReplyFailure(text);
/** Action that never answers this command; the next one is answered. */
export const silence: Action = { action: 'silence' };
/** Ends the connection with FIN. */
export const close: Action = { action: 'close' };
/** Ends the connection with RST. */
export const reset: Action = { action: 'reset' };
/** Writes the bytes in pieces of `size`, each in a packet of its own. */
export function pieces(bytes: Uint8Array | ReplyValue, size = 1, everyMs = 1): Action {
  return { action: 'pieces', bytes: bytes instanceof Uint8Array ? bytes : encodeReply(bytes), size, everyMs };
}

export interface FakeServerOptions {
  /** Listens on this socket file instead of a port. */
  readonly path?: string;
  /** Options instead of the tests' certificate. */
  readonly tls?: boolean | TlsOptions;
  readonly port?: number;
}

/** A connection as the scripted server sees it. */
export class FakeConnection {
  /** All commands it received, names in capitals. */
  readonly received: (readonly string[])[] = [];
  /** Set by HELLO; encodes values accordingly. */
  protocol: 2 | 3 = 2;

  constructor(
    /** Counts from 0. */
    readonly index: number,
    readonly socket: Socket,
  ) {}

  /** Sends something nobody asked for: a push, half a reply, garbage. */
  send(value: ReplyValue | Uint8Array): void {
    this.socket.write(value instanceof Uint8Array ? value : encodeReply(value, this.protocol));
  }
}

/** A server on 127.0.0.1 that answers as the test says: for what real servers do rarely, or never. */
export class FakeServer {
  readonly host = '127.0.0.1';
  /** All connections there ever were. */
  readonly connections: FakeConnection[] = [];
  /** All commands received, in order of arrival, names in capitals. */
  readonly received: (readonly string[])[] = [];
  /** May be replaced at any time. */
  handler: Handler;
  readonly #open = new Set<Socket>();
  readonly #options: FakeServerOptions;
  #server: NetServer | null = null;

  private constructor(
    handler: Handler,
    /** 0 with a socket file. */
    readonly port: number,
    options: FakeServerOptions,
  ) {
    this.handler = handler;
    this.#options = options;
  }

  static async start(handler: Handler = () => undefined, options: FakeServerOptions = {}): Promise<FakeServer> {
    const server = new FakeServer(handler, options.path === undefined ? (options.port ?? (await claimPort())) : 0, options);
    await server.listen();
    return server;
  }

  get address(): string {
    return this.#options.path ?? `${this.host}:${this.port}`;
  }

  /** Connections that are open now. */
  get openConnections(): FakeConnection[] {
    return this.connections.filter(({ socket }) => this.#open.has(socket));
  }

  /** How often a command came. */
  count(name: string): number {
    return this.received.filter(([received]) => received === name.toUpperCase()).length;
  }

  /** Listens (again, after `refuse`). */
  async listen(): Promise<void> {
    if (this.#server !== null) return;
    const accept = (socket: Socket): void => this.#accept(socket);
    const { tls = false } = this.#options;
    const server = tls === false ? createServer(accept) : createTlsServer(tls === true ? serverTls() : tls, accept);
    this.#server = server;
    const { path } = this.#options;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (path === undefined) server.listen(this.port, this.host, resolve);
      else server.listen(path, resolve);
    });
  }

  /** New connections are refused, until `listen`. Existing ones stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = null;
  }

  /** Ends all connections with FIN (or RST); new ones are accepted. */
  disconnect(how: 'close' | 'reset' = 'close'): void {
    for (const socket of this.#open) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server === null ? null : new Promise((resolve) => server.close(resolve));
    this.disconnect();
    await closed;
    if (this.#options.path === undefined) releasePort(this.port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #accept(socket: Socket): void {
    const connection = new FakeConnection(this.connections.length, socket);
    this.connections.push(connection);
    this.#open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#open.delete(socket));
    let pending: Buffer = Buffer.alloc(0);
    let turn = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (;;) {
        const parsed = parseCommand(pending);
        if (parsed === null) break;
        pending = pending.subarray(parsed.next);
        const [name = '', ...args] = parsed.command;
        const command = [name.toUpperCase(), ...args];
        connection.received.push(command);
        this.received.push(command);
        turn = turn.then(() => this.#answer(command, connection));
      }
    });
  }

  async #answer(command: readonly string[], connection: FakeConnection): Promise<void> {
    const { socket } = connection;
    const scripted = await this.handler(command, connection);
    const answer = scripted === undefined ? defaultReply(command, connection) : scripted;
    if (socket.destroyed || answer === undefined) return;
    if (typeof answer !== 'object' || answer === null || !('action' in answer)) connection.send(answer);
    else if (answer.action === 'close') socket.destroy();
    else if (answer.action === 'reset') socket.resetAndDestroy();
    else if (answer.action === 'pieces') {
      for (let at = 0; at < answer.bytes.length && !socket.destroyed; at += answer.size) {
        socket.write(answer.bytes.subarray(at, at + answer.size));
        await sleep(answer.everyMs);
      }
    }
  }
}

/** What every server answers while clients get ready. */
function defaultReply(command: readonly string[], connection: FakeConnection): Answer {
  const [name, first] = command;
  switch (name) {
    case 'HELLO':
      if (first === '3' || first === '2') connection.protocol = first === '3' ? 3 : 2;
      return new Map<ReplyValue, ReplyValue>([
        ['server', 'redis'],
        ['version', '7.0.15'],
        ['proto', connection.protocol],
        ['id', connection.index + 1],
        ['mode', 'standalone'],
        ['role', 'master'],
        ['modules', []],
      ]);
    case 'PING':
      return first === undefined ? new Status('PONG') : first;
    case 'AUTH':
    case 'SELECT':
    case 'CLIENT':
    case 'READONLY':
    case 'READWRITE':
    case 'ASKING':
      return ok;
    case 'QUIT':
      return close;
    default:
      return error(`ERR unknown command '${name}'`);
  }
}

/** A command as clients send it, an array of bulk strings; null while bytes are missing. */
function parseCommand(bytes: Buffer): { readonly command: string[]; readonly next: number } | null {
  const header = readHeader(bytes, 0, '*');
  if (header === null) return null;
  const command: string[] = [];
  let at = header.next;
  for (let i = 0; i < header.length; i++) {
    const bulk = readHeader(bytes, at, '$');
    if (bulk === null || bytes.length < bulk.next + bulk.length + 2) return null;
    command.push(bytes.toString('utf8', bulk.next, bulk.next + bulk.length));
    at = bulk.next + bulk.length + 2;
  }
  return { command, next: at };
}

function readHeader(bytes: Buffer, at: number, type: '*' | '$'): { readonly length: number; readonly next: number } | null {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return null;
  const line = bytes.toString('latin1', at, end);
  if (!line.startsWith(type)) throw new Error(`a client sent ${JSON.stringify(line)} where ${type} begins`);
  return { length: Number(line.slice(1)), next: end + 2 };
}
