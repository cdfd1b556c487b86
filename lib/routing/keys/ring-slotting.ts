import { ArgumentError, CrossSlotError, NoNodeError } from '../../errors.js';
import type { RingTopology } from '../../options/topology.js';
import { compilePlacement } from '../../placement/compile.js';
import { explainPlacement, type PlacedKey } from '../../placement/explain.js';
import type { KeyPlacement, PlacedMember } from '../../placement/placement.js';
import { keysOf, sortPatternIndexes } from '../../protocol/catalog/keys.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { asBytes } from '../../protocol/resp/byte-view.js';
import { argText } from '../../protocol/resp/text.js';
import type { Slotting } from './slotting.js';

const PUBLISH = command('PUBLISH');
const SCAN = command('SCAN');
const STAR = 0x2a;
/** Elements that a tag in front of the star does not care for: a rule of the user's may take the last of several tags. */
const ELEMENTS = ['', '0', '{0}'];
/**
 * Commands without keys that change the data, the commands or the role of the one server that gets them. On any member of a ring that would
 * be half of what is meant.
 */
const CHANGES_ONE_SERVER: ReadonlySet<string> = new Set([
  'DEBUG',
  'FAILOVER',
  'MODULE LOAD',
  'MODULE LOADEX',
  'MODULE UNLOAD',
  'REPLICAOF',
  'SHUTDOWN',
  'SLAVEOF',
  'SWAPDB',
]);

/** Members of a ring by name: all, those that came, and those that left. */
export interface MemberChange {
  readonly members: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Slotting of a ring: a slot is the number of a member. A name keeps its number for the life of the client, whoever joins or leaves, so that
 * whatever waits for a slot waits for that member.
 */
export class RingSlotting implements Slotting {
  readonly asksUser: boolean;
  /** Counts the changes of the placement. */
  generation = 0;
  /** Names by slot, of members that have left, too. */
  readonly #names: string[] = [];
  readonly #slotsByName = new Map<string, number>();
  #topology: RingTopology;
  #ejected: ReadonlySet<string> = new Set();
  #placement: KeyPlacement;
  /** The members that the placement knows. */
  #placed: readonly PlacedMember[] = [];
  /** Slots of the members that the placement knows, by its index. */
  #slots: readonly number[] = [];

  constructor(topology: RingTopology) {
    this.asksUser = topology.placement.as === undefined;
    this.#topology = topology;
    this.#placement = this.#compile();
  }

  get topology(): RingTopology {
    return this.#topology;
  }

  get count(): number {
    return this.#names.length;
  }

  slotOf(key: Arg): number {
    return this.#slots[this.#placement.indexOf(key)] ?? -1;
  }

  readonly slotsBind = false;

  slotOfKeyless(spec: CommandSpec, args: readonly Arg[]): number {
    if (spec === SCAN) {
      const why = 'a cursor means nothing without the member that gave it: use scanKeys(), or member(name)';
      throw new ArgumentError(`SCAN: ${why}`, { command: spec.name });
    }
    const [channel] = this.touched(spec, args);
    return channel === undefined ? -1 : this.slotOf(channel);
  }

  /** The keys; of PUBLISH the channel, which is on the member that has its subscriptions: nobody else would hear of the message. */
  touched(spec: CommandSpec, args: readonly Arg[]): readonly Arg[] {
    if (spec.name === 'SORT' || spec.name === 'SORT_RO') this.#checkPatterns(spec, args);
    if (spec.firstKey !== -1) return keysOf(spec, args);
    if (CHANGES_ONE_SERVER.has(spec.name)) {
      throw new ArgumentError(`${spec.name}: it changes one member alone: use member(name), for each member`, { command: spec.name });
    }
    const [channel] = args;
    return spec === PUBLISH && channel !== undefined ? [channel] : [];
  }

  commonSlot(what: string, keys: readonly Arg[]): number {
    const [first] = keys;
    if (first === undefined) return -1;
    const slot = this.slotOf(first);
    const { sameMember } = this.#topology;
    const part = sameMember || keys.length === 1 ? '' : this.#placement.hashedPart(first);
    for (let at = 1; at < keys.length; at++) {
      const key = keys[at] as Arg; // in range
      if (sameMember ? this.slotOf(key) !== slot : this.#placement.hashedPart(key) !== part) throw this.#crossSlot(what, keys);
    }
    return slot;
  }

  /** Throws where SORT would read keys that may be on other members: there it would find none, and say nothing. */
  #checkPatterns(spec: CommandSpec, args: readonly Arg[]): void {
    const key = args[0] ?? '';
    const part = this.#placement.hashedPart(key);
    const strays = sortPatternIndexes(args).flatMap((index) => (this.#isPatternWith(part, args[index] ?? '') ? [] : [args[index] ?? '']));
    if (strays.length === 0) return;
    const names = [key, ...strays].map(argText);
    const list = names.slice(0, 5).map((name) => JSON.stringify(name));
    const rule = 'what its patterns of BY and GET read must have the tag of its key, before the star';
    const slots = [this.slotOf(key), ...strays.map(() => -1)];
    throw new CrossSlotError(`${spec.name}: ${rule}; ${this.#advice()}: ${list.join(', ')}`, names, slots, { command: spec.name });
  }

  /** Whether all keys of the pattern have this hashed part, whatever its first star becomes. Without a star SORT reads no key. */
  #isPatternWith(part: string, pattern: Arg): boolean {
    const bytes = asBytes(pattern) ?? Buffer.from(String(pattern));
    const star = bytes.indexOf(STAR);
    if (star === -1) return true;
    const head = Buffer.from(bytes.subarray(0, star));
    return ELEMENTS.every((element) => this.#placement.hashedPart(Buffer.concat([head, Buffer.from(element)])) === part);
  }

  #crossSlot(what: string, keys: readonly Arg[]): CrossSlotError {
    const names = keys.map(argText);
    const slots = keys.map((key) => this.slotOf(key));
    const list = names.slice(0, 5).map((name, at) => `${JSON.stringify(name)} (${this.nameOf(slots[at] ?? -1)})`);
    const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
    const rule = this.#topology.sameMember
      ? 'its keys must share one member'
      : 'its keys must have one tag, that they share a member is luck';
    return new CrossSlotError(`${what}: ${rule}; ${this.#advice()}: ${list.join(', ')}${more}`, names, slots, { command: what });
  }

  /** What makes keys be together. */
  #advice(): string {
    const { placement } = this.#topology;
    switch (placement.as) {
      case 'go-redis':
        return 'use a hash tag such as {user:1}';
      case 'twemproxy':
      case 'predixy':
      case undefined: {
        const { hashTag } = placement;
        if (hashTag !== undefined) return `use a hash tag such as ${hashTag[0]}user:1${hashTag[1]}`;
        return placement.as === undefined ? 'say with hashTag what keeps keys together' : 'without hashTag this placement has no tags';
      }
      case 'jedis':
        if (placement.tag === undefined) return 'without tag this placement has no tags';
        return placement.tag === '{}' ? 'use a hash tag such as {user:1}' : `use what ${placement.tag} matches`;
      case 'redis-rb':
        return placement.tag === undefined ? 'begin the keys with a tag such as {user:1}' : `use what ${placement.tag} matches`;
      default:
        return placement satisfies never;
    }
  }

  /** How the placement has found the slot for a key. */
  explain(key: Arg, slot: number): PlacedKey {
    const part = this.#placement.hashedPart(key);
    return explainPlacement(this.#topology.placement, this.#placed, { part, index: this.#slots.indexOf(slot) });
  }

  /** Name of the member that has, or had, the slot. */
  nameOf(slot: number): string {
    return this.#names[slot] ?? '';
  }

  /** Slot of a member; -1: none has this name now. */
  slotOfMember(name: string): number {
    return this.#topology.members.some((member) => member.name === name) ? (this.#slotsByName.get(name) ?? -1) : -1;
  }

  /** Why the slot is nobody's; null: it is a member's. */
  whyGone(slot: number): NoNodeError | null {
    const name = this.nameOf(slot);
    return this.slotOfMember(name) === -1 ? new NoNodeError(`${JSON.stringify(name)} is no member of the ring any more`) : null;
  }

  /** Places keys on these members from now on. Returns the names of those there are, that came, and that left. */
  setTopology(topology: RingTopology): MemberChange {
    const before = this.#topology.members.map(({ name }) => name);
    const members = topology.members.map(({ name }) => name);
    this.#topology = topology;
    this.#placement = this.#compile();
    return {
      members,
      added: members.filter((name) => !before.includes(name)),
      removed: before.filter((name) => !members.includes(name)),
    };
  }

  /** Places keys on all members but these from now on. Returns whether that is a change. */
  setEjected(names: ReadonlySet<string>): boolean {
    if (names.size === this.#ejected.size && [...names].every((name) => this.#ejected.has(name))) return false;
    this.#ejected = names;
    this.#placement = this.#compile();
    return true;
  }

  #compile(): KeyPlacement {
    this.generation++;
    const { members, placement } = this.#topology;
    const all = members.map(({ name, weight }, position) => ({ name, weight, position }));
    for (const { name } of all) if (!this.#slotsByName.has(name)) this.#slotsByName.set(name, this.#names.push(name) - 1);
    const live = all.filter(({ name }) => !this.#ejected.has(name));
    const placed = live.length === 0 ? all : live;
    this.#placed = placed;
    this.#slots = placed.map(({ name }) => this.#slotsByName.get(name) ?? -1);
    return compilePlacement(placement, placed);
  }
}
