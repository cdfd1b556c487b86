import { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import type { ClientProcess } from '../time/client-process.js';
import { hostOf, type Network } from './network.js';
import { type End, openConnection } from './tcp.js';

/** Bytes that the kernel takes before the other side has read any. */
const KERNEL_BYTES = 512 * 1024;
/** `socket.write` says false from here on: https://nodejs.org/api/stream.html#writablewritablehighwatermark */
const HIGH_WATER_BYTES = 64 * 1024;
/** Node goes on to the next address of a name after this long. https://nodejs.org/api/net.html#netgetdefaultautoselectfamilyattempttimeout */
const NEXT_ADDRESS_MS = 250;

/** What the engine gives to `connect`. */
export interface ConnectOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly lookup?: (
    name: string,
    options: { readonly all: true },
    callback: (error: Error | null, found: readonly { readonly address: string; readonly family: number }[]) => void,
  ) => void;
  readonly onread?: { buffer(): Buffer; callback(length: number, bytes: Buffer): boolean };
}

/** Sockets that are open, for the check that none is left. */
export const openSockets = new Set<VirtualSocket>();

/** A socket of the client: of `net.Socket` what the engine uses. */
export class VirtualSocket extends EventEmitter {
  bytesWritten = 0;
  bytesRead = 0;
  writableLength = 0;
  destroyed = false;
  remoteAddress: string | undefined;
  #end: End | null = null;
  #attempt: { abandon(): void } | null = null;
  /** What the kernel has not taken. */
  #backlog: Buffer[] = [];
  #needsDrain = false;
  #unread: Buffer[] = [];
  /** Those who want to know when the program has read what arrived. */
  #whenRead: (() => void)[] = [];
  #isReading = false;
  #nextAddress: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly network: Network,
    private readonly process: ClientProcess,
    private readonly options: ConnectOptions,
  ) {
    super();
    openSockets.add(this);
    // As Node: the first step of an attempt comes after the program that asked for it.
    this.process.soon(() => this.#resolve());
  }

  /** What Node counts at the handle of a socket. */
  get _handle(): { readonly bytesWritten: number; readonly writeQueueSize: number } | null {
    return this.destroyed ? null : { bytesWritten: this.bytesWritten, writeQueueSize: this.writableLength };
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  cork(): void {
    // Each piece may leave alone: the stream is the same.
  }

  uncork(): void {
    // See `cork`.
  }

  write(bytes: Uint8Array): boolean {
    if (this.destroyed) return false;
    // The caller may use the memory again at once.
    const copy = Buffer.from(bytes);
    this.bytesWritten += copy.length;
    this.writableLength += copy.length;
    this.#backlog.push(copy);
    this.#fill();
    const accepts = this.writableLength < HIGH_WATER_BYTES;
    if (!accepts) this.#needsDrain = true;
    return accepts;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.#close();
    this.#end?.close();
    this.#emitClose(error);
    return this;
  }

  resetAndDestroy(): this {
    if (this.destroyed) return this;
    this.#close();
    this.#end?.reset();
    this.#emitClose();
    return this;
  }

  #close(): void {
    this.destroyed = true;
    openSockets.delete(this);
    this.#attempt?.abandon();
    this.process.timers.clearTimeout(this.#nextAddress ?? undefined);
  }

  #emitClose(error?: Error): void {
    process.nextTick(() => {
      if (error !== undefined) this.emit('error', error);
      this.emit('close', error !== undefined);
    });
  }

  // --- connecting

  #resolve(): void {
    if (this.destroyed) return;
    const { host = '127.0.0.1', port, path, lookup } = this.options;
    if (path !== undefined) this.#connect([path], path);
    else if (isIP(host) !== 0 || lookup === undefined) this.#connect([host], port);
    else {
      lookup(host, { all: true }, (error, found) => {
        if (this.destroyed) return;
        if (error !== null) this.destroy(error);
        else
          this.#connect(
            found.map(({ address }) => address),
            port,
          );
      });
    }
  }

  #connect([address = '', ...others]: readonly string[], at: number | string | undefined): void {
    const key = typeof at === 'string' ? at : `${address}:${at}`;
    const failed = (code: 'ECONNREFUSED' | 'ETIMEDOUT'): void => {
      this.#attempt?.abandon();
      this.process.timers.clearTimeout(this.#nextAddress ?? undefined);
      if (others.length > 0) this.#connect(others, at);
      else this.destroy(systemError(code, `connect ${code} ${key}`));
    };
    this.#attempt = openConnection(this.network, hostOf(key), key, {
      refused: () => this.process.arrive(() => !this.destroyed && failed('ECONNREFUSED')),
      connected: (end) => this.process.arrive(() => this.#connected(end, address)),
    });
    if (others.length > 0) this.#nextAddress = this.process.timers.setTimeout(() => failed('ETIMEDOUT'), NEXT_ADDRESS_MS);
  }

  #connected(end: End, address: string): void {
    if (this.destroyed) {
      end.reset();
      return;
    }
    this.process.timers.clearTimeout(this.#nextAddress ?? undefined);
    this.#end = end;
    this.remoteAddress = address;
    const lost = (code: 'ECONNRESET'): void => void this.destroy(systemError(code, `read ${code}`));
    end.handlers = {
      data: (bytes, _sentAt, whenRead) => this.#arrived(bytes, whenRead),
      ended: () => this.process.arrive(() => this.#read(() => this.#ended())),
      reset: () => this.process.arrive(() => !this.destroyed && lost('ECONNRESET')),
      taken: () => {
        if (this.#backlog.length > 0) this.process.arrive(() => this.#fill());
      },
    };
    this.emit('connect');
    this.#fill();
  }

  #ended(): void {
    if (this.destroyed) return;
    this.emit('end');
    this.destroy();
  }

  // --- reading

  #arrived(bytes: Buffer, whenRead?: () => void): void {
    this.#unread.push(bytes);
    if (whenRead !== undefined) this.#whenRead.push(whenRead);
    if (this.#end !== null) this.#end.unread += bytes.length;
    if (this.#isReading) return;
    this.#isReading = true;
    this.process.arrive(() => this.#read());
  }

  #read(then?: () => void): void {
    this.#isReading = false;
    const all = this.#unread.length === 1 ? (this.#unread[0] as Buffer) : Buffer.concat(this.#unread);
    this.#unread = [];
    if (this.#end !== null) this.#end.unread = 0;
    this.bytesRead += all.length;
    for (const tell of this.#whenRead.splice(0)) tell();
    const { onread } = this.options;
    for (let at = 0; at < all.length && !this.destroyed; ) {
      if (onread === undefined) {
        this.emit('data', all);
        break;
      }
      const buffer = onread.buffer();
      const length = all.copy(buffer, 0, at);
      at += length;
      onread.callback(length, buffer);
    }
    then?.();
  }

  // --- writing

  /** Gives the kernel as much as it takes. */
  #fill(): void {
    const end = this.#end;
    if (end === null || this.destroyed) return;
    while (this.#backlog.length > 0 && end.waiting < KERNEL_BYTES) {
      const bytes = this.#backlog.shift() as Buffer; // length was checked
      this.writableLength -= bytes.length;
      end.write(bytes, this.network.timeline.now);
    }
    if (this.#needsDrain && this.writableLength === 0) {
      this.#needsDrain = false;
      process.nextTick(() => !this.destroyed && this.emit('drain'));
    }
  }
}

export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, syscall: message.split(' ')[0] });
}
