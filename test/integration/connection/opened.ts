import assert from 'node:assert/strict';
import { Connection, type ConnectionConfig, type ConnectionEvents } from '../../../lib/connection/connection.js';
import { releaseUsage } from '../../../lib/connection/deadlines.js';
import { SlotwiseError } from '../../../lib/errors.js';
import { type AttemptFailure, type Call, type CallOwner, newCall, takePromise } from '../../../lib/protocol/call.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';
import type { Arg, Decode, Raw } from '../../../lib/protocol/command-spec.js';
import { clock } from '../../../lib/util/clock.js';
import type { FakeServer, Handler } from '../../support/fake-server.js';

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly decode?: Decode;
}

/** Owner of calls: makes them, counts their usage as a client does, and writes down what connections hand back. */
export class Recorder implements CallOwner {
  readonly usage = { commands: 0, bytes: 0 };
  readonly idempotent = false;
  readonly failures: { readonly call: Call; readonly failure: AttemptFailure }[] = [];

  failed(call: Call, failure: AttemptFailure): void {
    this.failures.push({ call, failure });
    releaseUsage(call);
    call.fail(failure.error);
  }

  /** A call and the promise of its outcome, which may be left alone. */
  make(words: readonly Arg[], { timeoutMs = 0, decode }: CallOptions = {}): { readonly call: Call; readonly outcome: Promise<unknown> } {
    const { spec, args } = specOf(words);
    const call = newCall(spec, args, decode ?? null, 0, this, clock.deadlineIn(timeoutMs));
    const outcome = takePromise();
    outcome.catch(() => {});
    this.usage.commands++;
    return { call, outcome };
  }

  /** By the names of the commands: how they were handed back. */
  get kinds(): string[] {
    return this.failures.map(({ call, failure }) => `${call.spec.name} ${failure.kind}`);
  }
}

export const quickConfig: Omit<ConnectionConfig, 'address'> = {
  tls: null,
  connectTimeoutMs: 5_000,
  keepAliveMs: 0,
  protocol: 3,
  credentials: null,
  database: 0,
  clientName: null,
  readonly: false,
};

type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** A connection under test, with what it told its owner. */
export class Opened {
  readonly owner = new Recorder();
  readonly pushes: Raw[][] = [];
  readonly connection: Connection;
  readonly ready: Promise<void>;
  /** With the error the owner got. */
  readonly closed: Promise<SlotwiseError | null>;
  closedTimes = 0;

  constructor(place: Place, config: Partial<ConnectionConfig> = {}, withPush = true) {
    let onReady = (): void => {};
    let onClosed = (_error: SlotwiseError | null): void => {};
    this.ready = new Promise((resolve) => {
      onReady = resolve;
    });
    this.closed = new Promise((resolve) => {
      onClosed = resolve;
    });
    const events: ConnectionEvents = {
      ready: () => onReady(),
      closed: (_, error) => {
        this.closedTimes++;
        onClosed(error);
      },
      ...(withPush ? { push: (_: Connection, items: Raw[]) => this.pushes.push(items) } : {}),
    };
    const address = 'path' in place ? { path: place.path } : { host: place.host, port: place.port };
    this.connection = new Connection({ ...quickConfig, address, ...config }, events);
  }

  /** Sends a command and gives the promise of its reply, which may be left alone. */
  send(words: readonly Arg[], options: CallOptions = {}): Promise<unknown> {
    const { call, outcome } = this.owner.make(words, options);
    this.connection.send(call);
    return outcome;
  }

  [Symbol.dispose](): void {
    this.connection.destroy(null);
  }
}

/** Answers ECHO with its argument; the handshake by the defaults. */
export const echo: Handler = ([name, arg]) => (name === 'ECHO' ? (arg ?? '') : undefined);

/** Answers one command so, and the others as `echo` does. */
export const answering =
  (name: string, answer: ReturnType<Handler>): Handler =>
  (words, connection) =>
    words[0] === name ? answer : echo(words, connection);

/** The error that a promise rejects with. */
export async function rejected(promise: Promise<unknown>): Promise<SlotwiseError> {
  const result: unknown = await promise.then(
    (value) => assert.fail(`resolved with ${String(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(result instanceof SlotwiseError, String(result));
  return result;
}

/** The arguments of each command of this name that the server got. */
export const received = (server: FakeServer, name: string): string[] =>
  server.received.filter(([first]) => first === name).map((words) => words.slice(1).join(' '));
