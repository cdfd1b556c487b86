import { OptionsError } from '../errors.js';
import { compilePlacement } from '../placement/compile.js';
import type { KeyPlacement, PlacementOptions } from '../placement/placement.js';
import { checkUrlAccess, isSameAccess, type UrlAccess } from './access.js';
import type { Address } from './address.js';
import { refuseSurplus } from './call-form.js';
import { RING_CHECKS, type RingOptions, withRingDefaults } from './ring-eject.js';
import { defaultName } from './ring-names.js';
import { checkPlacement, type RingPlacement, readPlacementAndOptions } from './ring-placement.js';
import { addressText } from './secrets.js';
import { firstOf, readSeeds, type Seed } from './seeds.js';
import {
  checkServers,
  kindOf,
  type MemberTopology,
  type RingMember,
  type RingTopology,
  type TopologyOptions,
  topologyWith,
} from './topology.js';
import { DEFAULT_PORT } from './url.js';
import { type Check, integerBetween, member, nonEmptyString, refuseValue, shape } from './validate.js';

/** Member of a ring: an address, or a topology of its own; with a name and a weight where it has them. */
export type RingMemberOptions =
  | Seed
  | TopologyOptions
  | {
      /** An address, or `single(…)`, `replication(…)` or `sentinel(…)`. */
      readonly at: Seed | TopologyOptions;
      /** Default: what the placement hashes for a member without a name, see docs/topologies.md. */
      readonly name?: string;
      /** Share of the keys, for the placements `twemproxy` and `jedis`. Default 1. */
      readonly weight?: number;
    };

const FORM = "ring(['host:port', 'host:port'], { as: 'twemproxy' }) or ring({ name: 'host:port' })";

/**
 * Independent servers, or groups of servers, of which each has the keys that the placement gives it. The members' order, names and weights
 * count as the placement says. The default placement is go-redis' rendezvous by name.
 */
export function ring(
  members: readonly RingMemberOptions[] | Readonly<Record<string, RingMemberOptions>>,
  placement?: RingPlacement & RingOptions,
): TopologyOptions;
export function ring(
  members: readonly RingMemberOptions[] | Readonly<Record<string, RingMemberOptions>>,
  given: RingPlacement & RingOptions = {},
  ...surplus: readonly unknown[]
): TopologyOptions {
  refuseSurplus('ring', 2, FORM, [members, given, ...surplus]);
  const [placement, options] = readPlacementAndOptions(given, 'ring(placement)');
  return ringOf(members, 'ring(members)', placement, withRingDefaults(options, placement, 'ring(placement)'), {});
}

const unchecked: Check<unknown> = (value) => value;
const checkData = shape({ kind: unchecked, members: unchecked, placement: checkPlacement, url: checkUrlAccess, ...RING_CHECKS });

/** Checks a ring that came as plain data: what `ring()` made, or its arguments by name. */
export const checkRing: Check<TopologyOptions> = (value, path) => {
  const { members, placement = { as: 'go-redis' }, url = {}, kind: _, ...options } = checkData(value, path);
  return ringOf(members, `${path}.members`, placement, withRingDefaults(options, placement, path), url);
};

/** The placement of a ring of which all members take part. */
export function placementOf({ placement, members }: RingTopology): KeyPlacement {
  return compilePlacement(
    placement,
    members.map(({ name, weight }, position) => ({ name, weight, position })),
  );
}

/** One member as it was given, and where, for errors. */
interface Given {
  readonly path: string;
  readonly name?: string;
  readonly value: unknown;
}

/** Member with the access that its URL or topology names. */
interface Read {
  readonly member: RingMember;
  /** Null: it names none. */
  readonly url: UrlAccess | null;
}

function ringOf(
  members: unknown,
  path: string,
  placement: PlacementOptions,
  options: ReturnType<typeof withRingDefaults>,
  url: UrlAccess,
): TopologyOptions {
  const given = listOf(members, path, placement);
  const read = given.map((each, position) => readMember(each, position, placement));
  const names = new Map<string, string>();
  let access: UrlAccess | null = Object.keys(url).length === 0 ? null : url;
  for (const [i, one] of read.entries()) {
    const at = given[i]?.path ?? path;
    const other = names.get(one.member.name);
    if (other !== undefined)
      throw new OptionsError(at, `expected a name that no other member has, got ${quoted(one.member.name)}, as ${other}`);
    names.set(one.member.name, at);
    if (one.url === null) continue;
    if (access !== null && !isSameAccess(access, one.url)) {
      throw new OptionsError(at, 'expected the same scheme, user, password and database as in the URLs before it');
    }
    access = one.url;
  }
  return topologyWith({ kind: 'ring', members: read.map((one) => one.member), placement, ...options }, access ?? {});
}

function listOf(members: unknown, path: string, placement: PlacementOptions): readonly Given[] {
  if (Array.isArray(members)) {
    if (members.length === 0) throw new OptionsError(path, 'expected at least one member, got an empty list');
    return Array.from(members, (value, i) => ({ path: `${path}[${i}]`, value }));
  }
  if (Object.prototype.toString.call(members) !== '[object Object]') {
    return refuseValue(path, 'a list of members, or an object of members by name', members);
  }
  const entries = Object.entries(members as object); // as it was just seen to be
  if (entries.length === 0) throw new OptionsError(path, 'expected at least one member, got an empty object');
  // JavaScript puts such names first, in the order of their numbers, whatever order was written.
  const index = entries.findIndex(([name]) => /^(0|[1-9]\d{0,9})$/.test(name));
  if (index !== -1 && countsPositions(placement)) {
    throw new OptionsError(
      path,
      `expected a list: this placement goes by the order of members, and in an object names that are numbers lose theirs`,
    );
  }
  return entries.map(([name, value]) => ({ path: member(path, name), name, value }));
}

function countsPositions(placement: PlacementOptions): boolean {
  return placement.as === 'predixy' || placement.as === undefined;
}

/** A server as a nutcracker.yml has it: `host:port:weight name`. */
const NUTCRACKER_LINE = /^[^:\s]+:\d+:\d+( \S+)?$/;

const checkAnyWeight = integerBetween(1, 2_147_483_647);
// Jedis has 160 points for each unit of weight.
const checkJedisWeight = integerBetween(1, 1_000);

const checkMember = shape({ at: unchecked, name: nonEmptyString, weight: unchecked, topology: unchecked }, 'a member', 'option', {
  address: 'at',
  host: 'at',
  url: 'at',
  id: 'name',
});

function readMember(given: Given, position: number, placement: PlacementOptions): Read {
  const { path, value } = given;
  const isMember = typeof value === 'object' && value !== null && !('kind' in value) && !('host' in value) && !('path' in value);
  const parts = isMember ? checkMember(value, path) : { at: value };
  if (parts.at !== undefined && parts.topology !== undefined) throw new OptionsError(`${path}.topology`, 'expected either at or topology');
  const [place, placePath] =
    parts.topology === undefined ? [parts.at, isMember ? `${path}.at` : path] : [parts.topology, `${path}.topology`];
  const { topology, url, written } = readPlace(place, placePath);
  if (given.name === '') throw new OptionsError(path, 'expected a name, got an empty one');
  if (given.name !== undefined && parts.name !== undefined && parts.name !== given.name) {
    throw new OptionsError(`${path}.name`, `expected the name by which the member is listed, ${quoted(given.name)}, or none`);
  }
  const own = given.name ?? parts.name;
  const unnamed = defaultName(placement, { topology, written, url: url ?? {}, position });
  if (own !== undefined && placement.as === 'jedis' && /^SHARD-\d+$/.test(own) && (own !== unnamed || parts.topology === undefined)) {
    throw new OptionsError(`${path}.name`, `expected another name than ${own}: shards without a name are called so`);
  }
  const name = own ?? unnamed;
  if (name === null) {
    throw new OptionsError(path, `expected { at, name }: this placement hashes names, and a ${topology.kind} topology has none of its own`);
  }
  return { member: { name, weight: readWeight(parts.weight, `${path}.weight`, placement), topology }, url };
}

function readWeight(value: unknown, path: string, placement: PlacementOptions): number {
  if (value === undefined) return 1;
  const weight = (placement.as === 'jedis' ? checkJedisWeight : checkAnyWeight)(value, path);
  if (weight === 1 || placement.as === 'twemproxy' || placement.as === 'jedis') return weight;
  const rule = placement.as === undefined ? 'a function' : placement.as;
  throw new OptionsError(path, `expected none, got ${weight}: the placement of ${rule} knows no weights`);
}

function readPlace(value: unknown, path: string): { topology: MemberTopology; url: UrlAccess | null; written: Seed | null } {
  const expected = 'an address, single(…), replication(…) or sentinel(…)';
  const kind = kindOf(value);
  if (kind === undefined) {
    if (typeof value === 'string' && NUTCRACKER_LINE.test(value)) {
      throw new OptionsError(path, `expected { at: 'host:port', weight, name } where a server has them, got ${addressText(value)}`);
    }
    const { addresses, url } = readSeeds([value], () => path, DEFAULT_PORT, true);
    const address: Address = firstOf(addresses);
    const hasUrl = typeof value === 'string' && value.includes('://');
    return { topology: { kind: 'single', address }, url: hasUrl ? url : null, written: value as Seed }; // readSeeds took it
  }
  if (kind === 'cluster' || kind === 'ring' || kind === 'endpoints') throw new OptionsError(path, expected, kind);
  const { url = null, ...topology } = checkServers(value, path, expected);
  switch (topology.kind) {
    case 'single':
    case 'replication':
    case 'sentinel':
      return { topology, url, written: null };
    default:
      throw new OptionsError(path, expected, topology.kind);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
