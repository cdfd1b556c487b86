import type { Raw } from '../../../index.js';
import { type RedisArgument as Arg, type RedisVariadicArgument as Args, isArgument, type Numeric, type Words } from '../command-parser.js';
import { listOf } from '../replies/aggregates.js';
import { doubleOf } from '../replies/scores.js';
import type { TypeMapping } from '../type-mapping.js';
import { type Blob, command, integer, shape, texts, textsWithNulls } from './command.js';

type Unit = 'm' | 'km' | 'mi' | 'ft';
export interface Coordinates {
  longitude: Numeric;
  latitude: Numeric;
}
type From = Arg | Coordinates;
type By = { radius: number; unit: Unit } | { width: number; height: number; unit: Unit };

export interface GeoSearchOptions {
  SORT?: 'ASC' | 'DESC';
  COUNT?: number | { value: number; ANY?: boolean };
}
type StoreOptions = GeoSearchOptions & { STOREDIST?: boolean };

/** What a search gives beside the members. */
export const GEO_REPLY_WITH = { DISTANCE: 'WITHDIST', HASH: 'WITHHASH', COORDINATES: 'WITHCOORD' } as const;
export type GeoReplyWith = (typeof GEO_REPLY_WITH)[keyof typeof GEO_REPLY_WITH];
type With = readonly GeoReplyWith[];

export interface GeoAddOptions {
  condition?: 'NX' | 'XX';
  NX?: boolean;
  XX?: boolean;
  CH?: boolean;
}
type Member = Coordinates & { member: Arg };

function countWords(words: Words, options: GeoSearchOptions = {}): Words {
  words.maybe(options.SORT);
  if (!options.COUNT) return words;
  const { value, ANY } = typeof options.COUNT === 'number' ? { value: options.COUNT, ANY: false } : options.COUNT;
  return words.push('COUNT').number(value).flag('ANY', ANY);
}

type SearchArgs = [key: Arg, from: From, by: By, options?: GeoSearchOptions];

function searchWords(words: Words, ...[key, from, by, options]: SearchArgs): Words {
  words.pushKey(key);
  if (isArgument(from)) words.push('FROMMEMBER', from);
  else words.push('FROMLONLAT').number(from.longitude, from.latitude);
  if ('radius' in by) words.push('BYRADIUS').number(by.radius).push(by.unit);
  else words.push('BYBOX').number(by.width, by.height).push(by.unit);
  return countWords(words, options);
}

type RadiusArgs = [key: Arg, from: Coordinates, radius: number, unit: Unit, options?: GeoSearchOptions];
type MemberArgs = [key: Arg, from: Arg, radius: number, unit: Unit, options?: GeoSearchOptions];

function radiusWords(words: Words, ...[key, from, radius, unit, options]: RadiusArgs): Words {
  return countWords(words.pushKey(key).number(from.longitude, from.latitude, radius).push(unit), options);
}

function memberWords(words: Words, ...[key, from, radius, unit, options]: MemberArgs): Words {
  return countWords(words.pushKey(key).push(from).number(radius).push(unit), options);
}

function withWords(words: Words, wanted: With): void {
  words.push(...wanted);
  words.preserve = wanted;
}

type RadiusWith = [key: Arg, from: Coordinates, radius: number, unit: Unit, wanted: With, options?: GeoSearchOptions];
type MemberWith = [key: Arg, from: Arg, radius: number, unit: Unit, wanted: With, options?: GeoSearchOptions];
type RadiusStore = [key: Arg, from: Coordinates, radius: number, unit: Unit, destination: Arg, options?: StoreOptions];
type MemberStore = [key: Arg, from: Arg, radius: number, unit: Unit, destination: Arg, options?: StoreOptions];

const radiusWith = (words: Words, ...[key, from, radius, unit, wanted, options]: RadiusWith): void =>
  withWords(radiusWords(words, key, from, radius, unit, options), wanted);
const memberWith = (words: Words, ...[key, from, radius, unit, wanted, options]: MemberWith): void =>
  withWords(memberWords(words, key, from, radius, unit, options), wanted);
const stored = (words: Words, destination: Arg, options: StoreOptions | undefined): Words =>
  words.push(options?.STOREDIST ? 'STOREDIST' : 'STORE').pushKey(destination);

/** Member that a search found, with what was asked for. */
export interface GeoReplyItem {
  member: Blob;
  distance?: number;
  hash?: number;
  coordinates?: { longitude: number; latitude: number };
}

/** The server sends distance, hash and coordinates in this order, those that were asked for. */
function itemOf(reply: Raw, wanted: With, mapping: TypeMapping | undefined): GeoReplyItem {
  const [member, ...rest] = listOf(reply);
  const item: GeoReplyItem = { member: member as unknown as Blob }; // a text
  if (wanted.includes(GEO_REPLY_WITH.DISTANCE)) item.distance = doubleOf(rest.shift() ?? null, mapping);
  if (wanted.includes(GEO_REPLY_WITH.HASH)) item.hash = rest.shift() as number; // an integer
  if (wanted.includes(GEO_REPLY_WITH.COORDINATES)) {
    const [longitude = null, latitude = null] = listOf(rest.shift());
    item.coordinates = { longitude: doubleOf(longitude, mapping), latitude: doubleOf(latitude, mapping) };
  }
  return item;
}

const found = shape((reply, preserve, mapping) => listOf(reply).map((it) => itemOf(it, preserve as With, mapping))); // by `withWords`
const distance = shape((reply) => (reply === null ? null : Number(reply)));
const positions = shape((reply) =>
  listOf(reply).map((it) => {
    if (it === null) return null;
    const [longitude, latitude] = listOf(it) as unknown as [Blob | number, Blob | number]; // text over RESP2, numbers over RESP3
    return { longitude, latitude };
  }),
);

/** Places. */
export const geo = {
  geoAdd: command(
    'GEOADD',
    (w, key: Arg, members: Member | readonly Member[], options?: GeoAddOptions) => {
      w.pushKey(key).maybe(options?.condition ?? (options?.NX ? 'NX' : options?.XX ? 'XX' : undefined));
      w.flag('CH', options?.CH);
      for (const { longitude, latitude, member } of [members].flat() as Member[]) w.number(longitude, latitude).push(member);
    },
    integer,
  ),
  geoDist: command('GEODIST', (w, key: Arg, a: Arg, b: Arg, unit?: Unit) => w.pushKey(key).push(a, b).maybe(unit), distance),
  geoHash: command('GEOHASH', (w, key: Arg, members: Args) => w.pushKey(key).pushVariadic(members), textsWithNulls),
  geoPos: command('GEOPOS', (w, key: Arg, members: Args) => w.pushKey(key).pushVariadic(members), positions),
  geoRadius: command('GEORADIUS', radiusWords, texts),
  geoRadiusRo: command('GEORADIUS_RO', radiusWords, texts),
  geoRadiusWith: command('GEORADIUS', radiusWith, found),
  geoRadiusRoWith: command('GEORADIUS_RO', radiusWith, found),
  geoRadiusStore: command(
    'GEORADIUS',
    (w, ...[key, from, radius, unit, destination, options]: RadiusStore) =>
      stored(radiusWords(w, key, from, radius, unit, options), destination, options),
    integer,
  ),
  geoRadiusByMember: command('GEORADIUSBYMEMBER', memberWords, texts),
  geoRadiusByMemberRo: command('GEORADIUSBYMEMBER_RO', memberWords, texts),
  geoRadiusByMemberWith: command('GEORADIUSBYMEMBER', memberWith, found),
  geoRadiusByMemberRoWith: command('GEORADIUSBYMEMBER_RO', memberWith, found),
  geoRadiusByMemberStore: command(
    'GEORADIUSBYMEMBER',
    (w, ...[key, from, radius, unit, destination, options]: MemberStore) =>
      stored(memberWords(w, key, from, radius, unit, options), destination, options),
    integer,
  ),
  geoSearch: command('GEOSEARCH', searchWords, texts),
  geoSearchStore: command(
    'GEOSEARCHSTORE',
    (w, ...[destination, source, from, by, options]: [destination: Arg, source: Arg, from: From, by: By, options?: StoreOptions]) =>
      searchWords(w.pushKey(destination), source, from, by, options).flag('STOREDIST', options?.STOREDIST),
    integer,
  ),
  geoSearchWith: command(
    'GEOSEARCH',
    (w, ...[key, from, by, wanted, options]: [key: Arg, from: From, by: By, wanted: With, options?: GeoSearchOptions]) =>
      withWords(searchWords(w, key, from, by, options), wanted),
    found,
  ),
};
