import { OptionsError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { addressesFrom, type EndpointSource } from '../../options/endpoints.js';
import { clearTimeout, performance, setTimeout } from '../../runtime/runtime.js';
import { isIP, lookupAll } from '../../runtime/sockets.js';
import { thrownText } from '../../util/user-function.js';

/** Least time between two calls of a function, in ms: while no endpoint answers, every probe would ask. */
const SPACING_MS = 500;
/** How long a function may take to give the list, in ms. */
const ASK_TIMEOUT_MS = 5_000;

/** What a list tells: the user of the function's mistakes, the resolver of changes. */
export interface EndpointListEvents {
  failed(error: OptionsError): void;
  succeeded(): void;
  changed(): void;
}

/** List of the endpoints of now: fixed, or as the user's function gave them last. Two names of one address are one endpoint. */
export class EndpointList {
  /** The endpoints; empty before the function has given any. */
  addresses: readonly Address[];
  /** As they were given: some may be others under another name. */
  #given: readonly Address[];
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;
  /** Ends the wait for the function; null: nobody waits. */
  #giveUp: ((why: string) => void) | null = null;
  #isStopped = false;
  /** The last mistake of the function; null: it made none. */
  problem: OptionsError | null = null;

  constructor(
    addresses: readonly Address[],
    private readonly source: EndpointSource | null,
    private readonly refreshMs: number,
    private readonly events: EndpointListEvents,
  ) {
    this.addresses = addresses;
    this.#given = addresses;
    if (source === null) this.#findDoubles();
  }

  /** Time until the function is to be asked again, in ms; null: there is none. */
  get dueInMs(): number | null {
    return this.source === null ? null : Math.max(0, this.#askedAt + this.refreshMs - performance.now());
  }

  /** Asks the function, unless it is being asked. Never rejects: what it does wrong is told, and the last list stays. */
  refresh(): Promise<void> {
    const { source } = this;
    if (source === null || this.#isStopped || performance.now() - this.#askedAt < SPACING_MS) return this.#asking ?? Promise.resolve();
    this.#asking ??= this.#ask(source).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** Waits for no answer any more. */
  stop(): void {
    this.#isStopped = true;
    this.#giveUp?.('nobody waits for it any more');
  }

  async #ask(source: EndpointSource): Promise<void> {
    this.#askedAt = performance.now();
    let given: readonly Address[];
    try {
      given = addressesFrom(await this.#inTime(source));
    } catch (error) {
      if (this.#isStopped) return;
      this.problem = asMistake(error);
      this.events.failed(this.problem);
      return;
    }
    if (this.#isStopped) return;
    this.problem = null;
    this.events.succeeded();
    if (given.length === this.#given.length && given.every((address, at) => isEqual(address, this.#given[at]))) return;
    this.addresses = given;
    this.#given = given;
    this.#findDoubles();
    this.events.changed();
  }

  /** What the function gives. Rejects when it throws, or takes too long. */
  #inTime(source: EndpointSource): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const giveUp = (why: string): void => {
        over();
        reject(new Error(why));
      };
      const timer = setTimeout(giveUp, ASK_TIMEOUT_MS, `it has not answered in ${ASK_TIMEOUT_MS} ms`);
      timer.unref();
      const over = (): void => {
        clearTimeout(timer);
        if (this.#giveUp === giveUp) this.#giveUp = null;
      };
      this.#giveUp = giveUp;
      const given = new Promise<unknown>((give) => give(source()));
      given.finally(over).then(resolve, reject);
    });
  }

  /** Names are resolved aside: a resolver that hangs keeps nobody from the endpoints. */
  #findDoubles(): void {
    const addresses = this.#given;
    if (addresses.length < 2 || addresses.every((address) => 'path' in address || isIP(address.host) !== 0)) return;
    void Promise.all(addresses.map(resolved)).then((places) => {
      if (this.#given !== addresses) return;
      const own = addresses.filter((_, at) => places[at] === null || places.indexOf(places[at] ?? null) === at);
      if (own.length === addresses.length) return;
      this.addresses = own;
      this.events.changed();
    });
  }
}

function isEqual(a: Address, b: Address | undefined): boolean {
  return b !== undefined && addressKey(a) === addressKey(b);
}

/** The addresses behind a name, with the port; null: they cannot be had. */
function resolved(address: Address): Promise<string | null> {
  if ('path' in address) return Promise.resolve(address.path);
  const { host, port } = address;
  if (isIP(host) !== 0) return Promise.resolve(`${host} ${port}`);
  const place = (found: readonly { readonly address: string }[]): string =>
    `${found
      .map((one) => one.address)
      .sort()
      .join(',')} ${port}`;
  return lookupAll(host).then(place, () => null);
}

function asMistake(error: unknown): OptionsError {
  if (error instanceof OptionsError) return error;
  const mistake = new OptionsError('endpoints(list)', `the function failed: ${JSON.stringify(thrownText(error))}`);
  return Object.defineProperty(mistake, 'cause', { value: error, configurable: true, writable: true });
}
