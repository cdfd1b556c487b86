import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { CommandGroup, type Key, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type ExactlyOne, pushOptions } from '../tokens.js';
import { decoderOf, type GeoFound, type GeoLimit, type GeoOrder, type GeoUnit, type GeoWith } from './geo.js';

const GEORADIUS = command('GEORADIUS');
const GEORADIUSBYMEMBER = command('GEORADIUSBYMEMBER');
const GEORADIUSBYMEMBER_RO = command('GEORADIUSBYMEMBER_RO');
const GEORADIUS_RO = command('GEORADIUS_RO');

type Search<Coord extends boolean, Dist extends boolean, Hash extends boolean> = GeoOrder & GeoLimit & GeoWith<Coord, Dist, Hash>;
type Keep = { STORE?: never; STOREDIST?: never };
type Store = GeoOrder & GeoLimit & ExactlyOne<{ STORE: Key; STOREDIST: Key }> & { WITHCOORD?: false; WITHDIST?: false; WITHHASH?: false };
type AnyQuery = Search<boolean, boolean, boolean> & { STORE?: Key; STOREDIST?: Key };

/** Older geo queries, which `GEOSEARCH` and `GEOSEARCHSTORE` replaced in 6.2.0. */
export abstract class GeoradiusCommands extends CommandGroup {
  /**
   * The members within a circle around a point; with `STORE` or `STOREDIST` how many were stored. O(N+log(M)), since 3.2.0.
   * @deprecated Use `geosearch` and `geosearchstore`.
   * @see https://redis.io/docs/latest/commands/georadius/
   */
  georadius(key: Key, longitude: number, latitude: number, radius: number, unit: GeoUnit, query: Store): Out<this, IntegerOf<this>>;
  georadius<Coord extends boolean = false, Dist extends boolean = false, Hash extends boolean = false>(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    query?: Search<Coord, Dist, Hash> & Keep,
  ): Out<this, GeoFound<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>[]>;
  georadius(key: Key, longitude: number, latitude: number, radius: number, unit: GeoUnit, query: AnyQuery = {}): Out<this, unknown> {
    const args: Arg[] = [key, longitude, latitude, radius, unit];
    pushQuery(args, query);
    return stores(query) ? this.run(GEORADIUS, args) : this.run(GEORADIUS, args, decoderOf(query));
  }

  /**
   * `georadius` that only reads. O(N+log(M)), since 3.2.10.
   * @deprecated Use `geosearch`.
   * @see https://redis.io/docs/latest/commands/georadius_ro/
   */
  georadius_ro<Coord extends boolean = false, Dist extends boolean = false, Hash extends boolean = false>(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    query: Search<Coord, Dist, Hash> = {},
  ): Out<this, GeoFound<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>[]> {
    const args: Arg[] = [key, longitude, latitude, radius, unit];
    pushQuery(args, query);
    return this.run(GEORADIUS_RO, args, decoderOf<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>(query));
  }

  /**
   * The members within a circle around a member; with `STORE` or `STOREDIST` how many were stored. O(N+log(M)), since 3.2.0.
   * @deprecated Use `geosearch` and `geosearchstore`.
   * @see https://redis.io/docs/latest/commands/georadiusbymember/
   */
  georadiusbymember(key: Key, member: Value, radius: number, unit: GeoUnit, query: Store): Out<this, IntegerOf<this>>;
  georadiusbymember<Coord extends boolean = false, Dist extends boolean = false, Hash extends boolean = false>(
    key: Key,
    member: Value,
    radius: number,
    unit: GeoUnit,
    query?: Search<Coord, Dist, Hash> & Keep,
  ): Out<this, GeoFound<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>[]>;
  georadiusbymember(key: Key, member: Value, radius: number, unit: GeoUnit, query: AnyQuery = {}): Out<this, unknown> {
    const args: Arg[] = [key, member, radius, unit];
    pushQuery(args, query);
    return stores(query) ? this.run(GEORADIUSBYMEMBER, args) : this.run(GEORADIUSBYMEMBER, args, decoderOf(query));
  }

  /**
   * `georadiusbymember` that only reads. O(N+log(M)), since 3.2.10.
   * @deprecated Use `geosearch`.
   * @see https://redis.io/docs/latest/commands/georadiusbymember_ro/
   */
  georadiusbymember_ro<Coord extends boolean = false, Dist extends boolean = false, Hash extends boolean = false>(
    key: Key,
    member: Value,
    radius: number,
    unit: GeoUnit,
    query: Search<Coord, Dist, Hash> = {},
  ): Out<this, GeoFound<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>[]> {
    const args: Arg[] = [key, member, radius, unit];
    pushQuery(args, query);
    return this.run(GEORADIUSBYMEMBER_RO, args, decoderOf<TextOf<this>, IntegerOf<this>, Coord, Dist, Hash>(query));
  }
}

function pushQuery(args: Arg[], query: AnyQuery): void {
  pushOptions(args, query, ['WITHCOORD', 'WITHDIST', 'WITHHASH', 'COUNT', 'ANY', 'ASC', 'DESC', 'STORE', 'STOREDIST']);
}

function stores(query: AnyQuery): boolean {
  return query.STORE !== undefined || query.STOREDIST !== undefined;
}
