import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { addressOf, fieldsOf, listOf, numberOf, textOf } from '../replies.js';

/** What one sentinel says of a group. */
export interface SentinelView {
  /** Of this sentinel; null before 6.2. */
  readonly id: string | null;
  /** As announced; null: it does not know the group. */
  readonly primary: Address | null;
  /** Config epoch of that choice: higher is newer. */
  readonly epoch: number;
  /** It believes that the primary is down. */
  readonly primaryDown: boolean;
  /** It leads a failover and has told this replica to become the primary, whose word it waits for before it names it. */
  readonly promoting: Address | null;
  readonly replicas: readonly SentinelReplica[];
  /** The other sentinels it knows. */
  readonly sentinels: readonly { readonly id: string | null; readonly address: Address }[];
}

export interface SentinelReplica {
  readonly address: Address;
  /** It answers the sentinel. */
  readonly up: boolean;
  readonly linkUp: boolean;
  readonly priority: number;
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-api */
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

/** Null where the server refused the first question: it is no sentinel, or the ACL is in the way. */
export function parseSentinel([address, master, replicas, sentinels, id]: readonly (Raw | undefined)[]): SentinelView | null {
  if (address instanceof Error || address === undefined) return null;
  const [host, port] = listOf(address);
  const facts = fieldsOf(master);
  const leads = flagsOf(facts).includes('failover_in_progress');
  const all = listOf(replicas).map(fieldsOf);
  const promoted = leads ? all.find((fields) => flagsOf(fields).includes('promoted')) : undefined;
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
    sentinels: listOf(sentinels).flatMap((raw) => {
      const fields = fieldsOf(raw);
      const place = addressOf(fields.get('ip'), fields.get('port'));
      return place === null ? [] : [{ id: textOf(fields.get('runid')), address: place }];
    }),
  };
}

function flagsOf(fields: ReadonlyMap<string, Raw>): string[] {
  return (textOf(fields.get('flags')) ?? '').split(',');
}

/** A primary that sentinels name, with what the first of them says besides. */
export interface Candidate {
  readonly primary: Address;
  readonly view: SentinelView;
  /** Named by nobody yet: it counts only if it says itself that it is a primary. */
  readonly underWay: boolean;
}

/**
 * Whom the newest of the answers name, most named first. An older config epoch never counts while a newer one is reported: during a failover the
 * leading sentinel names the new primary before the others have heard of it. Whom that one is promoting comes first of all: from the moment that
 * replica is a primary, what the old one acknowledges is lost, and up to a second passes until the sentinel has seen it and names it.
 */
export function candidatesOf(views: readonly SentinelView[]): Candidate[] {
  const naming = views.filter((view): view is SentinelView & { primary: Address } => view.primary !== null);
  const epoch = Math.max(...naming.map((view) => view.epoch));
  const byAddress = new Map<string, { candidate: Candidate; votes: number }>();
  for (const view of naming) {
    if (view.epoch < epoch) continue;
    const key = addressKey(view.primary);
    const known = byAddress.get(key);
    const candidate = known?.candidate ?? { primary: view.primary, view, underWay: false };
    byAddress.set(key, { candidate, votes: (known?.votes ?? 0) + 1 });
  }
  const named = [...byAddress.values()].sort((a, b) => b.votes - a.votes).map(({ candidate }) => candidate);
  const promoting = naming.flatMap((view): Candidate[] =>
    view.promoting === null || view.epoch < epoch || byAddress.has(addressKey(view.promoting))
      ? []
      : [{ primary: view.promoting, view, underWay: true }],
  );
  return [...promoting, ...named];
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#pubsub-messages — what can change whom we should talk to. */
export const EVENTS: readonly string[] = [
  '+switch-master',
  '+selected-slave',
  '+failover-state-send-slaveof-noone',
  '+failover-state-wait-promotion',
  '-failover-abort-slave-timeout',
  '+promoted-slave',
  '+failover-state-reconf-slaves',
  '+failover-end',
  '+failover-end-for-timeout',
  '+sdown',
  '-sdown',
  '+odown',
  '-odown',
  '+slave',
  '+slave-reconf-done',
  '+convert-to-slave',
  '+role-change',
  '-role-change',
  '+reboot',
  '+sentinel',
  '+sentinel-address-switch',
  '+reset-master',
  '+monitor',
  '-monitor',
];

/** Those after which a replica becomes a primary within milliseconds, or has: what the old one acknowledges from then on is lost. */
export const PROMOTION_EVENTS: ReadonlySet<string> = new Set([
  '+selected-slave',
  '+failover-state-send-slaveof-noone',
  '+failover-state-wait-promotion',
  '+promoted-slave',
  '+switch-master',
]);

/**
 * `<type> <name> <ip> <port> @ <master> …`, where the part from `@` on is missing if `name` is the master's itself; `+switch-master` has
 * `<master> <old ip> <old port> <new ip> <new port>`. Null where the group is not named.
 */
export function groupOfEvent(channel: string, payload: string): string | null {
  const words = payload.split(' ');
  if (channel === '+switch-master') return words[0] ?? null;
  const at = words.indexOf('@');
  if (at !== -1) return words[at + 1] ?? null;
  return words[0] === 'master' ? (words[1] ?? null) : null;
}
