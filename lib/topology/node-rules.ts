import { AddressRefusedError, OptionsError } from '../errors.js';
import { type Address, addressKey, parseAddress } from '../options/address.js';
import { type AddressMatcher, compileAddressPattern } from '../options/address-pattern.js';
import type { Options } from '../options/defaults.js';
import type { NodeRule } from '../options/nodes.js';
import { addressText } from '../options/secrets.js';
import { seedsOf } from '../options/topology.js';
import { disregard, thrownText } from '../util/user-function.js';
import type { NodeInfo, Role } from './snapshot.js';

/** Facts of a node as servers report them; `NodeRules` adds what the options say of it. */
interface NodeFacts {
  /** Id of the node; null: its key. */
  readonly id: string | null;
  /** Address to connect to: `NodeRules.address` has been applied. */
  readonly address: Address;
  /** Addresses of the node as servers announce it, before `addressMap`, and its other names. */
  readonly names: readonly Address[];
  readonly role: Role;
  readonly usable: boolean;
  /** Key of the node it replicates from. */
  readonly replicaOf: string | null;
  readonly depth: number;
  readonly priority: number;
}

type RuleOptions = Pick<Options, 'nodes' | 'addressMap' | 'allowedAddresses' | 'topology'>;

/** Facts that a rule gives the nodes it matches. Fields that it does not set are left out, because there may be thousands of nodes. */
type Traits = Pick<NodeInfo, 'tags' | 'tier' | 'weight' | 'zone'>;

interface Rule {
  readonly matches: AddressMatcher;
  readonly traits: Traits;
}

const NO_TRAITS: Traits = Object.freeze({ tags: Object.freeze({}) });

/** Most addresses that are reported, each once. */
const MAX_REPORTED = 16;

/**
 * The options `addressMap`, `allowedAddresses` and `nodes`, compiled: addresses are mapped and then refused or not, nodes get the tags,
 * priority, weight and zone of their rule.
 */
export class NodeRules {
  readonly #map: Options['addressMap'];
  readonly #rules: readonly Rule[];
  /** Null: every address is allowed. */
  readonly #allowed: readonly AddressMatcher[] | null;
  /** Keys of the servers that the options name, which are always allowed. */
  readonly #seeds: ReadonlySet<string>;
  readonly #failed: (error: AddressRefusedError | OptionsError) => void;
  /** Keys of the addresses that were refused and reported. */
  readonly #refused = new Set<string>();
  /** Keys of the addresses for which a mistake of the function in `addressMap` was reported. */
  readonly #mistaken = new Set<string>();

  /** `failed`: gets an error for each address that is refused or cannot be mapped, once. */
  constructor(options: RuleOptions, failed: (error: AddressRefusedError | OptionsError) => void = () => {}) {
    this.#failed = failed;
    this.#allowed =
      options.allowedAddresses === null ? null : options.allowedAddresses.flatMap((text) => compileAddressPattern(text) ?? []);
    this.#seeds = new Set(seedsOf(options.topology).map(addressKey));
    this.#map = options.addressMap;
    this.#rules = options.nodes.flatMap((rule): Rule[] => {
      const matches = compileAddressPattern(rule.match);
      return matches === null ? [] : [{ matches, traits: traitsOf(rule) }]; // null is refused when the options are resolved
    });
  }

  /**
   * Address to connect to for one that a server announced (in a MOVED, too); null: it is refused, or the function in `addressMap` makes a
   * mistake. The node is left out then, and the others are found.
   */
  address(announced: Address): Address | null {
    const address = this.addressOrMistake(announced);
    return address instanceof OptionsError ? null : address;
  }

  /** As `address`, but returns a mistake of the function in `addressMap`. */
  addressOrMistake(announced: Address): Address | OptionsError | null {
    const address = this.#mapped(announced);
    if (address instanceof OptionsError) {
      this.#report(addressKey(announced), this.#mistaken, address);
      return address;
    }
    if (this.#allowed === null || this.#seeds.has(addressKey(address)) || this.#allowed.some((matches) => matches(address))) return address;
    const key = addressKey(address);
    const problem = `a server names ${key}, which allowedAddresses does not allow: nothing is sent there`;
    this.#report(key, this.#refused, new AddressRefusedError(problem, { node: key }));
    return null;
  }

  /**
   * `; allowedAddresses refuses 10.0.0.9:6379`, for messages that say why no node was found; empty where no address was refused, and the
   * function in `addressMap` made no mistake.
   */
  get leftOut(): string {
    const list = (what: string, keys: ReadonlySet<string>): string => (keys.size === 0 ? '' : `; ${what} ${[...keys].join(', ')}`);
    return `${list('allowedAddresses refuses', this.#refused)}${list('addressMap fails for', this.#mistaken)}`;
  }

  /** Tells of an address once: servers name it again and again. */
  #report(key: string, reported: Set<string>, error: AddressRefusedError | OptionsError): void {
    if (reported.has(key) || reported.size >= MAX_REPORTED) return;
    reported.add(key);
    this.#failed(error);
  }

  #mapped(announced: Address): Address | OptionsError {
    if (this.#map === null) return announced;
    const key = addressKey(announced);
    const path = `addressMap[${JSON.stringify(key)}]`;
    let mapped: unknown;
    try {
      mapped = this.#map(key);
    } catch (error) {
      return withCause(new OptionsError(path, `the function threw ${JSON.stringify(thrownText(error))}`), error);
    }
    if (mapped === undefined) return announced;
    disregard(mapped);
    const address = typeof mapped === 'string' ? parseAddress(mapped, null) : null;
    return address ?? new OptionsError(path, `expected host:port, got ${addressText(mapped)}`);
  }

  node({ id, address, names, role, usable, replicaOf, depth, priority }: NodeFacts): NodeInfo {
    const key = addressKey(address);
    const aliases = aliasesOf(names, address, key);
    const traits = this.#traits(address, names);
    const info = { id: id ?? key, address, key, role, usable, replicaOf, depth, priority, tags: traits.tags };
    if (aliases.length === 0 && traits === NO_TRAITS) return Object.freeze(info);
    return Object.freeze(aliases.length > 0 ? { ...info, ...traits, aliases } : { ...info, ...traits });
  }

  #traits(address: Address, others: readonly Address[]): Traits {
    if (this.#rules.length === 0) return NO_TRAITS;
    const names = [address, ...others];
    return this.#rules.find((rule) => names.some(rule.matches))?.traits ?? NO_TRAITS;
  }
}

function traitsOf({ tags, priority, weight, zone }: NodeRule): Traits {
  return {
    tags: tags ?? NO_TRAITS.tags,
    ...(priority === undefined ? {} : { tier: priority }),
    ...(weight === undefined ? {} : { weight }),
    ...(zone === undefined ? {} : { zone }),
  };
}

function withCause(error: OptionsError, cause: unknown): OptionsError {
  return Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
}

const NO_ALIASES: readonly string[] = [];

function aliasesOf(names: readonly Address[], address: Address, key: string): readonly string[] {
  if (names.every((name) => name === address)) return NO_ALIASES;
  return [...new Set(names.map(addressKey))].filter((name) => name !== key).sort();
}
