import { Readable, type ReadableOptions } from 'node:stream';
import type { Callback } from './callbacks.js';

/** Options of the streams that scan. */
export interface ScanStreamOptions {
  readonly match?: string;
  readonly type?: string;
  readonly count?: number | string;
  /** HSCAN: the names of the fields alone. */
  readonly noValues?: boolean;
}

/** Where a stream scans: an object with the command, its name, and the key. */
export interface ScanSource extends ScanStreamOptions, ReadableOptions {
  readonly redis: object;
  readonly command: string;
  readonly key?: string | Buffer;
}

/** Stream of the lists that SCAN, SSCAN, HSCAN or ZSCAN gives, one page after the other, until the cursor is 0 again. */
export class ScanStream extends Readable {
  readonly #source: ScanSource;
  #cursor = '0';
  #isDrained = false;

  constructor(source: ScanSource) {
    super(source);
    this.#source = source;
  }

  override _read(): void {
    if (this.#isDrained) {
      this.push(null);
      return;
    }
    const { redis, command } = this.#source;
    const scan: unknown = Reflect.get(redis, command);
    if (typeof scan !== 'function') throw new TypeError(`the object to scan has no ${command}()`);
    scan.call(redis, this.#words(), ((error, page) => this.#take(error ?? null, page)) as Callback<[string | Buffer, unknown]>);
  }

  #words(): unknown[] {
    const { key, match, type, count, noValues } = this.#source;
    return [
      ...(key ? [key] : []),
      this.#cursor,
      ...(match ? ['MATCH', match] : []),
      ...(type ? ['TYPE', type] : []),
      ...(count ? ['COUNT', String(count)] : []),
      ...(noValues ? ['NOVALUES'] : []),
    ];
  }

  #take(error: Error | null, page: [string | Buffer, unknown] | undefined): void {
    if (error !== null || page === undefined) {
      this.emit('error', error);
      return;
    }
    this.#cursor = String(page[0]);
    if (this.#cursor === '0') this.#isDrained = true;
    this.push(page[1]);
  }

  /** Ends the stream with the page that is on its way. */
  close(): void {
    this.#isDrained = true;
  }
}

/** Stream of what a command of an object scans: of its keys, or of what a key holds. */
export function scanStreamOf(redis: object, command: string, key: string | Buffer | undefined, options?: ScanStreamOptions): ScanStream {
  return new ScanStream({ objectMode: true, redis, command, ...(key === undefined ? {} : { key }), ...options });
}
