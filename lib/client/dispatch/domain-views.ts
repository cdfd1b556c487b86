import { CommandRefusedError } from '../../errors.js';
import type { Domain } from '../../options/domains.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { argText } from '../../protocol/resp/text.js';
import { DomainTable } from '../../routing/keys/domain-table.js';
import type { Partition } from '../../routing/keys/multi-shard.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import { slottingOf, type View, type ViewPlace } from '../view.js';

/** Views of a client by domain: finds the domain of a command by its keys, and the view for it. */
export class DomainViews {
  readonly table: DomainTable;
  readonly #views = new WeakMap<View, Map<Domain, View>>();

  /** `makeView`: makes a view of the same client. */
  constructor(
    private readonly domains: readonly Domain[],
    private readonly slotting: Slotting | null,
    private readonly makeView: (options: View['options'], place: ViewPlace) => View,
  ) {
    this.table = new DomainTable(domains);
  }

  /** The view that the command goes through: in the domain of its keys. Throws if they belong to several. */
  viewFor(spec: CommandSpec, args: readonly Arg[], view: View): View {
    const domain = this.table.hasPatterns && view.domain === null ? this.#domainOf(spec, args, view) : null;
    if (domain === null) return view;
    let views = this.#views.get(view);
    if (views === undefined) {
      views = new Map();
      this.#views.set(view, views);
    }
    let own = views.get(domain);
    if (own === undefined) {
      own = this.makeView(view.options, { ...view, domain }).withMode(view.mode);
      views.set(domain, own);
    }
    return own;
  }

  /** Numbers the keys by slot and domain: one command must not have keys with different numbers. Null: all keys may be together. */
  partitionOf(view: View): Partition | null {
    const slotting = slottingOf(view, this.slotting);
    const { count: slots, slotsBind } = slotting ?? { count: 1, slotsBind: true };
    const slotOf = (key: Arg): number => slotting?.slotOf(key) ?? 0;
    if (!this.table.hasPatterns || view.domain !== null) return slotting === null ? null : { slots, slotsBind, groupOf: slotOf };
    const groupOf = (key: Arg): number => {
      const domain = this.#domainOfKey(key, view);
      return slotOf(key) + slots * (domain === null ? 0 : 1 + this.domains.indexOf(domain));
    };
    return { slots, slotsBind, groupOf };
  }

  #domainOfKey(key: Arg, view: View): Domain | null {
    const name = argText(key);
    return this.table.ofKey(view.prefix?.strip(name) ?? name);
  }

  /** The one domain among those of the command's keys. */
  #domainOf(spec: CommandSpec, args: readonly Arg[], view: View): Domain | null {
    const only = spec.firstKey >= 0 && spec.firstKey === spec.lastKey ? args[spec.firstKey] : undefined;
    if (only !== undefined) return this.#domainOfKey(only, view);
    const keys = keyIndexes(spec, args).map((index) => args[index] ?? '');
    const found = new Set(keys.flatMap((key) => this.#domainOfKey(key, view) ?? []));
    const [domain = null] = found;
    if (found.size < 2) return domain;
    const names = [...found].map(({ name }) => name).join(' and ');
    throw new CommandRefusedError(`${spec.name}: its keys belong to the domains ${names}; say which with domain(name)`, {
      command: spec.name,
    });
  }
}
