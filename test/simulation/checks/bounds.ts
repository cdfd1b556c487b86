import type { Check, ErrorEvent, Evidence, Finding } from './check.js';
import { ms } from './words.js';

/**
 * Attempts of one client to connect to one address within a second, at most. It has kept connections of each kind (writes, reads, subscribers,
 * probes, blocked calls: docs/pool.md), each with a backoff from 10 ms with full jitter, and probes by the monitor every 25 ms while commands
 * wait for a primary (docs/monitor.md); calls that block, and leases, open their own.
 */
const CONNECTS_A_SECOND = 120;

/** The client asks for no more connections than its backoffs allow. */
export const connects: Check = {
  name: 'connects a second',
  rule: 'bounds',
  find({ connects: attempts, clients }: Evidence): Finding[] {
    const most = CONNECTS_A_SECOND * clients.size;
    const times = new Map<string, number[]>();
    const findings = new Map<string, Finding>();
    for (const { at, to } of attempts) {
      const latest = times.get(to) ?? [];
      times.set(to, latest);
      latest.push(at);
      while ((latest[0] ?? at) < at - 1_000) latest.shift();
      if (latest.length <= most || findings.has(to)) continue;
      findings.set(to, { at, text: `${latest.length} attempts to connect to ${to} within a second, up to ${ms(at)}; ${most} are allowed` });
    }
    return [...findings.values()];
  },
};

/** What a client's process holds at once at most, for each client and server. */
const SOCKETS_A_NODE = 40;
const TIMERS_A_NODE = 60;

/** Sockets and timers do not grow with time or faults. */
export const holdings: Check = {
  name: 'sockets and timers',
  rule: 'bounds',
  find({ holdings: taken, clients, nodes, calls }: Evidence): Finding[] {
    const places = clients.size * (nodes.size + 3);
    // Each call that blocks, each lease has a connection of its own.
    const own = calls.filter(({ traits, words }) => traits.blocks || traits.waitReplicas > 0 || OWN.has(words[0] ?? '')).length;
    for (const { at, sockets, timers } of taken) {
      if (sockets <= places * SOCKETS_A_NODE + own && timers <= places * TIMERS_A_NODE + 2 * own) continue;
      return [{ at, text: `${sockets} sockets and ${timers} timers at ${ms(at)}` }];
    }
    return [];
  },
};

const OWN: ReadonlySet<string> = new Set(['LEASE', 'WATCHED']);

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
