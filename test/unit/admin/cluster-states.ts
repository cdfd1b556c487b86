import type { NodeFacts } from '../../../lib/admin/health/node-facts.js';
import { parseSlotsText, slotsText } from '../../../lib/admin/slot-list.js';
import type { AdminNode, ClusterState } from '../../../lib/admin/state/cluster-state.js';
import type { MigrationJob } from '../../../lib/admin/state/migration-jobs.js';

/** One node of a cluster, with what differs from the default. */
export interface NodeSpec {
  /** Also its port on 10.0.0.1, unless `host` says something else. */
  readonly id: number;
  readonly host?: string;
  readonly slots?: string;
  readonly of?: number | undefined;
  readonly keys?: number;
  /** Default true. */
  readonly keysKnown?: boolean;
  readonly epoch?: number;
  readonly migrating?: Readonly<Record<number, number>>;
  readonly importing?: Readonly<Record<number, number>>;
  readonly down?: boolean;
  /** Why it does not answer. */
  readonly problem?: string;
  /** Its names besides `host:id`. */
  readonly aliases?: readonly string[];
  /** Ids it does not know. */
  readonly unknownIds?: readonly number[];
  readonly state?: string;
  /** The owners in its view, where they differ from those in the others' views. */
  readonly owners?: string;
  /** Nodes that it takes for dead. */
  readonly suspects?: Readonly<Record<number, 'fail' | 'fail?'>>;
  /** The host by which other nodes reach it; default: `host`. */
  readonly at?: string;
  readonly facts?: NodeFacts;
  readonly jobs?: readonly MigrationJob[];
}

export const idOf = (id: number): string => String(id).padEnd(40, 'f');

/** The state of a cluster of these nodes. */
export function clusterOf(...specs: readonly NodeSpec[]): ClusterState {
  const nodes = specs.map(nodeOf);
  const trueOwners = nodes.filter(({ slots }) => slots.length > 0).map(({ id, slots }) => `${id} ${slotsText(slots)}`);
  const views = specs.flatMap(({ id, down, unknownIds = [], state = 'ok', owners, suspects = {} }) => {
    if (down === true) return [];
    const known = new Set(specs.filter((other) => !unknownIds.includes(other.id)).map((other) => idOf(other.id)));
    const suspected = new Map(Object.entries(suspects).map(([other, flag]) => [idOf(Number(other)), flag]));
    return [[idOf(id), { owners: owners ?? trueOwners.sort().join('\n'), known, strangers: 0, suspects: suspected, state }] as const];
  });
  return { nodes: new Map(nodes.map((node) => [node.id, node])), views: new Map(views) };
}

/** The state that a server describes which no other one knows. */
export function unjoinedServer(spec: NodeSpec): ClusterState {
  return clusterOf(spec);
}

function nodeOf({
  id,
  host = '10.0.0.1',
  slots = '',
  of,
  keys = 0,
  keysKnown = true,
  epoch = id % 100,
  migrating = {},
  importing = {},
  down = false,
  problem = 'connect ECONNREFUSED',
  aliases = [],
  at = host,
  facts,
  jobs = [],
}: NodeSpec): AdminNode {
  const open = (openSlots: Readonly<Record<number, number>>): Map<number, string> =>
    new Map(Object.entries(openSlots).map(([slot, peer]) => [Number(slot), idOf(peer)]));
  return {
    id: idOf(id),
    name: `${host}:${id}`,
    aliases: [`${host}:${id}`, ...aliases],
    address: { host, port: id },
    peer: { host: at, port: id, busPort: id + 10_000 },
    role: of === undefined ? 'primary' : 'replica',
    primaryId: of === undefined ? null : idOf(of),
    slots: slots === '' ? [] : (parseSlotsText(slots) ?? []),
    epoch,
    migrating: open(migrating),
    importing: open(importing),
    keys,
    keysKnown: !down && keysKnown,
    databases: keys > 0 ? [0] : [],
    reachable: !down,
    problem: down ? problem : null,
    flags: [],
    facts: facts ?? null,
    jobs,
  };
}

const THREE_SHARDS: readonly NodeSpec[] = [
  { id: 7001, slots: '0-5460' },
  { id: 7002, slots: '5461-10922' },
  { id: 7003, slots: '10923-16383' },
  { id: 7004, of: 7001 },
  { id: 7005, of: 7002 },
  { id: 7006, of: 7003 },
];

/** Three primaries with a replica each, with these changes to some nodes and more nodes. */
export function threeShards(...changes: readonly NodeSpec[]): ClusterState {
  const changed = THREE_SHARDS.map((spec) => ({ ...spec, ...changes.find(({ id }) => id === spec.id) }));
  return clusterOf(...changed, ...changes.filter(({ id }) => !THREE_SHARDS.some((spec) => spec.id === id)));
}
