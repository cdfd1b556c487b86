import type { SentinelGroupState, SentinelNode } from '../../../../lib/admin/sentinel/sentinel-group.js';
import { parseSentinelReplies } from '../../../../lib/admin/sentinel/sentinel-view.js';
import { ReplyError } from '../../../../lib/errors.js';
import { type InventedServer, treeOf } from '../replication/invented-trees.js';

type Fields = Readonly<Record<string, string | number>>;

/** A sentinel at 10.0.1.<id>:26379 of an invented group that watches 10.0.0.1:6379 with the replicas 2 and 3. */
export interface InventedSentinel {
  readonly id: number;
  readonly down?: boolean;
  /** It does not watch the group. */
  readonly ignorant?: boolean;
  readonly host?: string;
  /** Which server it takes for the primary. Default 1. */
  readonly primary?: number;
  /** Changes to what it says of the primary. */
  readonly fields?: Fields;
  /** Which replicas it knows, with their flags. Default 2 and 3, well. */
  readonly replicas?: Readonly<Record<number, Fields>>;
  /** Which other sentinels it knows, with their flags. Default: all of the group. */
  readonly peers?: Readonly<Record<number, string>>;
  readonly info?: Fields;
  readonly noQuorum?: string;
}

const THREE: readonly InventedSentinel[] = [{ id: 1 }, { id: 2 }, { id: 3 }];
export const HEALTHY: readonly InventedServer[] = [{ id: 1 }, { id: 2, of: 1 }, { id: 3, of: 1 }];

/** Three sentinels with these changes to some and more sentinels, over these data servers. */
export function groupOf(
  changes: readonly InventedSentinel[] = [],
  servers: readonly InventedServer[] | null = HEALTHY,
): SentinelGroupState {
  const changed = THREE.map((one) => ({ ...one, ...changes.find(({ id }) => id === one.id) }));
  return groupOfExactly([...changed, ...changes.filter(({ id }) => id > 3)], servers);
}

export function groupOfExactly(
  sentinels: readonly InventedSentinel[],
  servers: readonly InventedServer[] | null = HEALTHY,
): SentinelGroupState {
  return {
    name: 'main',
    sentinels: sentinels.map((one) => nodeOf(one, sentinels)),
    tree: servers === null ? null : treeOf(...servers),
    treeProblem: servers === null ? 'connect ECONNREFUSED' : null,
  };
}

function nodeOf(one: InventedSentinel, all: readonly InventedSentinel[]): SentinelNode {
  const { id, down = false, ignorant = false, host = `10.0.1.${id}`, info = {}, noQuorum } = one;
  const node = { id: `sentinel${id}`, name: `${host}:26379`, address: { host, port: 26_379 }, isSeed: id === 1 };
  if (down) return { ...node, replies: null, problem: 'connect ECONNREFUSED' };
  const unknown = new ReplyError('ERR', 'ERR No such master with that name');
  const replies = ignorant ? [unknown, unknown, unknown] : watched(one, all);
  const fields = Object.entries({ redis_mode: 'sentinel', redis_version: '7.0.15', sentinel_tilt: 0, ...info });
  const text = fields.map(([name, value]) => `${name}:${value}`).join('\r\n');
  const ckquorum = noQuorum === undefined ? 'OK 3 usable Sentinels.' : new ReplyError('NOQUORUM', `NOQUORUM ${noQuorum}`);
  return { ...node, replies: parseSentinelReplies([...replies, `sentinel${id}`, ignorant ? unknown : ckquorum, text]), problem: null };
}

function watched(
  { id, primary = 1, fields = {}, replicas = { 2: {}, 3: {} }, peers }: InventedSentinel,
  all: readonly InventedSentinel[],
): string[][][] | [string[], string[][], string[][]] {
  const others =
    peers ??
    Object.fromEntries(
      all.filter((other) => other.id !== id).map((other) => [other.id, other.down === true ? 's_down,sentinel' : 'sentinel']),
    );
  return [
    pairs({
      name: 'main',
      ip: `10.0.0.${primary}`,
      port: 6379,
      flags: 'master',
      'config-epoch': 5,
      quorum: 2,
      'down-after-milliseconds': 5_000,
      'failover-timeout': 60_000,
      'parallel-syncs': 1,
      ...fields,
    }),
    Object.entries(replicas).map(([of, more]) => pairs({ ip: `10.0.0.${of}`, port: 6379, flags: 'slave', 'slave-priority': 100, ...more })),
    Object.entries(others).map(([of, flags]) =>
      pairs({ ip: all.find((other) => other.id === Number(of))?.host ?? `10.0.1.${of}`, port: 26_379, runid: `sentinel${of}`, flags }),
    ),
  ];
}

function pairs(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, value]) => [name, String(value)]);
}
