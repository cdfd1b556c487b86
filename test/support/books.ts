// The books of every client of the tests: what it made of calls, and what became of them. To see all clients, two classes of the library are
// watched from outside.
import './open-timers.js';

import { CallFactory } from '../../lib/client/dispatch/call-factory.js';
import { Call, type QueueUsage, SETTLED } from '../../lib/protocol/call.js';

/** What one client has made of calls. */
interface Book {
  readonly usage: QueueUsage;
  /** Calls that were counted in the queue's bounds, and those of them that settled. */
  made: number;
  settled: number;
  readonly openedAt: { readonly stack?: string };
}

const books = new Map<QueueUsage, Book>();

function open(usage: QueueUsage): void {
  if (books.has(usage)) return;
  const openedAt: { stack?: string } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 12;
  Error.captureStackTrace(openedAt, open);
  Error.stackTraceLimit = stackTraceLimit;
  const book: Book = { usage, made: usage.commands, settled: 0, openedAt };
  books.set(usage, book);
  let { commands } = usage;
  Object.defineProperty(usage, 'commands', {
    get: () => commands,
    set: (next: number) => {
      if (next > commands) book.made += next - commands;
      commands = next;
    },
    enumerable: true,
  });
}

/** The line of the test that made the client. */
function placeOf({ openedAt }: Book): string {
  const line = openedAt.stack?.split('\n').find((one) => /\/(?:test|chaos)\//.test(one) && !one.includes('/test/support/books'));
  return line === undefined ? '' : ` made ${line.trim()}`;
}

/** Clients whose books do not close, each with what is open; none: all is settled and paid. */
export function openBooks(): Map<QueueUsage, string> {
  const left = new Map<QueueUsage, string>();
  for (const book of books.values()) {
    const { commands, bytes } = book.usage;
    const unsettled = book.made - book.settled;
    if (commands === 0 && bytes === 0 && unsettled === 0) continue;
    const counted = `${commands} commands and ${bytes} bytes count as unanswered`;
    left.set(book.usage, `a client${placeOf(book)}: ${counted}, ${unsettled} of ${book.made} calls have not settled`);
  }
  return left;
}

/** Forgets these clients: they have been told of. */
export function closeBooks(told: Iterable<QueueUsage>): void {
  for (const usage of told) books.delete(usage);
}

function count(call: Call): void {
  const book = books.get(call.owner.usage);
  if (book !== undefined) book.settled++;
}

const { view } = CallFactory.prototype;
CallFactory.prototype.view = function (this: CallFactory, ...args: Parameters<typeof view>) {
  const made = view.apply(this, args);
  open(made.usage);
  return made;
};
const { settle, fail } = Call.prototype;
Call.prototype.settle = function (this: Call, value: unknown): void {
  count(this);
  settle.call(this, value);
};
Call.prototype.fail = function (this: Call, error: unknown): void {
  if (this.state !== SETTLED) count(this);
  fail.call(this, error);
};
