import { OptionsError } from '../../errors.js';
import type { ViewOptions } from '../../options/client-options.js';
import type { Options } from '../../options/defaults.js';
import type { Domain } from '../../options/domains.js';
import type { Offload } from '../../options/offload.js';
import { READ_CATEGORIES } from '../../protocol/catalog/categories.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import { command, findCommand } from '../../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, READONLY } from '../../protocol/command-spec.js';
import { policyOf, type ReadPolicy } from './read-preference.js';

/** The read policies of offloaded commands, by name. */
export type Offloaded = ReadonlyMap<string, ReadPolicy>;

type Limits = Pick<ViewOptions, 'maxLagMs' | 'maxLagBytes'>;

const SORT = command('SORT');
const SORT_RO = command('SORT_RO');

/**
 * The names that an entry means. Throws an `OptionsError` for a command that does not only read: another node would refuse it, or lose its
 * write.
 */
export function offloadedNames(commands: readonly string[], path: string): readonly string[] {
  return commands.flatMap((given, at) => {
    const where = `${path}.commands[${at}]`;
    if (given.startsWith('@')) {
      const category = given.toLowerCase();
      const names = Object.hasOwn(READ_CATEGORIES, category) ? READ_CATEGORIES[category] : undefined;
      if (names === undefined) throw new OptionsError(where, `one of ${Object.keys(READ_CATEGORIES).join(', ')}`, given);
      return names.split(',');
    }
    const spec = findCommand(given);
    // Without STORE it only reads, and then SORT_RO does the same.
    if (spec === SORT) return [SORT_RO.name];
    if (spec === undefined) throw new OptionsError(where, 'the name of a command, or a category such as @slow', given);
    if ((spec.flags & READONLY) === 0) throw new OptionsError(where, 'a command that only reads', given);
    return [spec.name];
  });
}

/** The offloaded commands of a client, by domain. Made with the client, so that a mistake in the options throws at once. */
export class OffloadTable {
  readonly #options: Options;
  readonly #names = new Map<Offload, readonly string[]>();
  readonly #byDomain = new Map<Domain | null, Offloaded | null>();

  constructor(options: Options) {
    this.#options = options;
    this.#read(options.offload, 'options.offload');
    for (const { name, offload } of options.domains) this.#read(offload, `options.domains.${name}.offload`);
    for (const domain of [null, ...options.domains]) this.#byDomain.set(domain, this.#policies(domain, {}));
  }

  /** The offloaded commands of a view; null: none. Its own limits hold for them, too; with `reads` of its own it offloads none. */
  of(domain: Domain | null, { reads, maxLagMs, maxLagBytes }: Pick<ViewOptions, 'reads'> & Limits): Offloaded | null {
    const known = this.#byDomain.get(domain) ?? null;
    if (known === null || reads !== undefined) return null;
    if (maxLagMs === undefined && maxLagBytes === undefined) return known;
    return this.#policies(domain, { ...(maxLagMs !== undefined && { maxLagMs }), ...(maxLagBytes !== undefined && { maxLagBytes }) });
  }

  #read(list: readonly Offload[], path: string): void {
    for (const [at, entry] of list.entries()) {
      this.#names.set(entry, offloadedNames(entry.commands, list.length === 1 ? path : `${path}[${at}]`));
    }
  }

  #policies(domain: Domain | null, limits: Limits): Offloaded | null {
    const entries = [...(domain?.offload ?? []), ...this.#options.offload];
    if (entries.length === 0) return null;
    const policies = new Map<string, ReadPolicy>();
    for (const entry of entries) {
      const policy = this.#policyOf(entry, domain, limits);
      for (const name of this.#names.get(entry) ?? []) if (!policies.has(name)) policies.set(name, policy);
    }
    return policies;
  }

  #policyOf({ replicas, fallback, maxLagMs, maxLagBytes }: Offload, domain: Domain | null, limits: Limits): ReadPolicy {
    const given = domain ?? this.#options;
    const own = {
      reads: 'replica',
      replicas,
      fallback,
      maxLagMs: maxLagMs ?? given.maxLagMs,
      maxLagBytes: maxLagBytes ?? given.maxLagBytes,
      zone: given.zone,
      latencyWindowMs: given.latencyWindowMs,
    } as const;
    return policyOf(this.#options, own, limits);
  }
}

/**
 * The command that is sent where `offloaded` holds: `SORT_RO` for `SORT` without STORE, which only reads, though the servers take `SORT`
 * for a write.
 */
export function readingForm(spec: CommandSpec, args: readonly Arg[], offloaded: Offloaded): CommandSpec {
  return spec === SORT && offloaded.has(SORT_RO.name) && keyIndexes(spec, args).length === 1 ? SORT_RO : spec;
}
