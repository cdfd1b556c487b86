import type { MemberKind, MemberList } from '../topologies/deployment.js';
import type { Evidence } from './check.js';
import type { Ledger } from './ledger.js';

/** What has to be known of a ring. */
export interface RingFacts {
  /** Kinds of its members, by their numbers. */
  readonly kinds: ReadonlyMap<number, MemberKind>;
  /** Keys change their places: members are ejected, or clients are given others. */
  readonly placesMove: boolean;
  /** Members are left out while they are down: who has a key is nothing that only its program says. */
  readonly ejects: boolean;
  /** The members that clients were given, in order. */
  readonly lists: readonly MemberList[];
  /** Numbers of members that a client has emptied, because they came back. */
  readonly emptied: ReadonlySet<number>;
}

/** Servers that know of each other: those of a member of a ring, and elsewhere all. */
export interface Group {
  readonly kind: MemberKind | 'cluster';
  /** Number of the member; 0: there is no ring. */
  readonly number: number;
}

/** The group of a node, by its address: members of rings have networks of their own (topologies/deployment.ts, `place`). */
export function groupOf({ kind, ring }: Pick<Evidence, 'kind' | 'ring'>, node: string): Group {
  if (ring !== null) {
    const number = memberAt(node);
    return { kind: ring.kinds.get(number) ?? 'single', number };
  }
  // Behind proxies, as behind any one address, there are servers that the client does not know.
  return { kind: kind === 'ring' || kind === 'endpoints' ? 'single' : kind, number: 0 };
}

export function memberAt(node: string): number {
  return Number(node.split('.')[1]);
}

/**
 * Of a key that was asked for at several members of a ring, or at one that was emptied when it came back, each member has a story of its own:
 * such rings are for caches (docs/topologies.md).
 */
export function isScattered(place: string, evidence: Pick<Evidence, 'kind' | 'ring'>, ledger: Ledger): boolean {
  const { ring } = evidence;
  if (ring === null) return false;
  const members = new Set(ledger.withKey(place).map(({ server }) => groupOf(evidence, server.name).number));
  return members.size > 1 || [...members].some((member) => ring.emptied.has(member));
}

/** Whether a read may have been answered by a node that does not know that the key has left it: docs/sessions.md. */
export function hasMoved(place: string, evidence: Pick<Evidence, 'kind' | 'ring'>, ledger: Ledger): boolean {
  if (evidence.kind !== 'cluster') return isScattered(place, evidence, ledger);
  return new Set(ledger.withKey(place).map(({ server }) => server)).size > 1;
}
