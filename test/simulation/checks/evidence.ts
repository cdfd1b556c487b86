import { DEFAULTS } from '../../../lib/options/defaults.js';
import type { Plan } from '../planning/plan.js';
import type { CallRecord, Calls } from '../workloads/calls.js';
import type { ToldEvent } from '../workloads/programs.js';
import type { World } from '../world.js';
import type { ClientFacts, ErrorEvent, Evidence } from './check.js';
import { memberAt, type RingFacts } from './group.js';

/** What a seed brought. */
interface Brought {
  readonly plan: Plan;
  readonly world: World;
  readonly calls: Calls;
  readonly events: readonly ToldEvent[];
  readonly fresh: readonly CallRecord[];
  readonly faults: readonly string[];
  /** Infinity: the servers did not come to agree. */
  readonly settledAt: number;
  readonly left: readonly string[];
  readonly holdings: Evidence['holdings'];
}

export function evidenceOf({ plan, world, calls, events, fresh, faults, settledAt, left, holdings }: Brought): Evidence {
  return {
    kind: plan.deployment.kind,
    ring: ringOf(plan.deployment, world),
    calls: calls.all,
    subscribers: calls.subscribers,
    books: world.books,
    clients: new Map(plan.clients.map((client) => [client.name, factsOf(client, plan)])),
    // Those that were taken away are told of in what clients read before.
    nodes: new Set([...world.deployment.servers.map(({ name }) => name), ...world.books.roleTurns.map(({ server }) => server)]),
    proxies: world.deployment.proxies === undefined ? 0 : MOST_PROXIES,
    stalls: world.client.stalls,
    connects: world.connects,
    holdings,
    settledAt,
    endedAt: world.timeline.now,
    fresh,
    left,
    uncaught: world.client.uncaught,
    errorEvents: events.flatMap(errorEventOf),
    hasWallJumps: faults.some((name) => name.includes('wall clock')),
    hasUnseenLosses: faults.some((name) => UNSEEN.has(name)),
  };
}

/** Faults after which only who sends by a connection learns that it is dead. */
const UNSEEN: ReadonlySet<string> = new Set(['power loss', 'forgotten connection']);

function ringOf({ ring }: Plan['deployment'], { books: { executions }, deployment }: World): RingFacts | null {
  if (ring === undefined) return null;
  const kinds = new Map(ring.members.map(({ servers: { place = 0, kind } }) => [place, kind]));
  const emptied = new Set(executions.flatMap(({ words, server }) => (words[0] === 'FLUSHDB' ? memberAt(server.name) : [])));
  const ejects = ring.onDown === 'eject';
  return { kinds, placesMove: ejects || ring.changesMembers, ejects, lists: deployment.memberLists ?? [], emptied };
}

/** Those of the beginning, and those that operators add. */
const MOST_PROXIES = 6;

function factsOf({ options }: Plan['clients'][number], { clients, deployment }: Plan): ClientFacts {
  // Commands that go to all endpoints in turn have no more order than those of several connections.
  const endpoints = deployment.endpoints?.options.balance === 'spread' ? MOST_PROXIES : 1;
  return {
    clientName: clients.length === 1 ? null : (options.clientName ?? ''),
    database: options.database ?? 0,
    sharedConnections: endpoints * (options.pool?.shared ?? DEFAULTS.pool.shared),
    reconnect: { ...DEFAULTS.reconnect, ...options.reconnect },
    queue: { ...DEFAULTS.queue, ...options.queue },
    maxExclusive: options.pool?.maxExclusive ?? DEFAULTS.pool.maxExclusive,
  };
}

function errorEventOf({ at, client, name, detail }: ToldEvent): ErrorEvent[] {
  if (name !== 'error') return [];
  const { code, message } = detail as { readonly code?: string; readonly message: string };
  return [{ at, client, code: code ?? '', message }];
}
