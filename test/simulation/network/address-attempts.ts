import { isIP } from 'node:net';
import type { ClientProcess } from '../time/client-process.js';
import { systemError } from './system-error.js';
import type { VirtualHandle } from './virtual-handle.js';

/** Node goes on to the next address of a name after this long. https://nodejs.org/api/net.html#netgetdefaultautoselectfamilyattempttimeout */
const NEXT_ADDRESS_MS = 250;

export interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

/** The valid ones, the families by turns, beginning with that of the first. */
export function inTurns(found: readonly FoundAddress[]): FoundAddress[] {
  const valid = found.filter(({ address, family }) => isIP(address) !== 0 && (family === 4 || family === 6));
  const of = (family: number | undefined): FoundAddress[] => valid.filter((one) => one.family === family);
  const first = of(valid[0]?.family);
  const second = valid.filter(({ family }) => family !== valid[0]?.family);
  return Array.from({ length: Math.max(first.length, second.length) }, (_, at) => [first[at], second[at]])
    .flat()
    .filter((one) => one !== undefined);
}

interface AttemptHandlers {
  newHandle(): VirtualHandle;
  connected(handle: VirtualHandle, address: string): void;
  failed(error: Error): void;
}

/**
 * Attempts to connect to several addresses of a name, one after another. https://github.com/nodejs/node/blob/v20.x/lib/net.js
 * (`internalConnectMultiple`)
 */
export class AddressAttempts {
  #errors: Error[] = [];
  #at = 0;
  #isOver = false;
  #handle: VirtualHandle | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly process: ClientProcess,
    private readonly addresses: readonly FoundAddress[],
    private readonly port: number,
    private readonly handlers: AttemptHandlers,
  ) {}

  next(): void {
    const { process, addresses, port, handlers } = this;
    process.timers.clearTimeout(this.#timer);
    const address = addresses[this.#at]?.address;
    if (address === undefined) {
      this.#isOver = true;
      const [first] = this.#errors as (Error & { code?: string })[];
      handlers.failed(Object.assign(new AggregateError(this.#errors), { code: first?.code }));
      return;
    }
    this.#at++;
    const handle = handlers.newHandle();
    this.#handle = handle;
    let isGivenUp = false;
    const failed = (code: string): void => {
      this.#errors.push(systemError('connect', code, { address, port }));
      this.next();
    };
    handle.connect(`${address}:${port}`, (code) => {
      if (this.#isOver || isGivenUp) return;
      if (code !== null) {
        failed(code);
        return;
      }
      process.timers.clearTimeout(this.#timer);
      this.#isOver = true;
      handlers.connected(handle, address);
    });
    if (this.#at === addresses.length) return;
    this.#timer = process.timers.setTimeout(() => {
      isGivenUp = true;
      handle.close(() => undefined);
      failed('ETIMEDOUT');
    }, NEXT_ADDRESS_MS);
  }

  abandon(): void {
    this.#isOver = true;
    this.process.timers.clearTimeout(this.#timer);
    this.#handle?.close(() => undefined);
  }
}
