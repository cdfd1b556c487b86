import { isIP } from 'node:net';
import { Duplex } from 'node:stream';
import type { ClientProcess } from '../time/client-process.js';
import { AddressAttempts, type FoundAddress, inTurns } from './address-attempts.js';
import type { Network, TlsAnswer } from './network.js';
import { systemError } from './system-error.js';
import { type HandleEvents, VirtualHandle } from './virtual-handle.js';

/** What the engine gives to `connect`. */
export interface ConnectOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly lookup?: (name: string, options: object, callback: (error: Error | null, found: readonly FoundAddress[]) => void) => void;
  readonly onread?: { buffer(): Uint8Array; callback(length: number, bytes: Uint8Array): boolean };
}

type Callback = (error?: Error | null) => void;

/** Sockets that are open, for the check that none is left. */
export const openSockets = new Set<VirtualSocket>();

/**
 * A socket of the client: what `net.Socket` does, over the virtual network. As that it is a stream of Node, so that what follows from an error,
 * an end or a full buffer comes in the same order. https://github.com/nodejs/node/blob/v20.x/lib/net.js
 */
export class VirtualSocket extends Duplex {
  connecting = true;
  remoteAddress: string | undefined;
  #handle: VirtualHandle | null = null;
  #attempts: AddressAttempts | null = null;
  #buffer: Uint8Array | null;
  /** When the program wrote what waits in the stream, in ms. */
  readonly #writtenAt = new Map<unknown, number>();
  /** What was left of the counts when it was destroyed. */
  #bytes = { read: 0, written: 0 };

  constructor(
    readonly network: Network,
    readonly process: ClientProcess,
    readonly options: ConnectOptions,
  ) {
    super({ allowHalfOpen: false, emitClose: false, autoDestroy: true, decodeStrings: false });
    openSockets.add(this);
    this.#buffer = options.onread?.buffer() ?? null;
    this.on('end', () => {
      this.write = this.#writeAfterEnd as never;
    });
    this.#begin();
  }

  /** What Node has there, and the engine asks for its counts. */
  get _handle(): object | null {
    return this.#handle;
  }

  get bytesRead(): number {
    return this.#handle?.bytesRead ?? this.#bytes.read;
  }

  /** With what waits in the stream. */
  get bytesWritten(): number {
    const { writableLength } = this;
    if (this.#handle === null || this.connecting) return this.#bytes.written + writableLength;
    return this.#handle.bytesWritten + writableLength - this.#writing;
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

  // --- connecting

  #begin(): void {
    const { host = '127.0.0.1', port = 0, path, lookup } = this.options;
    if (path !== undefined) this.#connect(this.#newHandle(), path, { address: path });
    else if (isIP(host) !== 0 || lookup === undefined) {
      this.#handle = this.#newHandle();
      process.nextTick(() => {
        if (this.connecting) this.#connectTo(host, port);
      });
    } else {
      this.#handle = this.#newHandle();
      lookup(host, { family: undefined, hints: 0, all: true }, (error, found) => this.#found(error, found, port));
    }
  }

  #found(error: Error | null, found: readonly FoundAddress[], port: number): void {
    if (!this.connecting) return;
    const addresses = error === null ? inTurns(found) : [];
    const [first] = addresses;
    if (first === undefined) {
      const failure = error ?? Object.assign(new Error('Invalid IP address: undefined'), { code: 'ERR_INVALID_IP_ADDRESS' });
      process.nextTick(() => this.destroy(failure));
    } else if (addresses.length === 1) this.#connectTo(first.address, port);
    else {
      this.#attempts = new AddressAttempts(this.process, addresses, port, {
        newHandle: () => {
          this.#handle = this.#newHandle();
          return this.#handle;
        },
        connected: (handle, address) => this.#connected(handle, address),
        failed: (failure) => this.destroy(failure),
      });
      this.#attempts.next();
    }
  }

  #connectTo(address: string, port: number): void {
    const handle = this.#handle ?? this.#newHandle();
    this.#connect(handle, `${address}:${port}`, { address, port });
  }

  #connect(handle: VirtualHandle, key: string, place: { readonly address: string; readonly port?: number }): void {
    this.#handle = handle;
    handle.connect(key, (code) => {
      if (this.destroyed) return;
      if (code === null) this.#connected(handle, place.address);
      else {
        this.connecting = false;
        this.destroy(systemError('connect', code, place));
      }
    });
  }

  #connected(handle: VirtualHandle, address: string): void {
    this.#handle = handle;
    this.connecting = false;
    this.remoteAddress = isIP(address) === 0 ? undefined : address;
    this.emit('connect');
    this.emit('ready');
    if (!this.isPaused()) this.read(0);
  }

  #newHandle(): VirtualHandle {
    const events: HandleEvents = {
      buffer: () => this.#buffer,
      read: (length, bytes) => this.#read(length, bytes),
      ended: () => {
        if (this.readableLength === 0) this.readable = false;
        this.push(null);
        this.read(0);
      },
      failed: (code) => void this.destroy(systemError('read', code)),
      hello: (answer) => this.answered(answer),
    };
    return new VirtualHandle(this.network, this.process, events);
  }

  // --- TLS

  /** Begins with TLS. */
  protected hello(): void {
    this.#handle?.hello();
  }

  /** The other side's part of the handshake. */
  protected answered(_answer: TlsAnswer | null): void {
    // Without TLS nobody asks.
  }

  // --- reading

  override _read(): void {
    const handle = this.#handle;
    if (handle === null || this.connecting) this.once('connect', () => this._read());
    else if (!handle.isReading) handle.readStart();
  }

  #read(length: number, bytes: Uint8Array): void {
    if (this.destroyed) return;
    const { onread } = this.options;
    let goesOn: boolean;
    if (onread === undefined) goesOn = this.received(bytes);
    else {
      goesOn = onread.callback(length, bytes) !== false;
      this.#buffer = onread.buffer();
    }
    if (!goesOn) this.#handle?.readStop();
  }

  /** Returns whether it takes more. */
  protected received(bytes: Uint8Array): boolean {
    return this.push(bytes);
  }

  // --- writing

  /** Bytes of the write that the handle has. */
  #writing = 0;

  override write(chunk: unknown, ...others: never[]): boolean {
    if (this.writableLength > 0) this.#writtenAt.set(chunk, this.network.timeline.now);
    return super.write(chunk, ...others);
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Callback): void {
    this.#dispatch([chunk], done);
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: Callback): void {
    this.#dispatch(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #dispatch(parts: readonly Uint8Array[], done: Callback): void {
    if (this.connecting) {
      const closed = (): void => done(new Error('Socket closed before the connection was established'));
      this.once('connect', () => {
        this.off('close', closed);
        this.#dispatch(parts, done);
      });
      this.once('close', closed);
      return;
    }
    const handle = this.#handle;
    if (handle === null) {
      done(Object.assign(new Error('Socket is closed'), { code: 'ERR_SOCKET_CLOSED' }));
      return;
    }
    this.#writing = parts.reduce((sum, { length }) => sum + length, 0);
    const finish = (code: string | null): void => {
      this.#writing = 0;
      if (code === null) done();
      else if (!this.destroyed) this.destroy(systemError('write', code));
      else done(systemError('write', code));
    };
    const outcome = handle.write(parts, this.#timeOf(parts), finish);
    if (outcome === true) this.written(() => finish(null));
    else if (typeof outcome === 'string') {
      this.#writing = 0;
      done(systemError('write', outcome));
    }
  }

  /** The kernel has it all. */
  protected written(done: () => void): void {
    done();
  }

  /** When the program wrote the first of them. */
  #timeOf([first]: readonly Uint8Array[]): number {
    const at = this.#writtenAt.get(first) ?? this.network.timeline.now;
    if (this.#writtenAt.size > 0) this.#writtenAt.clear();
    return at;
  }

  readonly #writeAfterEnd = (...args: [unknown, ...unknown[]]): boolean => {
    if (!this.writableEnded) return Duplex.prototype.write.apply(this, args as never);
    const error = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
    const done = args.at(-1);
    if (typeof done === 'function') process.nextTick(done as Callback, error);
    this.destroy(error);
    return false;
  };

  override _final(done: Callback): void {
    if (this.connecting) this.once('connect', () => this._final(done));
    else if (this.#handle === null) done();
    else this.#handle.shutdown(() => done());
  }

  // --- the end

  override _destroy(error: Error | null, done: Callback): void {
    this.connecting = false;
    openSockets.delete(this);
    this.#attempts?.abandon();
    const handle = this.#handle;
    if (handle === null) {
      done(error);
      process.nextTick(() => this.emit('close'));
      return;
    }
    this.#bytes = { read: handle.bytesRead, written: handle.bytesWritten };
    handle.close(() => this.emit('close', error !== null));
    this.#handle = null;
    done(error);
  }
}
