// The other side of the real sockets of socket.test.ts, in a thread of its own: it goes on while the loop of the program computes.
import { linkSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';

const flag = new Int32Array(workerData.done);
let peer = null;

/** Listens for one connection, and goes through its steps. */
class Peer {
  seen = [];
  #heard = 0;
  #needed = Number.POSITIVE_INFINITY;
  #enough = () => undefined;
  #server;
  #hasConnected;
  #isClosed = null;

  constructor(steps, place) {
    const isTls = place.tls !== undefined && place.tls !== 'no TLS';
    const options = { allowHalfOpen: true, pauseOnConnect: true };
    this.#server = isTls ? createTlsServer({ ...workerData.tls, ...options }) : createServer(options);
    this.#server.on('tlsClientError', () => undefined);
    this.isAllowed = new Promise((resolve) => {
      this.begin = resolve;
    });
    this.#hasConnected = new Promise((resolve) => {
      this.#server.on(isTls ? 'secureConnection' : 'connection', resolve);
    });
    this.#server.on(isTls ? 'secureConnection' : 'connection', (socket) => this.#serve(socket, steps));
  }

  listen(at) {
    return new Promise((resolve) => {
      this.#server.listen(at, () => resolve(this.#server.address()));
    });
  }

  async #serve(socket, steps) {
    const { seen } = this;
    socket.pause();
    socket.on('data', ({ length }) => {
      this.#heard += length;
      if (this.#heard >= this.#needed) this.#enough();
    });
    socket.on('end', () => seen.push('end'));
    socket.on('error', ({ code }) => seen.push(code));
    this.#isClosed = new Promise((resolve) => {
      socket.on('close', resolve);
    });
    await this.isAllowed;
    for (const step of steps) await this.#do(socket, step);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    if (socket.readableEnded) socket.end();
    else socket.on('end', () => socket.end());
    if (!socket.destroyed) socket.resume();
  }

  async #do(socket, step) {
    if (step === 'ends') socket.end();
    else if (step === 'closes') socket.destroy();
    else if (step === 'resets') socket.resetAndDestroy();
    else if (step.sends !== undefined) socket.write(Buffer.alloc(step.sends));
    else if (step.waits !== undefined) await new Promise((resolve) => setTimeout(resolve, step.waits));
    else {
      this.#needed = step.hears;
      const hasEnough = new Promise((resolve) => {
        this.#enough = resolve;
      });
      socket.resume();
      if (this.#heard < this.#needed) await hasEnough;
      socket.pause();
    }
  }

  close() {
    return new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  /** Of what it saw. */
  async report() {
    await this.#hasConnected;
    await this.#isClosed;
    this.#server.close();
    return [...this.seen, `heard ${this.#heard > 1_000_000 ? 'much' : this.#heard}`];
  }
}

const answers = {
  async listen({ steps, place, path }) {
    Atomics.store(flag, 0, 0);
    peer = new Peer(steps, place);
    const address = await peer.listen(path === null ? { host: '127.0.0.2', port: 0 } : { path });
    if (place.unix === 'left behind') linkSync(path, `${path}.left`);
    if (place.isRefused || place.unix === 'left behind') await peer.close();
    return address?.port ?? null;
  },
  begin: () => peer.begin(),
  report: () => peer.report(),
};

parentPort.on('message', async (message) => {
  parentPort.postMessage((await answers[message.kind](message)) ?? null);
});
