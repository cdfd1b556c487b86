import { GuardError } from '../../errors.js';
import type { Domain } from '../../options/domains.js';
import { compilePattern, type Pattern } from '../../options/wildcard.js';
import { keyIndexes, keysAreKnown, sortPatternIndexes } from '../../protocol/catalog/keys.js';
import { ADMIN, type Arg, type CommandSpec, PUBSUB, READONLY, SCRIPT, WRITE } from '../../protocol/command-spec.js';
import { argText } from '../../protocol/resp/text.js';
import type { DomainTable } from './domain-table.js';

type AccessMode = 'read' | 'write';

/** The access of a command to a key, or to all keys that a glob-style pattern matches. */
interface KeyAccess {
  readonly access: AccessMode;
  /** The key as the program names it; of a pattern, with `WILDCARD` for characters that it leaves open. */
  readonly name: string;
  /** The key or pattern as the caller wrote it; null: every key. */
  readonly shown: string | null;
}

/** Stands for unknown characters in a pattern. U+FFFF is no character, so that no pattern of a guard has it as a literal. */
const WILDCARD = '\uffff';
const EVERY_KEY = { name: WILDCARD, shown: null } as const;

/**
 * Commands that write, and only read some of their keys. The servers' own key specs say so; the test compares.
 * https://redis.io/docs/latest/develop/reference/key-specs/
 */
export const WRITTEN_KEYS: Readonly<Record<string, 'first' | 'rest' | 'none'>> = {
  BITOP: 'first',
  COPY: 'rest',
  GEORADIUS: 'rest',
  GEORADIUSBYMEMBER: 'rest',
  GEOSEARCHSTORE: 'first',
  PFMERGE: 'first',
  SDIFFSTORE: 'first',
  SINTERSTORE: 'first',
  SORT: 'rest',
  SUNIONSTORE: 'first',
  WATCH: 'none',
  ZDIFFSTORE: 'first',
  ZINTERSTORE: 'first',
  ZRANGESTORE: 'first',
  ZUNIONSTORE: 'first',
};

/** The accesses of a command to keys, whose arguments have no prefix yet. A command whose keys are unknown accesses every key. */
export function keyAccessesOf(spec: CommandSpec, args: readonly Arg[]): readonly KeyAccess[] {
  const { name, flags } = spec;
  // Channels are no keys.
  if ((flags & PUBSUB) !== 0) return [];
  const access: AccessMode = (flags & READONLY) !== 0 ? 'read' : 'write';
  if (name === 'KEYS') return args.map((pattern) => globAccess(access, pattern));
  if (name === 'SCAN' || name === 'CLUSTERSCAN') return [scanAccess(access, args)];
  if (!keysAreKnown(spec)) return [{ access, ...EVERY_KEY }];
  const indexes = keyIndexes(spec, args);
  if (indexes.length === 0) return (flags & (READONLY | WRITE | SCRIPT | ADMIN)) === 0 ? [] : [{ access, ...EVERY_KEY }];
  const written = WRITTEN_KEYS[name];
  const accesses = indexes.map((index, order): KeyAccess => {
    const word = argText(args[index] ?? '');
    const reads = written === 'none' || (written === 'first' && order > 0) || (written === 'rest' && order === 0);
    return { access: reads ? 'read' : access, name: word, shown: word };
  });
  if (name !== 'SORT' && name !== 'SORT_RO') return accesses;
  // The star stands for an element; what follows `->` is a field of the key. Without a star no key is read.
  const patterns = sortPatternIndexes(args).map((index) => argText(args[index] ?? '').replace(/->.*$/s, ''));
  const external = patterns.filter((pattern) => pattern.includes('*'));
  return [...accesses, ...external.map((shown): KeyAccess => ({ access: 'read', name: shown.replaceAll('*', WILDCARD), shown }))];
}

/** `cursor [MATCH pattern] …`; the last pattern counts. */
function scanAccess(access: AccessMode, args: readonly Arg[]): KeyAccess {
  let scanned: KeyAccess = { access, ...EVERY_KEY };
  for (let at = 1; at + 1 < args.length; at += 2) {
    if (argText(args[at] ?? '').toUpperCase() === 'MATCH') scanned = globAccess(access, args[at + 1] ?? '');
  }
  return scanned;
}

/**
 * The access by a glob-style pattern. A guard's pattern that matches its name, `WILDCARD` included, matches every key that the glob
 * matches.
 */
function globAccess(access: AccessMode, pattern: Arg): KeyAccess {
  const shown = argText(pattern);
  const name = shown.replaceAll(/\\([\s\S])|\*+|\?|\[(?:\\[\s\S]|[^\]\\])*\]?/g, (_, literal: string | undefined) => literal ?? WILDCARD);
  return { access, name, shown };
}

/** The guards of a client's domains. */
export class GuardTable {
  readonly #guards: ReadonlyMap<Domain, Readonly<Record<AccessMode, readonly Pattern[]>>>;

  private constructor(
    private readonly domains: DomainTable,
    guarded: readonly Domain[],
  ) {
    this.#guards = new Map(
      guarded.map((domain) => [
        domain,
        { read: (domain.guard?.read ?? []).map(compilePattern), write: (domain.guard?.write ?? []).map(compilePattern) },
      ]),
    );
  }

  /** The guards of the domains; null where none has one, and nothing is to be checked. */
  static of(domains: DomainTable, all: readonly Domain[]): GuardTable | null {
    const guarded = all.filter(({ guard }) => guard !== null);
    return guarded.length === 0 ? null : new GuardTable(domains, guarded);
  }

  /** Throws a `GuardError` for a command that its domain does not let through. `named`: the domain the caller named; null: by the keys. */
  check(spec: CommandSpec, args: readonly Arg[], named: Domain | null): void {
    // Arity 0: the keys of the command are not known yet. It is checked again when they are.
    if (spec.arity === 0 || (named !== null && !this.#guards.has(named))) return;
    const accesses = keyAccessesOf(spec, args);
    if (named !== null) {
      for (const access of accesses) this.#checkAccess(spec, access, named);
      return;
    }
    const owners = accesses.map(({ shown }) => (shown === null ? null : this.domains.ofKey(shown)));
    // A command that may be split becomes several, each with the keys of one domain.
    const isSplit = spec.request === 'multi_shard';
    for (const domain of new Set(owners)) {
      if (domain === null || !this.#guards.has(domain)) continue;
      for (const [at, access] of accesses.entries()) if (!isSplit || owners[at] === domain) this.#checkAccess(spec, access, domain);
    }
  }

  #checkAccess({ name: command }: CommandSpec, { access, name, shown }: KeyAccess, domain: Domain): void {
    const patterns = this.#guards.get(domain)?.[access] ?? [];
    if (patterns.some((pattern) => pattern.matches(name))) return;
    const list = patterns.length === 0 ? 'nothing' : patterns.map(({ text }) => text).join(', ');
    const what = shown === null ? 'keys that it does not name' : JSON.stringify(shown);
    throw new GuardError(`${command}: the guard of domain ${domain.name} lets it ${access} ${list}, not ${what}`, {
      domain: domain.name,
      access,
      key: shown,
      command,
    });
  }
}
