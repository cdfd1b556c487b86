import type { AdminNode, ClusterState } from '../../../lib/admin/cluster-state.js';
import { parseSlotsText, slotsText } from '../../../lib/admin/slot-list.js';

export interface NodeSketch {
  /** Also its port on 10.0.0.1, unless `host` says something else. */
  readonly id: number;
  readonly host?: string;
  readonly slots?: string;
  readonly of?: number;
  readonly keys?: number;
  readonly epoch?: number;
  readonly migrating?: Readonly<Record<number, number>>;
  readonly importing?: Readonly<Record<number, number>>;
  readonly down?: boolean;
  /** Ids it does not know. */
  readonly ignores?: readonly number[];
  readonly state?: string;
  /** How it sees who owns what, where that differs from the others. */
  readonly believes?: string;
}

export const idOf = (id: number): string => String(id).padEnd(40, 'f');

/** A cluster as a list of what is special about its nodes. */
export function picture(...sketches: readonly NodeSketch[]): ClusterState {
  const nodes = sketches.map(nodeOf);
  const owners = nodes.filter(({ slots }) => slots.length > 0).map(({ id, slots }) => `${id} ${slotsText(slots)}`);
  const views = sketches.flatMap(({ id, down, ignores = [], state = 'ok', believes }) => {
    if (down === true) return [];
    const known = new Set(sketches.filter((other) => !ignores.includes(other.id)).map((other) => idOf(other.id)));
    return [[idOf(id), { owners: believes ?? owners.sort().join('\n'), known, strangers: 0, state }] as const];
  });
  return { nodes: new Map(nodes.map((node) => [node.id, node])), views: new Map(views) };
}

/** A server that no other one knows. */
export function alone(sketch: NodeSketch): ClusterState {
  return picture(sketch);
}

function nodeOf({
  id,
  host = '10.0.0.1',
  slots = '',
  of,
  keys = 0,
  epoch = id % 100,
  migrating = {},
  importing = {},
  down = false,
}: NodeSketch): AdminNode {
  const open = (marks: Readonly<Record<number, number>>): Map<number, string> =>
    new Map(Object.entries(marks).map(([slot, peer]) => [Number(slot), idOf(peer)]));
  return {
    id: idOf(id),
    name: `${host}:${id}`,
    address: { host, port: id },
    peer: { host, port: id, busPort: id + 10_000 },
    role: of === undefined ? 'primary' : 'replica',
    primaryId: of === undefined ? null : idOf(of),
    slots: slots === '' ? [] : (parseSlotsText(slots) ?? []),
    epoch,
    migrating: open(migrating),
    importing: open(importing),
    keys,
    databases: keys > 0 ? [0] : [],
    reachable: !down,
    problem: down ? 'connect ECONNREFUSED' : null,
    flags: [],
  };
}

/** Three primaries with a replica each. */
export const WHOLE: readonly NodeSketch[] = [
  { id: 7001, slots: '0-5460' },
  { id: 7002, slots: '5461-10922' },
  { id: 7003, slots: '10923-16383' },
  { id: 7004, of: 7001 },
  { id: 7005, of: 7002 },
  { id: 7006, of: 7003 },
];

/** The whole cluster with something else about some of its nodes. */
export function wholeBut(...changes: readonly NodeSketch[]): ClusterState {
  const changed = WHOLE.map((sketch) => ({ ...sketch, ...changes.find(({ id }) => id === sketch.id) }));
  return picture(...changed, ...changes.filter(({ id }) => !WHOLE.some((sketch) => sketch.id === id)));
}
