// Root hooks for mocha (`--require`): a test fails that leaves an open socket or server, a child process, a timer or an unhandled rejection
// behind.
import type { ChildProcess } from 'node:child_process';
import { Server as NetServer, Socket } from 'node:net';
import Mocha from 'mocha';
import { thrownStack } from '../../lib/util/user-function.js';
import { closeBooks, openBooks } from './books.js';
import { leaveLibraryTimers, openTimers, whereStarted } from './open-timers.js';
import { runningProcesses } from './processes.js';
import { isToleratedHook } from './tolerated-hooks.js';

/** Resources may need this long to close after the test's end: so many looks, because a process that stands still closes nothing. */
const LOOKS = 100;
const LOOK_EVERY_MS = 10;
// Tests fake the time.
const realSetTimeout = globalThis.setTimeout;
const realSetImmediate = globalThis.setImmediate;

/** Node tells what keeps it alive, without types: it is not documented. */
const activeHandles = (process as unknown as { _getActiveHandles(): object[] })._getActiveHandles;

/** All that is open now: handles, timers that keep the process alive, and servers that the support started. */
function openResources(): Set<object> {
  const servers = [...runningProcesses()].filter(({ shared }) => !shared);
  return new Set([...activeHandles.call(process), ...openTimers(), ...servers]);
}

function describeResource(resource: object): string {
  if (resource instanceof NetServer) return `a server listening on ${JSON.stringify(resource.address())}`;
  if (resource instanceof Socket) {
    return `a socket from ${resource.localAddress ?? '?'}:${resource.localPort ?? '?'} to ${resource.remoteAddress ?? '?'}:${resource.remotePort ?? '?'}`;
  }
  if ('child' in resource && 'name' in resource) return `the process ${resource.name}`;
  if ('spawnfile' in resource) return `the process ${(resource as ChildProcess).spawnfile}`;
  const origin = whereStarted(resource);
  return origin === undefined ? `a ${resource.constructor.name}` : `a timer started${origin}`;
}

/** What of `candidates` is still left when the grace is over. */
async function stillLeft<T extends { readonly size: number }>(candidates: () => T): Promise<T> {
  let left = candidates();
  for (let looks = 1; left.size > 0 && looks < LOOKS; looks++) {
    await new Promise((resolve) => realSetTimeout.call(globalThis, resolve, LOOK_EVERY_MS));
    left = candidates();
  }
  return left;
}

const minus = (all: Set<object>, without: Set<object>): Set<object> => new Set([...all].filter((one) => !without.has(one)));
const intersection = (a: Set<object>, b: Set<object>): Set<object> => new Set([...a].filter((one) => b.has(one)));

function leakError(where: string, left: Set<object>): Error {
  return named('LeakError', `${where} left open: ${[...left].map(describeResource).join(', ')}`);
}

/** An error without a stack, which would lead to this file. */
function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = `${name}: ${message}`;
  return error;
}

type FailingRunner = Mocha.Runner & { fail(test: Mocha.Test, error: Error): void };
let runner: FailingRunner | null = null;

// A root hook that throws would end the whole run, so the test is failed through the runner instead; and only the runner tells when suites
// begin and end.
const { run } = Mocha.Runner.prototype;
Mocha.Runner.prototype.run = function (this: Mocha.Runner, ...args: Parameters<typeof run>) {
  runner = this as FailingRunner;
  runner.on('suite', enterSuite);
  runner.on('suite end', leaveSuite);
  return run.apply(this, args);
};

/** What was open before the test. */
let baseline = new Set<object>();
let lastTest: Mocha.Test | undefined;
/** The outermost suite with `before` hooks of its own: what they open may live until it ends. */
let scope: { readonly suite: Mocha.Suite; readonly baseline: Set<object> } | null = null;
/** What a suite left, to be looked at again after a grace. */
let suspects: { readonly title: string; readonly test: Mocha.Test | undefined; readonly resources: Set<object> } | null = null;
const rejections = new Map<Promise<unknown>, unknown>();

function opensResources(suite: Mocha.Suite): boolean {
  const { _beforeAll: hooks } = suite as unknown as { _beforeAll: { fn: object }[] };
  return !suite.root && hooks.some(({ fn }) => !isToleratedHook(fn));
}

function enterSuite(suite: Mocha.Suite): void {
  if (scope === null && opensResources(suite)) scope = { suite, baseline: openResources() };
}

function leaveSuite(suite: Mocha.Suite): void {
  if (scope?.suite !== suite) return;
  suspects = { title: `the suite "${suite.fullTitle()}"`, test: lastTest, resources: minus(openResources(), scope.baseline) };
  scope = null;
}

async function checkSuspects(): Promise<void> {
  if (suspects === null) return;
  const { title, test, resources } = suspects;
  suspects = null;
  const left = await stillLeft(() => intersection(resources, openResources()));
  if (left.size === 0) return;
  const error = leakError(title, left);
  if (test === undefined) throw error;
  runner?.fail(test, error);
}

/** The error of clients whose books do not close within the grace. */
async function booksError(): Promise<Error | null> {
  const left = await stillLeft(openBooks);
  if (left.size === 0) return null;
  closeBooks(left.keys());
  return named('BooksError', `it left ${[...left.values()].join('; ')}`);
}

function rejectionError(): Error | null {
  if (rejections.size === 0) return null;
  const [reason] = rejections.values();
  rejections.clear();
  return new Error(`unhandled rejection: ${thrownStack(reason)}`, {
    cause: reason,
  });
}

export const mochaHooks = {
  beforeAll(): void {
    // By promise: mocha emits the event a second time.
    process.on('unhandledRejection', (reason, promise) => rejections.set(promise, reason));
    process.on('rejectionHandled', (promise) => rejections.delete(promise));
  },

  async beforeEach(this: Mocha.Context): Promise<void> {
    await checkSuspects();
    baseline = openResources();
  },

  async afterEach(this: Mocha.Context): Promise<void> {
    this.timeout(0);
    const test = this.currentTest;
    if (test === undefined) return;
    lastTest = test;
    // Node tells of a rejection when the turn in which it happened is over.
    await new Promise((resolve) => realSetImmediate.call(globalThis, resolve));
    const rejection = rejectionError();
    if (rejection !== null && !test.isFailed()) runner?.fail(test, rejection);
    if (test.isFailed()) leaveLibraryTimers();
    const books = await booksError();
    if (books !== null && !test.isFailed()) runner?.fail(test, books);
    if (scope !== null) return;
    const left = await stillLeft(() => minus(openResources(), baseline));
    if (left.size > 0 && !test.isFailed()) runner?.fail(test, leakError('it', left));
  },

  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(0);
    await checkSuspects();
    const rejection = rejectionError();
    if (rejection !== null) throw rejection;
  },
};
