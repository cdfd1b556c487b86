import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { toList, toNumber, toNumberOrNull } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, type ExactlyOne, keyAnd, pushOptions } from '../tokens.js';

const GEOADD = command('GEOADD');
const GEODIST = command('GEODIST');
const GEOHASH = command('GEOHASH');
const GEOPOS = command('GEOPOS');
const GEOSEARCH = command('GEOSEARCH');
const GEOSEARCHSTORE = command('GEOSEARCHSTORE');

export type GeoUnit = 'M' | 'KM' | 'FT' | 'MI';

/** In degrees. */
export interface GeoCoordinates {
  longitude: number;
  latitude: number;
}
export interface GeoMember extends GeoCoordinates {
  member: Value;
}

export type GeoaddOptions = {
  /** Counts changed members too, not only new ones. */
  CH?: boolean;
} & AtMostOne<{ NX: true; XX: true }>;

/** `COUNT`: so many, the nearest first; with `ANY` the first that are found. */
export type GeoLimit = { COUNT?: never; ANY?: false } | { COUNT: number; ANY?: boolean };
export type GeoOrder = AtMostOne<{ ASC: true; DESC: true }>;

/** Where to look: around a member or a point, within a circle or a box, or inside a polygon (Valkey 9). */
export type GeoArea =
  | (ExactlyOne<{ FROMMEMBER: Value; FROMLONLAT: GeoCoordinates }> &
      ExactlyOne<{ BYRADIUS: { radius: number; unit: GeoUnit }; BYBOX: { width: number; height: number; unit: GeoUnit } }> & {
        BYPOLYGON?: never;
      })
  | { BYPOLYGON: readonly GeoCoordinates[]; FROMMEMBER?: never; FROMLONLAT?: never; BYRADIUS?: never; BYBOX?: never };

/** What else to tell of each member. */
export interface GeoWith<Coord extends boolean, Dist extends boolean, Hash extends boolean> {
  WITHCOORD?: Coord;
  /** In the unit of the area. */
  WITHDIST?: Dist;
  WITHHASH?: Hash;
}

/** A member without `WITH…`, else an object with what was asked for. Of a flag that is any boolean, either. */
export type GeoFound<Text, I, Coord extends boolean, Dist extends boolean, Hash extends boolean> = Coord extends boolean
  ? Dist extends boolean
    ? Hash extends boolean
      ? FoundMember<Text, I, Coord, Dist, Hash>
      : never
    : never
  : never;

type FoundMember<Text, I, Coord extends boolean, Dist extends boolean, Hash extends boolean> = true extends Coord | Dist | Hash
  ? { member: Text } & (Dist extends true ? { distance: number } : unknown) &
      (Hash extends true ? { hash: I } : unknown) &
      (Coord extends true ? { coordinates: GeoCoordinates } : unknown)
  : Text;

/** Positions on the earth, kept as members of a sorted set. */
export abstract class GeoCommands extends CommandGroup {
  /**
   * Adds members with their places, or moves them, and gives how many are new. O(log(N)) a member, since 3.2.0 (options since 6.2.0).
   * @see https://redis.io/docs/latest/commands/geoadd/
   * @example await redis.geoadd('shops', [{ longitude: 13.361389, latitude: 38.115556, member: 'Palermo' }]);
   */
  geoadd(key: Key, members: GeoMember | readonly GeoMember[], options?: GeoaddOptions): Out<this, IntegerOf<this>> {
    const args: Arg[] = [key];
    pushOptions(args, options, ['NX', 'XX', 'CH']);
    for (const { longitude, latitude, member } of [members].flat()) args.push(longitude, latitude, member);
    return this.run(GEOADD, args);
  }

  /**
   * The distance of two members, in metres unless another unit is given; `null` where one of them is missing. O(1), since 3.2.0.
   * @see https://redis.io/docs/latest/commands/geodist/
   * @example await redis.geodist('shops', 'Palermo', 'Catania', 'KM');
   */
  geodist(key: Key, member1: Value, member2: Value, unit?: GeoUnit): Out<this, number | null> {
    const args: Arg[] = [key, member1, member2];
    if (unit !== undefined) args.push(unit);
    return this.run(GEODIST, args, toNumberOrNull);
  }

  /**
   * The places of members as geohashes of 11 characters. O(1) a member, since 3.2.0.
   * @see https://redis.io/docs/latest/commands/geohash/
   */
  geohash(key: Key, members: OneOrMore<Value>): Out<this, (TextOf<this> | null)[]> {
    return this.run(GEOHASH, keyAnd(key, members));
  }

  /**
   * The places of members. O(1) a member, since 3.2.0.
   * @see https://redis.io/docs/latest/commands/geopos/
   */
  geopos(key: Key, members: OneOrMore<Value>): Out<this, (GeoCoordinates | null)[]> {
    return this.run(GEOPOS, keyAnd(key, members), toPlaces);
  }

  /**
   * The members within an area. O(N+log(M)), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/geosearch/
   * @example await redis.geosearch('shops', { FROMMEMBER: 'Palermo', BYRADIUS: { radius: 200, unit: 'KM' }, ASC: true, WITHDIST: true });
   */
  geosearch<Coord extends boolean = false, Dist extends boolean = false, Hash extends boolean = false>(
    key: Key,
    query: GeoArea & GeoOrder & GeoLimit & GeoWith<Coord, Dist, Hash>,
  ): Out<this, GeoFound<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>[]> {
    const args: Arg[] = [key];
    pushArea(args, query);
    pushOptions(args, query, ['ASC', 'DESC', 'COUNT', 'ANY', 'WITHCOORD', 'WITHDIST', 'WITHHASH']);
    return this.run(GEOSEARCH, args, decoderOf<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>(query));
  }

  /**
   * Stores the members within an area, as a sorted set of their places or (`STOREDIST`) distances, and gives how many. O(N+log(M)), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/geosearchstore/
   */
  geosearchstore(
    destination: Key,
    source: Key,
    query: GeoArea & GeoOrder & GeoLimit & { STOREDIST?: boolean },
  ): Out<this, IntegerOf<this>> {
    const args: Arg[] = [destination, source];
    pushArea(args, query);
    pushOptions(args, query, ['ASC', 'DESC', 'COUNT', 'ANY', 'STOREDIST']);
    return this.run(GEOSEARCHSTORE, args);
  }
}

function pushArea(args: Arg[], area: GeoArea): void {
  if (area.FROMMEMBER !== undefined) args.push('FROMMEMBER', area.FROMMEMBER);
  if (area.FROMLONLAT !== undefined) args.push('FROMLONLAT', area.FROMLONLAT.longitude, area.FROMLONLAT.latitude);
  if (area.BYRADIUS !== undefined) args.push('BYRADIUS', area.BYRADIUS.radius, area.BYRADIUS.unit);
  if (area.BYBOX !== undefined) args.push('BYBOX', area.BYBOX.width, area.BYBOX.height, area.BYBOX.unit);
  if (area.BYPOLYGON !== undefined) {
    args.push('BYPOLYGON', area.BYPOLYGON.length);
    for (const { longitude, latitude } of area.BYPOLYGON) args.push(longitude, latitude);
  }
}

type Found<Text, Integer, Coord extends boolean, Dist extends boolean, Hash extends boolean> = GeoFound<Text, Integer, Coord, Dist, Hash>;

/** The decoder of a search. Without `WITH…` the server sends the members alone. */
export function decoderOf<Text, Integer, Coord extends boolean, Dist extends boolean, Hash extends boolean>(
  asked: GeoWith<Coord, Dist, Hash>,
): (raw: Raw) => Found<Text, Integer, Coord, Dist, Hash>[] {
  const { WITHCOORD: coord = false, WITHDIST: dist = false, WITHHASH: hash = false } = asked;
  const one: (raw: Raw) => unknown = coord || dist || hash ? (raw: Raw) => toFound(raw, dist, hash, coord) : (raw: Raw) => raw;
  return (raw) => toList(raw).map(one) as Found<Text, Integer, Coord, Dist, Hash>[]; // the flags that make the shape are those that make the type
}

/** `[member, distance?, hash?, [longitude, latitude]?]` in this order, whatever the order of the options was. */
function toFound(raw: Raw, dist: boolean, hash: boolean, coord: boolean): object {
  const [member, ...extras] = toList(raw);
  return {
    member,
    ...(dist ? { distance: toNumber(extras.shift() ?? null) } : {}),
    ...(hash ? { hash: extras.shift() } : {}),
    ...(coord ? { coordinates: toCoordinates(extras.shift() ?? null) } : {}),
  };
}

function toPlaces(raw: Raw): (GeoCoordinates | null)[] {
  return toList(raw).map((place) => (place === null ? null : toCoordinates(place)));
}

function toCoordinates(raw: Raw): GeoCoordinates {
  const [longitude = null, latitude = null] = toList(raw);
  return { longitude: toNumber(longitude), latitude: toNumber(latitude) };
}
