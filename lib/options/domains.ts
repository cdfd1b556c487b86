import { OptionsError } from '../errors.js';
import { checkGuard, checkKeyPatterns, type Guard, type GuardOptions, MOST_PATTERNS, resolveGuard } from './guard.js';
import type { NodeRule } from './nodes.js';
import { checkOffload, type Offload, type OffloadOptions } from './offload.js';
import {
  checkLatencyWindowMs,
  checkMaxLagBytes,
  checkMaxLagMs,
  checkReads,
  type ReadFunction,
  type ReadLimits,
  type ReadMode,
} from './reads.js';
import { checkFallback, checkReplicas, type Fallback, type ReplicaSet, refuseUnknownTags } from './replica-sets.js';
import { type Check, type ChecksOf, flag, member, milliseconds, recordOf, refuseText, refuseValue, shape } from './validate.js';
import { compilePattern, overlap } from './wildcard.js';

/** A part of the keys with read rules and limits of its own. */
export interface DomainOptions extends ReadLimits {
  /** Key patterns (`*` stands for any run of characters) of the keys that belong to the domain; the longest literal part wins. */
  readonly keys?: readonly string[] | string;
  /** Default: the client's `reads`. */
  readonly reads?: ReadMode | ReadFunction;
  /** Replicas for its reads: one set, or an ordered list of which the first with a usable replica wins. Default: every replica. */
  readonly replicas?: ReplicaSet | readonly ReplicaSet[];
  /** Default: none, reads wait for a usable replica until the deadline. */
  readonly fallback?: readonly Fallback[];
  /** Zone to prefer instead of the client's. Empty: none. Default: the client's `zone`. */
  readonly zone?: string;
  /**
   * Only nodes whose round trip is at most so much longer than the shortest, in ms. 0: no window. Default: the client's `latencyWindowMs`.
   */
  readonly latencyWindowMs?: number;
  /** Deadline of its commands in ms. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Stands before its keys on the server, instead of the client's. Empty: none. Default: the client's `keyPrefix`. */
  readonly keyPrefix?: string;
  /**
   * Commands of this domain that read elsewhere than the others. They win over the client's `offload`. Default: none. See docs/offload.md.
   */
  readonly offload?: OffloadOptions | readonly OffloadOptions[];
  /** A read that takes long is asked of a second node, too. Default: the client's `hedge`. */
  readonly hedge?: boolean;
  /** Refuses commands of this domain, before they are sent, that touch other keys than these. Default: none. See docs/guard.md. */
  readonly guard?: GuardOptions;
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
  readonly guard: Guard | null;
}

export const checkTimeoutMs = milliseconds(0, 'none');

/** Refuses a star, which the patterns of SORT cannot escape, and lone surrogates, which have no bytes of their own. */
export const checkKeyPrefix: Check<string> = (value, path) =>
  typeof value === 'string' && !value.includes('*') && Buffer.from(value).toString() === value
    ? value
    : typeof value === 'string'
      ? refuseText(path, 'text without *', value)
      : refuseValue(path, 'text without *', value);

/** Takes an empty text, which means no zone where one would be inherited. */
const checkZone: Check<string> = (value, path) => (typeof value === 'string' ? value : refuseValue(path, 'the name of a zone', value));

const checkDomain = shape(
  {
    keys: checkKeyPatterns,
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
    guard: checkGuard,
  } satisfies ChecksOf<DomainOptions>,
  'the options of a domain',
);

export const checkDomains = recordOf(checkDomain, 'an object of domains by name');
/** The client's options that a domain inherits. */
interface Inherited extends Pick<Domain, 'reads' | 'maxLagMs' | 'maxLagBytes' | 'zone' | 'latencyWindowMs'> {
  readonly timeoutMs: number;
  readonly keyPrefix: string | null;
  readonly hedge: boolean;
  readonly nodes: readonly NodeRule[];
}

/** The domains with all they inherit. Throws for the first mistake that the check of one option cannot see. */
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
      guard: options.guard === undefined ? null : resolveGuard(options.guard, options.keys, `${at}.guard`),
    };
    refuseWithoutEffect(result, options, options.reads === undefined ? `${path}.reads` : `${at}.reads`, at);
    for (const { replicas } of [result, ...result.offload]) refuseUnknownTags(replicas, inherited.nodes, at);
    return result;
  });
  refuseAmbiguousKeys(domains, path);
  return domains;
}

/** Throws for a read rule without effect: reads of that domain would load the primary, which the rule is to spare. */
function refuseWithoutEffect(domain: Domain, given: Omit<DomainOptions, 'offload' | 'guard'>, readsPath: string, at: string): void {
  if (domain.reads !== 'primary') return;
  const names = ['replicas', 'fallback', 'maxLagMs', 'maxLagBytes', 'zone', 'latencyWindowMs'] as const;
  const option = names.find((name) => (Array.isArray(given[name]) ? given[name].length > 0 : Boolean(given[name])));
  if (option === undefined) return;
  throw new OptionsError(`${at}.${option}`, `has no effect while ${readsPath} is primary; set ${at}.reads to replica or another mode`);
}

/** Throws for two patterns that rank equally and can match one key, which would have two domains. */
function refuseAmbiguousKeys(domains: readonly Domain[], path: string): void {
  const patterns = domains.flatMap(({ name, keys }) => keys.map((key) => ({ name, pattern: compilePattern(key) })));
  if (patterns.length > MOST_PATTERNS) {
    throw new OptionsError(`${path}.domains`, `expected at most ${MOST_PATTERNS} patterns of keys, got ${patterns.length}`);
  }
  const ranks = new Map<number, typeof patterns>();
  for (const b of patterns) {
    const equals = ranks.get(b.pattern.literalLength) ?? [];
    for (const a of equals) {
      if (a.name === b.name || !overlap(a.pattern, b.pattern)) continue;
      const problem = `the patterns ${a.pattern.text} of ${a.name} and ${b.pattern.text} of ${b.name} can match one key, and neither is longer`;
      throw new OptionsError(`${path}.domains`, problem);
    }
    equals.push(b);
    ranks.set(b.pattern.literalLength, equals);
  }
}
