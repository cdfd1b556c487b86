import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { fieldsOf } from '../../protocol/resp/map-reply.js';
import { addressOf, infoOf, listOf, textOf } from '../../topology/replies.js';
import { numberAt } from '../health/info-fields.js';

/** A server as one sentinel describes it: the primary, a replica of it, or another sentinel. */
export interface WatchedServer {
  /** As announced; null: the sentinel does not know where it is. */
  readonly address: Address | null;
  /** `host:port` of that address. */
  readonly name: string;
  /** Run id of a data server, id of a sentinel; empty: not known yet. */
  readonly id: string;
  /** In the sentinel's own words: `master`, `s_down`, `o_down`, `disconnected`, `failover_in_progress`. */
  readonly flags: readonly string[];
  /** All that it says. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-api */
  readonly fields: ReadonlyMap<string, string>;
}

/** What one sentinel says of a group. */
export interface GroupView {
  readonly primary: WatchedServer;
  readonly replicas: readonly WatchedServer[];
  /** The other sentinels. */
  readonly peers: readonly WatchedServer[];
  /** How many sentinels must agree that the primary is down. */
  readonly quorum: number;
  readonly epoch: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
}

/** What one sentinel says of itself and of a group. */
export interface SentinelReplies {
  /** Empty: it does not say, as before 6.2. */
  readonly id: string;
  /** Null: it does not watch the group. */
  readonly view: GroupView | null;
  /** It has seen its clock jump, and acts on nothing for 30 s. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#tilt-mode */
  readonly tilt: boolean;
  readonly info: ReadonlyMap<string, string>;
  /** Its own judgement whether a failover can be decided on; null: it does not say. */
  readonly ckquorum: { readonly ok: boolean; readonly text: string } | null;
}

/** Commands whose replies `parseSentinelReplies` reads. */
export function viewCommands(group: string): readonly (readonly string[])[] {
  return [
    ['SENTINEL', 'MASTER', group],
    // `REPLICAS` is called `SLAVES` before 5.0; every release still knows the old name.
    ['SENTINEL', 'SLAVES', group],
    ['SENTINEL', 'SENTINELS', group],
    ['SENTINEL', 'MYID'],
    ['SENTINEL', 'CKQUORUM', group],
    ['INFO'],
  ];
}

/** Reads the replies of one sentinel, where a refused command has an error in its place. */
export function parseSentinelReplies([master, replicas, peers, id, ckquorum, info]: readonly (Raw | undefined)[]): SentinelReplies {
  const fields = infoOf(info);
  return {
    id: textOf(id ?? null) ?? '',
    view: master === undefined || master instanceof Error ? null : viewOf(master, replicas, peers),
    tilt: (fields.get('sentinel_tilt') ?? '0') !== '0',
    info: fields,
    ckquorum: quorumReply(ckquorum),
  };
}

function viewOf(master: Raw, replicas: Raw | undefined, peers: Raw | undefined): GroupView {
  const primary = watchedServer(master);
  const number = (name: string): number => numberAt(primary.fields, name) ?? 0;
  return {
    primary,
    replicas: listOf(replicas).map(watchedServer),
    peers: listOf(peers).map(watchedServer),
    quorum: number('quorum'),
    epoch: number('config-epoch'),
    downAfterMs: number('down-after-milliseconds'),
    failoverTimeoutMs: number('failover-timeout'),
  };
}

/** `OK 3 usable Sentinels. …` or an error `NOQUORUM 1 usable Sentinels. …` */
function quorumReply(reply: Raw | undefined): SentinelReplies['ckquorum'] {
  if (reply instanceof Error) return /^(NOQUORUM|NOGOODSLAVE)/.test(reply.message) ? { ok: false, text: reply.message } : null;
  const text = textOf(reply ?? null);
  return text === null ? null : { ok: true, text };
}

function watchedServer(raw: Raw): WatchedServer {
  const fields = new Map([...fieldsOf(raw)].map(([name, value]): [string, string] => [name, textOf(value) ?? '']));
  const address = addressOf(fields.get('ip'), fields.get('port'));
  return {
    address,
    name: address === null ? (fields.get('name') ?? 'a server without address') : addressKey(address),
    id: fields.get('runid') ?? '',
    flags: (fields.get('flags') ?? '').split(',').filter((flag) => flag !== ''),
    fields,
  };
}

/** It does not answer the sentinel that says so. */
export function isDown({ flags }: WatchedServer): boolean {
  return flags.includes('s_down') || flags.includes('o_down');
}

export function isFailingOver({ primary }: GroupView): boolean {
  return primary.flags.includes('failover_in_progress');
}
