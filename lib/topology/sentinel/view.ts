import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { fieldsOf } from '../../protocol/resp/map-reply.js';
import { addressOf, listOf, numberOf, textOf } from '../replies.js';

/** View that one sentinel has of a group. */
export interface SentinelView {
  /** Id of this sentinel; null before 6.2. */
  readonly id: string | null;
  /** Address of the primary as announced; null: the sentinel does not know the group. */
  readonly primary: Address | null;
  /** Config epoch of that choice: higher is newer. */
  readonly epoch: number;
  /** The sentinel takes the primary for down. */
  readonly primaryDown: boolean;
  /** The replica that the sentinel promotes, as the leader of a failover: it is named as primary only after it has reported that role. */
  readonly promoting: Address | null;
  readonly replicas: readonly SentinelReplica[];
  /** The other sentinels it knows. */
  readonly sentinels: readonly { readonly id: string | null; readonly address: Address }[];
}

export interface SentinelReplica {
  readonly address: Address;
  /** The replica answers the sentinel. */
  readonly up: boolean;
  readonly linkUp: boolean;
  readonly priority: number;
}

/** Commands whose replies `parseSentinel` reads: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-api */
export function sentinelCommands(name: string): readonly (readonly string[])[] {
  return [
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name],
    ['SENTINEL', 'MASTER', name],
    // `REPLICAS` is called `SLAVES` before 5.0; every release still knows the old name.
    ['SENTINEL', 'SLAVES', name],
    ['SENTINEL', 'SENTINELS', name],
    ['SENTINEL', 'MYID'],
  ];
}

/** Leaves as many of a list as are believed. */
type Bound = (list: readonly Raw[], limit: 'replicas' | 'sentinels') => readonly Raw[];

/** The view in a sentinel's replies; null where the server refused the first command: it is no sentinel, or the ACL forbids it. */
export function parseSentinel(
  [address, master, replicas, sentinels, id]: readonly (Raw | undefined)[],
  bound: Bound = (list) => list,
): SentinelView | null {
  if (address instanceof Error || address === undefined) return null;
  const [host, port] = listOf(address);
  const facts = fieldsOf(master);
  const isLeader = flagsOf(facts).includes('failover_in_progress');
  const all = bound(listOf(replicas), 'replicas').map(fieldsOf);
  const promoted = isLeader ? all.find((fields) => flagsOf(fields).includes('promoted')) : undefined;
  return {
    id: textOf(id),
    primary: addressOf(host, port),
    epoch: numberOf(facts.get('config-epoch'), 0),
    primaryDown: flagsOf(facts).some((flag) => flag === 's_down' || flag === 'o_down'),
    promoting: promoted === undefined ? null : addressOf(promoted.get('ip'), promoted.get('port')),
    replicas: all.flatMap((fields): SentinelReplica[] => {
      const replica = addressOf(fields.get('ip'), fields.get('port'));
      if (replica === null) return [];
      const flags = flagsOf(fields);
      return [
        {
          address: replica,
          up: !flags.some((flag) => flag === 's_down' || flag === 'o_down' || flag === 'disconnected'),
          linkUp: textOf(fields.get('master-link-status')) !== 'err',
          priority: numberOf(fields.get('slave-priority'), 100),
        },
      ];
    }),
    sentinels: bound(listOf(sentinels), 'sentinels').flatMap((raw) => {
      const fields = fieldsOf(raw);
      const sentinel = addressOf(fields.get('ip'), fields.get('port'));
      return sentinel === null ? [] : [{ id: textOf(fields.get('runid')), address: sentinel }];
    }),
  };
}

function flagsOf(fields: ReadonlyMap<string, Raw>): string[] {
  return (textOf(fields.get('flags')) ?? '').split(',');
}

/** A node that may be the primary, with the view of the first sentinel that names it. */
export interface Candidate {
  readonly primary: Address;
  readonly view: SentinelView;
  /** Its promotion is under way and no sentinel names it yet: it counts only if it says itself that it is a primary. */
  readonly isPromoting: boolean;
}

/**
 * The nodes that the newest views name, most named first. A view with an older config epoch never counts while a newer one is reported:
 * during a failover the leading sentinel names the new primary before the others know it. The replica that it promotes comes first of all:
 * from the moment it is a primary, what the old one acknowledges is lost, and up to a second passes until the sentinel has seen that and
 * names it.
 */
export function candidatesOf(views: readonly SentinelView[]): Candidate[] {
  const answering = views.filter((view): view is SentinelView & { primary: Address } => view.primary !== null);
  const epoch = Math.max(...answering.map((view) => view.epoch));
  const byAddress = new Map<string, { candidate: Candidate; votes: number }>();
  for (const view of answering) {
    if (view.epoch < epoch) continue;
    const key = addressKey(view.primary);
    const known = byAddress.get(key);
    const candidate = known?.candidate ?? { primary: view.primary, view, isPromoting: false };
    byAddress.set(key, { candidate, votes: (known?.votes ?? 0) + 1 });
  }
  const named = [...byAddress.values()].sort((a, b) => b.votes - a.votes).map(({ candidate }) => candidate);
  const promoting = answering.flatMap((view): Candidate[] =>
    view.promoting === null || view.epoch < epoch || byAddress.has(addressKey(view.promoting))
      ? []
      : [{ primary: view.promoting, view, isPromoting: true }],
  );
  return [...promoting, ...named];
}
