import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisStore } from 'connect-redis';
import express, { type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { Messages, Pulse } from './ledger.js';

declare module 'express-session' {
  interface SessionData {
    visits: number;
  }
}

const USERS = 10;
const PAUSE_MS = 3;

/** A client of node-redis, ours or theirs, as connect-redis takes one. */
export type StoreClient = ConstructorParameters<typeof RedisStore>[0]['client'];

/** What a load did, by what the answers told the users. */
export interface SessionReport {
  /** Requests that were answered with the count of the session, which the server had saved. */
  readonly answered: number;
  /** Requests that failed, by what they were told. */
  readonly refused: Readonly<Record<string, number>>;
  /** Longest time in which no user got an answer, and the longest that one waited, in ms. */
  readonly pauseMs: number;
  readonly waitMs: number;
  /** Sessions that were there and were gone: the user had to log in again. */
  readonly lost: number;
  /** Answers that showed an older state of the session than the user had seen: the primary alone knew the newer one. */
  readonly older: number;
  /** Answers that counted a visit that was not made. */
  readonly twice: number;
}

/** What one user did and saw. */
class User {
  cookie = '';
  /** The count that was answered last. */
  seen = 0;
  /** Visits since then of which nobody told whether they counted. */
  unknown = 0;

  /** Compares an answer with what the user knows. */
  see(visits: number): 'next' | 'lost' | 'older' | 'twice' {
    const { seen, unknown } = this;
    this.seen = visits;
    this.unknown = 0;
    if (visits > seen + unknown + 1) return 'twice';
    if (visits > seen) return 'next';
    return visits === 1 ? 'lost' : 'older';
  }
}

/** A server whose sessions are in `client`, and users who visit it one request after the other, until `stop`. */
export class SessionLoad {
  readonly #server: Server;
  readonly #users = Array.from({ length: USERS }, () => new User());
  readonly #pulse = new Pulse();
  readonly #refused = new Messages();
  readonly #kinds = { next: 0, lost: 0, older: 0, twice: 0 };
  #waitMs = 0;
  #runsOn = true;
  #url = '';
  #work: Promise<unknown> = Promise.resolve();

  constructor(prefix: string, client: StoreClient) {
    const store = new RedisStore({ client, prefix: `${prefix}:`, ttl: 600 });
    const app = express()
      .use(session({ store, secret: 'secret', resave: false, saveUninitialized: false }))
      .get('/', (request: Request, response: Response, next: NextFunction) => {
        request.session.visits = (request.session.visits ?? 0) + 1;
        const { visits } = request.session;
        request.session.save((error?: unknown) => (error === undefined || error === null ? response.json({ visits }) : next(error)));
      })
      .use((error: Error, _: Request, response: Response, next: NextFunction) =>
        response.headersSent ? next(error) : response.status(500).json({ error: error.message }),
      );
    this.#server = createServer(app);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
    this.#work = Promise.all(this.#users.map((user) => this.#visit(user)));
  }

  async #visit(user: User): Promise<void> {
    while (this.#runsOn) {
      const from = performance.now();
      try {
        const response = await fetch(this.#url, { headers: { cookie: user.cookie } });
        const answer = (await response.json()) as { visits: number; error?: string };
        if (answer.error !== undefined) throw new Error(answer.error);
        user.cookie = response.headers.get('set-cookie')?.split(';')[0] ?? user.cookie;
        this.#kinds[user.see(answer.visits)]++;
        this.#pulse.beat();
      } catch (error) {
        user.unknown++;
        this.#refused.add(error);
      }
      if (this.#runsOn) this.#waitMs = Math.max(this.#waitMs, performance.now() - from);
      await sleep(PAUSE_MS);
    }
  }

  /** Requests that were answered. */
  get answered(): number {
    return this.#pulse.count;
  }

  async stop(): Promise<SessionReport> {
    this.#runsOn = false;
    this.#pulse.stop();
    await this.#work;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    const { lost, older, twice } = this.#kinds;
    const [pauseMs, waitMs] = [this.#pulse.longestMs, this.#waitMs].map(Math.round) as [number, number];
    return { answered: this.#pulse.count, refused: this.#refused.counts, pauseMs, waitMs, lost, older, twice };
  }
}
