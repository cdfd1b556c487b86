import { DEFAULTS } from '../../../lib/options/defaults.js';
import { Books, type Execution } from '../books.js';
import { OK } from '../servers/resp.js';
import { Timeline } from '../time/timeline.js';
import { type CallRecord, failureOf, type Outcome, plainTraits } from '../workloads/calls.js';
import type { Check, ClientFacts, Evidence } from './check.js';
import { keysOfEffect, Ledger } from './ledger.js';

/** Evidence of a seed in which nothing happened, but for what is given. */
export function forgedEvidence(given: Partial<Evidence> = {}): Evidence {
  return {
    kind: 'replication',
    ring: null,
    calls: [],
    subscribers: [],
    books: new Books(new Timeline()),
    nodes: new Set(['10.0.0.1:6379', '10.0.0.2:6379', '10.0.0.3:6379']),
    proxies: 0,
    clients: new Map([['a', forgedClient()]]),
    stalls: [],
    connects: [],
    holdings: [],
    settledAt: 50_000,
    endedAt: 60_000,
    fresh: [],
    left: [],
    uncaught: [],
    errorEvents: [],
    hasWallJumps: false,
    hasUnseenLosses: false,
    ...given,
  };
}

/** A client with the defaults, but for what is given. */
export function forgedClient(given: Partial<ClientFacts> = {}): ClientFacts {
  const { pool, reconnect, queue } = DEFAULTS;
  return { clientName: null, database: 0, sharedConnections: pool.shared, reconnect, queue, maxExclusive: pool.maxExclusive, ...given };
}

/** Books with these executions. */
export function booksOf(executions: readonly Execution[]): Books {
  const books = new Books(new Timeline());
  for (const execution of executions) books.executed(execution);
  return books;
}

/** A call that resolved with OK 1 ms after it was issued, but for what is given. */
export function forgedCall(id: number, command: string, given: Partial<CallRecord> = {}): CallRecord {
  const words = command.split(' ');
  const issuedAt = given.issuedAt ?? id * 10;
  return {
    id,
    client: 'a',
    workload: 'writers',
    program: 'writers/0',
    words,
    keys: words.slice(1, 2),
    traits: plainTraits,
    issuedAt,
    deadlineAt: issuedAt + 1_000,
    abortedAt: Number.POSITIVE_INFINITY,
    settledAt: issuedAt + 1,
    outcome: resolved('OK'),
    ...given,
  };
}

export function resolved(value: unknown): Outcome {
  return { ok: true, value };
}

export function rejected(executed: 'no' | 'unknown' | 'yes', name = 'TimeoutError'): Outcome {
  const facts = { name, code: 'ERR', executed, attempts: 1, node: '10.0.0.1:6379', command: 'SET' };
  return { ok: false, error: failureOf(Object.assign(new Error('SET timed out'), facts)) };
}

/** A command that ran on the primary at this time, but for what is given. */
export function forgedExecution(at: number, command: string, given: Partial<Execution> = {}): Execution {
  const words = command.split(' ');
  const [name = ''] = words;
  const kind = name.includes('GET') ? 'readonly' : 'write';
  return {
    server: serverNamed('10.0.0.1:6379'),
    session,
    at,
    sentAt: at - 0.3,
    words,
    rule: { name, kind, keys: keysOfEffect } as unknown as Execution['rule'],
    reply: OK,
    readAt: Number.POSITIVE_INFINITY,
    isRefused: false,
    effects: kind === 'write' ? [words] : [],
    offset: Math.round(at * 10),
    history: 'first',
    isPrimary: true,
    db: 0,
    ...given,
  };
}

const session = { id: 1 } as Execution['session'];
const servers = new Map<string, Execution['server']>();

export function serverNamed(name: string): Execution['server'] {
  const server = servers.get(name) ?? ({ name } as Execution['server']);
  servers.set(name, server);
  return server;
}

export function findingsOf(check: Check, evidence: Evidence): string[] {
  return check.find(evidence, new Ledger(evidence)).map(({ text }) => text);
}
