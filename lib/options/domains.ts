import { OptionsError } from '../errors.js';
import { compileAddressPattern } from './address-pattern.js';
import {
  checkLatencyWindowMs,
  checkMaxLagBytes,
  checkMaxLagMs,
  checkReads,
  type ReadFunction,
  type ReadLimits,
  type ReadMode,
} from './reads.js';
import { type Check, flag, integer, listOf, member, milliseconds, oneOf, recordOf, refuse, shape, text } from './validate.js';
import { compilePattern, overlap } from './wildcard.js';

/** A set of replicas, narrowed by every field that is given. With `nearest`, of primary and replicas. */
export interface ReplicaSet {
  /** The node has all of these tags (see `nodes`). */
  readonly tags?: Readonly<Record<string, string>>;
  /** As in `nodes[].match`: `host:port`, `host`, a subnet, or a pattern in which `*` stands for any run of characters: `10.0.1.*:6379`. */
  readonly addresses?: readonly string[];
}

/** What a domain does when no replica of its sets is usable, tried in order. */
export type Fallback = 'anyReplica' | 'primary';

export interface DomainOptions extends ReadLimits {
  /** Key patterns (`*` stands for any run of characters) of the keys that belong to the domain; the longest literal part wins. */
  readonly keys?: readonly string[] | string;
  /** Default: the client's `reads`. */
  readonly reads?: ReadMode | ReadFunction;
  /** Where its reads may go: one set, or an ordered list of which the first with a usable replica wins. Default: every replica. */
  readonly replicas?: ReplicaSet | readonly ReplicaSet[];
  /** Default: none, reads wait for a usable replica until the deadline. */
  readonly fallback?: readonly Fallback[];
  /** Zone to prefer instead of the client's. Empty: none. Default: the client's `zone`. */
  readonly zone?: string;
  /** Only nodes whose round trip is at most so much longer than the shortest, in ms. 0: no window. Default: the client's `latencyWindowMs`. */
  readonly latencyWindowMs?: number;
  /** Deadline of its commands in ms. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Stands before its keys on the server, instead of the client's. Empty: none. Default: the client's `keyPrefix`. */
  readonly keyPrefix?: string;
  /** Commands of this domain that read elsewhere than the others. They win over the client's `offload`. Default: none. See docs/offload.md. */
  readonly offload?: OffloadOptions | readonly OffloadOptions[];
  /** A read that takes long is asked of a second node, too. Default: the client's `hedge`. */
  readonly hedge?: boolean;
  /** Refuses commands of this domain, before they are sent, that touch other keys than these. Default: none. See docs/guard.md. */
  readonly guard?: GuardOptions;
}

/** Where slow or heavy commands that only read go, so as to leave the other nodes alone. */
export interface OffloadOptions extends ReadLimits {
  /** Names, such as `KEYS`, and categories, such as `@slow`. Of several entries the first that names a command counts. */
  readonly commands: readonly string[] | string;
  /** One set, or an ordered list of which the first with a usable replica wins. Default: every replica. */
  readonly replicas?: ReplicaSet | readonly ReplicaSet[];
  /** Default: none, they wait for a usable replica until the deadline. */
  readonly fallback?: readonly Fallback[];
}

/** The same after validation. The limits are null where they are those of the domain or client. */
export interface Offload {
  readonly commands: readonly string[];
  readonly replicas: readonly ReplicaSet[];
  readonly fallback: readonly Fallback[];
  readonly maxLagMs: number | null;
  readonly maxLagBytes: number | null;
}

/** Key patterns as in `keys`, before the key prefix is added. */
export interface GuardOptions {
  /** Default: the domain's `keys`. An empty list: nothing. */
  readonly read?: readonly string[] | string;
  /** Default: the domain's `keys`. An empty list: nothing. */
  readonly write?: readonly string[] | string;
}

/** Facts about nodes that the servers do not tell. The first rule that matches a node applies. */
export interface NodeRule {
  /** `host:port`, `host`, a pattern with `*`, or a subnet such as `10.0.1.0/24`. */
  readonly match: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Tier: reads use the lowest one that has a usable node. Default 0. */
  readonly priority?: number;
  /** Share of the reads among nodes that would do equally well. Default 1. */
  readonly weight?: number;
  /** Wins over the `availability_zone` that the server tells (Valkey 8 and newer). */
  readonly zone?: string;
}

/** A domain after validation: nothing optional is left. */
export interface Domain {
  readonly name: string;
  readonly keys: readonly string[];
  readonly reads: ReadMode | ReadFunction;
  /** Empty: every replica. */
  readonly replicas: readonly ReplicaSet[];
  readonly fallback: readonly Fallback[];
  /** 0: no limit. */
  readonly maxLagMs: number;
  readonly maxLagBytes: number;
  readonly zone: string | null;
  /** 0: none; null: as the mode has it. */
  readonly latencyWindowMs: number | null;
  readonly timeoutMs: number;
  readonly keyPrefix: string | null;
  readonly offload: readonly Offload[];
  readonly hedge: boolean;
  readonly guard: { readonly read: readonly string[]; readonly write: readonly string[] } | null;
}

/** A check for every field of `T`: one that is added to the types cannot be forgotten here. */
export type ChecksOf<T> = { readonly [Name in keyof T]-?: Check<unknown> };

export const checkTimeoutMs = milliseconds(0, 'none');

/** A star would be one in the patterns of SORT, which have no escape. Lone surrogates have no bytes of their own. */
export const checkKeyPrefix: Check<string> = (value, path) =>
  typeof value === 'string' && !value.includes('*') && Buffer.from(value).toString() === value
    ? value
    : refuse(path, 'text without *', value);

/** Empty: no zone, where there would be one otherwise. */
const checkZone: Check<string> = (value, path) => (typeof value === 'string' ? value : refuse(path, 'the name of a zone', value));

const tags = recordOf(text, 'an object of tags such as { use: "video" }');

const addressPattern: Check<string> = (value, path) =>
  typeof value === 'string' && compileAddressPattern(value) !== null
    ? value
    : refuse(path, 'host:port, a host, a pattern with * or a subnet such as 10.0.1.0/24', value);

/** An empty list could mean everything as well as nothing. */
const notEmpty =
  <T>(check: Check<readonly T[]>, expected: string): Check<readonly T[]> =>
  (value, path) => {
    const list = check(value, path);
    return list.length > 0 ? list : refuse(path, expected, value);
  };

const addresses = listOf(addressPattern, 'a list of addresses such as ["10.0.1.*:6379"]');
const replicaSet = shape(
  { tags, addresses: notEmpty(addresses, 'at least one address') } satisfies ChecksOf<ReplicaSet>,
  'a set of replicas such as { tags: { use: "video" } }',
);
const replicaSets = notEmpty(listOf(replicaSet, 'a list of sets of replicas'), 'at least one set of replicas');
const patternList = listOf(text, 'a key pattern or a list of them');
const patterns: Check<readonly string[]> = (value, path) => (typeof value === 'string' ? [text(value, path)] : patternList(value, path));
const steps = listOf(oneOf<Fallback>('anyReplica', 'primary'), 'a list of anyReplica and primary');

const checkReplicas: Check<readonly ReplicaSet[]> = (value, path) =>
  Array.isArray(value) ? replicaSets(value, path) : [replicaSet(value, path)];
const checkFallback: Check<readonly Fallback[]> = (value, path) => {
  const list = steps(value, path);
  return new Set(list).size === list.length ? list : refuse(path, 'every step at most once', value);
};

const commandNames = notEmpty(listOf(text, 'a command or a list of them'), 'at least one command');
const offload = shape(
  {
    commands: (value, path) => (typeof value === 'string' ? [text(value, path)] : commandNames(value, path)),
    replicas: checkReplicas,
    fallback: checkFallback,
    maxLagMs: checkMaxLagMs,
    maxLagBytes: checkMaxLagBytes,
  } satisfies ChecksOf<OffloadOptions>,
  'what to offload, such as { commands: ["KEYS", "@slow"] }',
);
const offloads = listOf(offload, 'what to offload, or a list of that');

/** Whether the commands are known and only read is for those to say who know commands. */
export const checkOffload: Check<readonly Offload[]> = (value, path) => {
  const list = Array.isArray(value) ? offloads(value, path) : [offload(value, path)];
  return list.map(({ commands, replicas = [], fallback = [], maxLagMs = null, maxLagBytes = null }) => {
    if (commands === undefined) throw new OptionsError(`${path}.commands`, 'expected names of commands or categories, got undefined');
    return { commands, replicas, fallback, maxLagMs, maxLagBytes };
  });
};

const domain = shape(
  {
    keys: patterns,
    reads: checkReads,
    replicas: checkReplicas,
    fallback: checkFallback,
    maxLagMs: checkMaxLagMs,
    maxLagBytes: checkMaxLagBytes,
    zone: checkZone,
    latencyWindowMs: checkLatencyWindowMs,
    timeoutMs: checkTimeoutMs,
    keyPrefix: checkKeyPrefix,
    offload: checkOffload,
    hedge: flag,
    guard: shape({ read: patterns, write: patterns } satisfies ChecksOf<GuardOptions>, 'a guard such as { write: "video:*" }'),
  } satisfies ChecksOf<DomainOptions>,
  'the options of a domain',
);

export const checkDomains = recordOf(domain, 'an object of domains by name');
const weight: Check<number> = (value, path) =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY ? value : refuse(path, 'a number above 0', value);

export const checkNodes = listOf(
  shape(
    { match: addressPattern, tags, priority: integer(0, 1_000_000), weight, zone: text } satisfies ChecksOf<NodeRule>,
    'a rule such as { match: "10.0.1.0/24", tags: { use: "video" } }',
  ),
  'a list of rules',
);

/** A rule without `match` would match nothing. */
export function resolveNodes(given: ReturnType<typeof checkNodes>, path: string): readonly NodeRule[] {
  return given.map((rule, i) => ({
    ...rule,
    match: rule.match ?? refuse(`${path}.nodes[${i}].match`, 'an address, a pattern or a subnet', rule.match),
  }));
}

interface Inherited extends Pick<Domain, 'reads' | 'maxLagMs' | 'maxLagBytes' | 'zone' | 'latencyWindowMs'> {
  readonly timeoutMs: number;
  readonly keyPrefix: string | null;
  readonly hedge: boolean;
  readonly nodes: readonly NodeRule[];
}

export function resolveDomains(given: ReturnType<typeof checkDomains>, inherited: Inherited, path: string): readonly Domain[] {
  const domains = Object.entries(given).map(([name, options]): Domain => {
    const at = member(`${path}.domains`, name);
    const result: Domain = {
      name,
      keys: options.keys ?? [],
      reads: options.reads ?? inherited.reads,
      replicas: options.replicas ?? [],
      fallback: options.fallback ?? [],
      maxLagMs: options.maxLagMs ?? inherited.maxLagMs,
      maxLagBytes: options.maxLagBytes ?? inherited.maxLagBytes,
      zone: (options.zone ?? inherited.zone) || null,
      latencyWindowMs: options.latencyWindowMs ?? inherited.latencyWindowMs,
      timeoutMs: options.timeoutMs ?? inherited.timeoutMs,
      keyPrefix: (options.keyPrefix ?? inherited.keyPrefix) || null,
      offload: options.offload ?? [],
      hedge: options.hedge ?? inherited.hedge,
      guard: guardOf(options.guard, options.keys, `${at}.guard`),
    };
    refuseWithoutEffect(result, options, options.reads === undefined ? `${path}.reads` : `${at}.reads`, at);
    for (const { replicas } of [result, ...result.offload]) refuseUnknownTags(replicas, inherited.nodes, at);
    return result;
  });
  refuseAmbiguousKeys(domains, path);
  return domains;
}

/** A side that is left out is that of the domain's own keys: a guard that would let everything through by an oversight is none. */
function guardOf(given: GuardOptions | undefined, own: readonly string[] | undefined, path: string): Domain['guard'] {
  if (given === undefined) return null;
  const side = (name: 'read' | 'write'): readonly string[] => {
    const list = given[name] ?? own;
    if (list === undefined) throw new OptionsError(`${path}.${name}`, 'expected key patterns, for the domain has no keys of its own');
    return typeof list === 'string' ? [list] : list;
  };
  return { read: side('read'), write: side('write') };
}

/** What has no effect is a mistake: reads of that domain would load the primary, which its author wanted to spare. */
function refuseWithoutEffect(domain: Domain, given: Omit<DomainOptions, 'offload' | 'guard'>, readsPath: string, at: string): void {
  if (domain.reads !== 'primary') return;
  const names = ['replicas', 'fallback', 'maxLagMs', 'maxLagBytes', 'zone', 'latencyWindowMs'] as const;
  const option = names.find((name) => (Array.isArray(given[name]) ? given[name].length > 0 : Boolean(given[name])));
  if (option === undefined) return;
  throw new OptionsError(`${at}.${option}`, `has no effect while ${readsPath} is primary; set ${at}.reads to replica or another mode`);
}

/** Tags come from the rules only, so a set whose tags no rule gives could never match a node. */
export function refuseUnknownTags(replicas: readonly ReplicaSet[], rules: readonly NodeRule[], at: string): void {
  for (const set of replicas) {
    const wanted = Object.entries(set.tags ?? {});
    if (rules.some((rule) => wanted.every(([tag, value]) => rule.tags?.[tag] === value)) || wanted.length === 0) continue;
    const list = wanted.map(([tag, value]) => `${tag}=${value}`).join(' and ');
    throw new OptionsError(`${at}.replicas`, `no rule of options.nodes gives a node the tags ${list}`);
  }
}

/** Patterns of equal literal length rank equally, so a key that both match would have two domains. */
function refuseAmbiguousKeys(domains: readonly Domain[], path: string): void {
  const patterns = domains.flatMap(({ name, keys }) => keys.map((key) => ({ name, pattern: compilePattern(key) })));
  for (const [i, a] of patterns.entries()) {
    for (const b of patterns.slice(i + 1)) {
      if (a.name === b.name || a.pattern.literalLength !== b.pattern.literalLength || !overlap(a.pattern, b.pattern)) continue;
      const problem = `the patterns ${a.pattern.text} of ${a.name} and ${b.pattern.text} of ${b.name} can match one key, and neither is longer`;
      throw new OptionsError(`${path}.domains`, problem);
    }
  }
}
