import { connect, type LookupFunction, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { clientTls, serverTls } from '../../support/certificates.js';
import { onreadOf, type Place, record, type Seen, type SocketCase } from './stage.js';

/** A peer that does not answer in this time, in ms, would hang the test. */
const LONGEST_MS = 10_000;

/** Runs cases with sockets of Node. */
export class RealStage {
  readonly #done = new SharedArrayBuffer(4);
  readonly #flag = new Int32Array(this.#done);
  readonly #worker = new Worker(new URL('./peer.worker.mjs', import.meta.url), { workerData: { done: this.#done, tls: serverTls() } });

  /** `folder`: for Unix sockets. */
  constructor(private readonly folder: string) {}

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask<T>(message: object): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#worker.once('error', reject);
      this.#worker.once('message', (answer) => {
        this.#worker.off('error', reject);
        resolve(answer as T);
      });
      this.#worker.postMessage(message);
    });
  }

  async run(one: SocketCase): Promise<Seen> {
    const { to: place = {}, peer: steps = [] } = one;
    const path = place.unix === undefined ? null : `${this.folder}/${one.name.replaceAll(/\W+/g, '-')}`;
    const port = await this.#ask<number | null>({ kind: 'listen', steps, place, path });
    const client: string[] = [];
    const onread = onreadOf(place);
    const waitForPeer = (): void => {
      if (Atomics.wait(this.#flag, 0, 0, LONGEST_MS) === 'timed-out') throw new Error('the peer does not come to an end');
    };
    let begins: Promise<unknown> | null = null;
    await new Promise((resolve) => {
      // Neither in a tick nor in a promise, as in the simulation.
      setImmediate(() => {
        const socket = open(place, path ?? port ?? 0, onread.options);
        socket.once('connect', () => {
          begins = this.#ask({ kind: 'begin' });
        });
        const say = record(socket, one, client, { setImmediate, waitForPeer });
        onread.whenRead((length) => {
          say(`data ${length}`);
          one.reads?.(socket);
        });
        socket.once('close', () => setImmediate(() => setImmediate(resolve)));
      });
    });
    // Also where nothing more is asked: the next question would take this answer for its own.
    await begins;
    if (begins === null || (place.tls !== undefined && !client.includes('secureConnect'))) return { client, peer: [] };
    return { client, peer: await this.#ask<string[]>({ kind: 'report' }) };
  }
}

function open(place: Place, at: string | number, onread: object): Socket {
  if (typeof at === 'string')
    return connect({ path: place.unix === 'left behind' ? `${at}.left` : place.unix === 'missing' ? `${at}.none` : at, ...onread });
  const { addresses, tls } = place;
  const options = { port: at, host: addresses === undefined ? '127.0.0.2' : 'a.name', lookup: lookupOf(addresses), ...onread };
  if (tls === undefined) return connect(options as NetConnectOpts);
  return connectTls({ ...options, ...(tls === 'wrong certificate' ? {} : clientTls()), servername: 'localhost' });
}

/** Answers later, as a resolver does. */
export function lookupOf(addresses: Place['addresses'], later: (run: () => void) => void = setImmediate): LookupFunction {
  return (_name, _options, callback) =>
    later(() => {
      if (addresses === 'unknown')
        callback(Object.assign(new Error('getaddrinfo ENOTFOUND a.name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), []);
      else
        callback(
          null,
          (addresses ?? []).map((number) => ({ address: `127.0.0.${number}`, family: 4 })),
        );
    });
}
