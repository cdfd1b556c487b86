import type { Execution } from '../books.js';
import type { CallRecord } from '../workloads/calls.js';
import type { Check, ClientFacts, ErrorEvent, Evidence, Finding } from './check.js';
import { groupOf } from './group.js';
import { ms } from './words.js';

/** Probes of the monitor begin at least so far apart while commands wait for a primary, in ms: docs/monitor.md. */
const URGENT_MS = 25;
/** Besides probes, samples of a shard that serves reads: `monitor.sampleMs` is 100 ms at least, docs/options.md. A second. */
const SAMPLES_A_SECOND = 10;

/**
 * Attempts of one client to connect to one address within a second, at most: one for each probe and sample of the monitor, whose connection
 * has no backoff of its own; for each kept connection (for writes and for reads, of subscribers, of CLIENT UNBLOCK: docs/pool.md) as many as
 * its backoff allows. Calls that block, and leases, open their own.
 */
function mostConnects({ sharedConnections, reconnect }: ClientFacts): number {
  return 1_000 / URGENT_MS + SAMPLES_A_SECOND + (2 * sharedConnections + 2) * attemptsASecond(reconnect);
}

/** Attempts that a backoff allows in the first second, as it is on the average: it doubles, at random between its limits (docs/options.md). */
function attemptsASecond({ minMs, maxMs }: ClientFacts['reconnect']): number {
  let attempts = 1;
  for (let passedMs = 0; ; attempts++) {
    passedMs += (minMs + Math.min(maxMs, minMs * 2 ** attempts)) / 2;
    if (passedMs > 1_000) return attempts;
  }
}

/** The client asks for no more connections than its backoffs allow. */
export const connects: Check = {
  name: 'connects a second',
  rule: 'bounds',
  find({ connects: attempts, clients, calls }: Evidence): Finding[] {
    let kept = 0;
    for (const facts of clients.values()) kept += mostConnects(facts);
    const times = new Map<string, number[]>();
    const findings = new Map<string, Finding>();
    const watched = new Set(calls.filter(({ words }) => words[0] === 'WATCHED').map(({ id }) => id));
    // `watch` begins again on another connection, and reads its key first.
    const isAgain = ({ words, traits }: CallRecord): boolean => words[0] === 'GET' && watched.has(traits.partOf);
    const owning = calls.filter((call) => hasOwnConnection(call) || isAgain(call));
    for (const { at, to } of attempts) {
      const latest = times.get(to) ?? [];
      times.set(to, latest);
      latest.push(at);
      while ((latest[0] ?? at) < at - 1_000) latest.shift();
      if (latest.length <= kept || findings.has(to)) continue;
      const own = owning.filter(({ issuedAt, settledAt }) => issuedAt <= at && (settledAt ?? at) >= at - 1_000).length;
      const most = kept + own;
      if (latest.length <= most) continue;
      findings.set(to, { at, text: `${latest.length} attempts to connect to ${to} within a second, up to ${ms(at)}; ${most} are allowed` });
    }
    return [...findings.values()];
  },
};

/** So many questions in a row span so long at least: of a probe that found a change, or met a new connection, one or two come sooner. */
const QUESTIONS = 11;
const QUESTIONS_MS = 8 * URGENT_MS;

/** A node is asked by the monitor once a probe, and probes keep their distance: see `lib/topology/probe-schedule.ts`. */
export const probes: Check = {
  name: 'probes keep their distance',
  rule: 'bounds',
  find(evidence: Evidence): Finding[] {
    const { books, clients, proxies } = evidence;
    const last = new Map<Execution['session'], number>();
    const asked = new Map<string, number[]>();
    const allowed = new Map<string, number>();
    for (const { words, session, sentAt, server } of books.executions) {
      const { kind } = groupOf(evidence, server.name);
      // The others are asked besides, on the same connection.
      if (words[0] !== (kind === 'cluster' ? 'CLUSTER' : 'INFO') || words[1] !== (kind === 'cluster' ? 'SHARDS' : 'server')) continue;
      // Questions that waited for a connection leave together.
      if (last.get(session) === sentAt) continue;
      last.set(session, sentAt);
      const who = clients.size === 1 ? server.name : `${server.name} by ${session.name}`;
      const times = asked.get(who);
      if (times === undefined) asked.set(who, [sentAt]);
      else times.push(sentAt);
      // What is a replica behind a fixed address is asked once more, by a new connection; and one server by each of several proxies.
      allowed.set(who, (kind === 'single' ? 2 * QUESTIONS : QUESTIONS) * Math.max(1, proxies));
    }
    const findings: Finding[] = [];
    for (const [who, times] of asked) {
      const questions = allowed.get(who) ?? QUESTIONS;
      times.sort((a, b) => a - b);
      const first = times.findIndex((at, place) => (times[place + questions - 1] ?? Number.POSITIVE_INFINITY) - at < QUESTIONS_MS);
      if (first < 0) continue;
      const [from = 0, until = 0] = [times[first], times[first + questions - 1]];
      const text = `${who} was asked by probes ${questions} times within ${ms(until - from)}, from ${ms(from)}; ${QUESTIONS_MS} ms are the least`;
      findings.push({ at: until, text });
    }
    return findings;
  },
};

/** No more is unanswered, and no more connections are lent at a node, than the options allow. */
export const queues: Check = {
  name: 'bounds of queue and pool',
  rule: 'bounds',
  find({ holdings: taken, clients }: Evidence): Finding[] {
    for (const { at, queues: held } of taken) {
      for (const { client, commands, bytes, exclusive } of held) {
        const facts = clients.get(client);
        if (facts === undefined) continue;
        const { queue, maxExclusive } = facts;
        const told = `client ${client} has`;
        if (commands > queue.maxCommands) return [{ at, text: `${told} ${commands} commands unanswered, of ${queue.maxCommands} at most` }];
        if (bytes > queue.maxBytes) return [{ at, text: `${told} ${bytes} bytes unanswered, of ${queue.maxBytes} at most` }];
        if (exclusive > maxExclusive) return [{ at, text: `${told} lent ${exclusive} connections of a node, of ${maxExclusive} at most` }];
      }
    }
    return [];
  },
};

/** What a client's process holds at once at most, for each client and server. */
const SOCKETS_A_NODE = 20;
const TIMERS_A_NODE = 40;

/** Sockets and timers do not grow with time or faults. */
export const holdings: Check = {
  name: 'sockets and timers',
  rule: 'bounds',
  find({ holdings: taken, clients, nodes, proxies, calls }: Evidence): Finding[] {
    const places = clients.size * (nodes.size + proxies + 3);
    // Each call that blocks, each lease has a connection of its own.
    const own = calls.filter(hasOwnConnection).length;
    for (const { at, sockets, timers } of taken) {
      if (sockets <= places * SOCKETS_A_NODE + own && timers <= places * TIMERS_A_NODE + 2 * own) continue;
      return [{ at, text: `${sockets} sockets and ${timers} timers at ${ms(at)}` }];
    }
    return [];
  },
};

function hasOwnConnection({ traits, words }: CallRecord): boolean {
  return traits.blocks || traits.waitReplicas > 0 || OWN.has(words[0] ?? '');
}

const OWN: ReadonlySet<string> = new Set(['LEASE', 'WATCHED', 'DEDICATED']);

/** A failure is one event until what failed works again (docs/errors.md), so a seed with few faults has few. */
const EVENTS_A_CODE = 40;

/** `error` events tell a cause once, not each time it is met. */
export const errorEvents: Check = {
  name: 'a cause is told once',
  rule: 'bounds',
  find({ errorEvents: events }: Evidence): Finding[] {
    const byCode = new Map<string, ErrorEvent[]>();
    for (const event of events) {
      const name = `${event.client} ${event.code}`;
      byCode.set(name, [...(byCode.get(name) ?? []), event]);
    }
    const findings: Finding[] = [];
    for (const [name, all] of byCode) {
      const last = all.at(-1);
      if (all.length <= EVENTS_A_CODE || last === undefined) continue;
      findings.push({ at: last.at, text: `${all.length} 'error' events ${name}, the last: ${last.message}` });
    }
    return findings;
  },
};
