import type { Address, TlsOptions } from '../../index.js';
import { connect, connectTls } from '../../runtime/runtime.js';
import type { Socket } from '../../runtime/sockets.js';
import { ReplyError } from './errors.js';

/** One command that the server has received, as MONITOR tells it. */
export interface MonitoredCommand {
  /** Seconds since 1970, with microseconds. */
  readonly time: string;
  readonly args: string[];
  readonly source: string;
  readonly database: string;
}

/** Where it connects to, and as whom. */
export interface MonitorTarget {
  readonly address: Address;
  readonly tls: boolean | TlsOptions;
  readonly username: string | null | undefined;
  readonly password: string | null | undefined;
  readonly db: number;
}

/** What a monitor tells. */
export interface MonitorListener {
  /** From now on it is told of everything. */
  onStart(): void;
  onCommand(command: MonitoredCommand): void;
  /** It has ended; `error`: why, if it was refused or broke. */
  onEnd(error: Error | null): void;
}

/**
 * Connection in the mode of MONITOR: what follows are no replies, so no other command may use it, and the engine has none of the kind.
 * https://redis.io/docs/latest/commands/monitor/
 */
export class MonitorStream {
  readonly #socket: Socket;
  readonly #listener: MonitorListener;
  /** Replies that are to come before the first line of MONITOR. */
  #owed: number;
  #rest = '';
  #error: Error | null = null;

  constructor(target: MonitorTarget, listener: MonitorListener) {
    this.#listener = listener;
    const commands = handshakeOf(target);
    this.#owed = commands.length;
    this.#socket = open(target);
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text) => this.#read(String(text)));
    this.#socket.once('error', (error) => {
      this.#error = error;
    });
    this.#socket.once('close', () => listener.onEnd(this.#error));
    this.#socket.write(commands.map(encode).join(''));
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (this.#owed > 0) {
      this.#owed--;
      if (line.startsWith('-')) {
        this.#error ??= new ReplyError(line.slice(1));
        this.end();
      } else if (this.#owed === 0) this.#listener.onStart();
      return;
    }
    const command = monitoredCommand(line);
    if (command !== null) this.#listener.onCommand(command);
  }
}

function open({ address, tls }: MonitorTarget): Socket {
  if (tls === false) return connect(address);
  const servername = 'host' in address && /[a-z]/i.test(address.host) && !address.host.includes(':') ? { servername: address.host } : {};
  return connectTls({ ...servername, ...(tls === true ? {} : tls), ...address });
}

function handshakeOf({ username, password, db }: MonitorTarget): string[][] {
  return [
    ...(password ? [['AUTH', ...(username ? [username] : []), password]] : []),
    ...(db > 0 ? [['SELECT', String(db)]] : []),
    ['MONITOR'],
  ];
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** Reads a line such as `+1700000000.123456 [0 127.0.0.1:60866] "set" "a" "1"`; null: it is none. */
export function monitoredCommand(line: string): MonitoredCommand | null {
  const [, time, database, source, words] = /^\+(\S+) \[(\d+) ([^\]]*)\] (.*)$/s.exec(line) ?? [];
  if (time === undefined || database === undefined || source === undefined || words === undefined) return null;
  const args = [...words.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, word = '']) => word.replaceAll('\\"', '"'));
  return { time, args, source, database };
}
