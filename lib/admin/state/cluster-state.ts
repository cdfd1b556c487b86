import { type Address, addressKey, parseAddress } from '../../options/address.js';
import { mask } from '../../options/secrets.js';
import { type NodeLine, parseNodes } from '../../topology/cluster/replies.js';
import { AdminError } from '../admin-error.js';
import type { NodeFacts } from '../health/node-facts.js';
import { joined, rangesText, type SlotSet } from '../slot-list.js';
import type { MigrationJob } from './migration-jobs.js';

/** A node of the cluster: as it describes itself if it could be asked, else as the others describe it. */
export interface AdminNode {
  readonly id: string;
  /** `host:port`, as plans and errors show it. */
  readonly name: string;
  /** All `host:port` that mean it: its name, what it was asked as, and what nodes announce of it, host names included. */
  readonly aliases: readonly string[];
  /** The address that we connect to; null: no node tells one. */
  readonly address: Address | null;
  /** The address that other nodes use to reach it, in MIGRATE and CLUSTER MEET. */
  readonly peer: { readonly host: string; readonly port: number; readonly busPort: number };
  readonly role: 'primary' | 'replica';
  readonly primaryId: string | null;
  readonly slots: SlotSet;
  readonly epoch: number;
  /** Open slots, with the node id at the other end. */
  readonly migrating: ReadonlyMap<number, string>;
  readonly importing: ReadonlyMap<number, string>;
  /** Number of keys, in all its databases. */
  readonly keys: number;
  /** It told how many keys it has. If not, `keys` is 0. */
  readonly keysKnown: boolean;
  /** Numbers of the databases that have keys. */
  readonly databases: readonly number[];
  /** The node answered us. */
  readonly reachable: boolean;
  /** Why the node did not answer; null: it did. */
  readonly problem: string | null;
  readonly flags: readonly string[];
  /** What it says of itself; null: it could not be asked. */
  readonly facts: NodeFacts | null;
  /** Atomic slot migrations that it takes part in, as far as it remembers them. */
  readonly jobs: readonly MigrationJob[];
}

/** The cluster as one node sees it. */
export interface NodeView {
  /** The slots of every owner, as one text: nodes agree if their texts are equal. */
  readonly owners: string;
  /** Ids of the nodes that it knows, itself included. */
  readonly known: ReadonlySet<string>;
  /** How many nodes it is still in handshake with. */
  readonly strangers: number;
  /** Nodes that it takes for dead, by id: `fail` if a majority agrees, else `fail?`. */
  readonly suspects: ReadonlyMap<string, 'fail' | 'fail?'>;
  /** Its `cluster_state`. */
  readonly state: string;
}

/** The cluster as an operator sees it: every node that can be asked was asked. */
export interface ClusterState {
  /** Nodes by id. */
  readonly nodes: ReadonlyMap<string, AdminNode>;
  /** Views by the id of the node that was asked. */
  readonly views: ReadonlyMap<string, NodeView>;
}

/** A line of CLUSTER NODES, with the fields that only operators need. */
export interface MemberLine extends NodeLine {
  readonly busPort: number;
  readonly migrating: ReadonlyMap<number, string>;
  readonly importing: ReadonlyMap<number, string>;
}

/** https://redis.io/docs/latest/commands/cluster-nodes/ — `[77->-id]` leaves for `id`, `[78-<-id]` comes from it. */
export function parseMembers(text: string): MemberLine[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return parseNodes(text).map((node, index) => {
    const line = lines[index] ?? '';
    const open = (arrow: '>' | '<'): Map<number, string> =>
      new Map(
        [...line.matchAll(/\[(\d+)-([<>])-([^\]]+)\]/g)].flatMap(([, slot, way, id = '']) => (way === arrow ? [[Number(slot), id]] : [])),
      );
    const busPort = Number(/@(\d+)/.exec(line)?.[1] ?? node.port + 10_000);
    return { ...node, busPort, migrating: open('>'), importing: open('<') };
  });
}

export function nodeViewOf(members: readonly MemberLine[], state: string): NodeView {
  return {
    owners: members
      .filter(({ ranges }) => ranges.length > 0)
      .map(({ id, ranges }) => `${id} ${rangesText(joined(ranges))}`)
      .sort()
      .join('\n'),
    known: new Set(members.filter(({ flags }) => !flags.includes('handshake')).map(({ id }) => id)),
    strangers: members.filter(({ flags }) => flags.includes('handshake')).length,
    suspects: new Map(
      members.flatMap(({ id, flags }) => {
        const flag = flags.find((each) => each === 'fail' || each === 'fail?');
        return flag === undefined ? [] : [[id, flag] as const];
      }),
    ),
    state,
  };
}

export function primariesOf({ nodes }: Pick<ClusterState, 'nodes'>): AdminNode[] {
  return [...nodes.values()].filter(({ role, reachable }) => role === 'primary' && reachable).sort(bySlots);
}

export function replicasOf({ nodes }: Pick<ClusterState, 'nodes'>, id: string): AdminNode[] {
  return [...nodes.values()].filter(({ primaryId }) => primaryId === id);
}

function bySlots(a: AdminNode, b: AdminNode): number {
  return (a.slots[0] ?? Number.POSITIVE_INFINITY) - (b.slots[0] ?? Number.POSITIVE_INFINITY) || (a.name < b.name ? -1 : 1);
}

/**
 * The node that a text means: a node id, the beginning of one, `host:port` by any of its names, or a host that only one node has. Throws
 * where it means none or several.
 */
export function nodeNamed({ nodes }: ClusterState, given: string): AdminNode {
  const all = [...nodes.values()];
  const text = given.trim().toLowerCase();
  const address = parseAddress(text, null);
  const key = address === null ? text : addressKey(address);
  const readings: readonly ((node: AdminNode) => boolean)[] = [
    ({ id, name }) => id === text || name === key || name === given,
    ({ aliases }) => aliases.includes(key),
    ({ aliases }) => aliases.some((alias) => hostIn(alias) === hostIn(`${key}:0`)),
    ({ id }) => text.length >= 4 && id.startsWith(text),
  ];
  const matching = readings.map((means) => all.filter(means)).find(({ length }) => length > 0) ?? [];
  const [node] = matching;
  if (node !== undefined && matching.length === 1) return node;
  const problem = matching.length === 0 ? 'is no node of the cluster' : `means ${matching.length} nodes`;
  const names = (matching.length > 0 ? matching : all).map(({ id, name }) => `${name} (${id.slice(0, 8)})`).sort();
  throw new AdminError(
    `${mask(given)} ${problem}; name it by host:port or by its id: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}`,
  );
}

/** The host of `host:port`. */
function hostIn(key: string): string {
  return key.slice(0, key.lastIndexOf(':'));
}
