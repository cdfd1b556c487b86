import { BYTES, bitsOf, FLAG, NUMBER, SOME_TEXT, TEXT } from './scalar.js';
import type { Form, Kind, Named } from './signature.js';

/**
 * Check of what nearly every call is: a form of its method with text, finite numbers, bytes, words, plain objects, Maps and lists of these.
 * True: the call fits. False says nothing, also of calls with more than four arguments; `ArgumentCheck` looks closer. Bits instead of kinds, because it runs for every command.
 */
export class QuickCheck {
  private readonly places: readonly Place[];
  private readonly least: number;

  constructor(form: Form) {
    this.places = Object.values(form).map(placeOf);
    this.least = Object.keys(form).filter((name) => !/[?=]$/.test(name)).length;
  }

  /** Takes no list of arguments, which would cost as much as the check. Trailing ones that are `undefined` are not given. */
  fits(a: unknown, b: unknown, c: unknown, d: unknown): boolean {
    const { places } = this;
    const count = d !== undefined ? 4 : c !== undefined ? 3 : b !== undefined ? 2 : a !== undefined ? 1 : 0;
    if (count < this.least || count > places.length) return false;
    if (count > 0 && !fitsPlace(places[0] as Place, a)) return false;
    if (count > 1 && !fitsPlace(places[1] as Place, b)) return false;
    if (count > 2 && !fitsPlace(places[2] as Place, c)) return false;
    return count < 4 || fitsPlace(places[3] as Place, d);
  }
}

/** What may stand in a place, in bits of scalars: by itself, in a list, as pairs, or as an object with known names. */
interface Place {
  readonly bits: number;
  readonly words: ReadonlySet<unknown> | null;
  readonly each: Place | null;
  readonly pairs: boolean;
  readonly named: Table | null;
}

/** Table of known names, with their relations as sums of the bits of the names. */
interface Table {
  readonly known: ReadonlyMap<string, Entry>;
  /** The same as a list where they are those of a record of data, which has all of them, and may have others. */
  readonly data: readonly Entry[] | null;
  readonly required: readonly number[];
  readonly exclusive: readonly number[];
  readonly needs: readonly { readonly bit: number; readonly beside: number }[];
}

interface Entry {
  readonly name: string;
  readonly takes: Place;
  readonly bit: number;
}

const NOTHING: Place = { bits: 0, words: null, each: null, pairs: false, named: null };

function placeOf(kind: Kind): Place {
  if (typeof kind === 'string') return { ...NOTHING, bits: bitsOf(kind), pairs: kind === 'pairs' };
  if ('words' in kind) return { ...NOTHING, words: new Set(kind.words) };
  if ('names' in kind) return { ...NOTHING, named: tableOf(kind) };
  if ('several' in kind) return { ...placeOf(kind.several), each: placeOf(kind.several) };
  if ('list' in kind) return { ...NOTHING, each: placeOf(kind.list) };
  return kind.map(placeOf).reduce(either);
}

/** Of two containers of one kind only the first is known here. */
function either(a: Place, b: Place): Place {
  return {
    bits: a.bits | b.bits,
    words: a.words ?? b.words,
    each: a.each ?? b.each,
    pairs: a.pairs || b.pairs,
    named: a.named ?? b.named,
  };
}

function tableOf({ names, data = false, required = [], exclusive = [], needs = {} }: Named): Table | null {
  const all = Object.keys(names);
  if (all.length > 31) return null;
  const entries = all.map((name, at) => ({ name, takes: placeOf(names[name] ?? ''), bit: 1 << at }));
  const sum = (group: readonly string[]): number => group.reduce((bits, name) => bits | (1 << all.indexOf(name)), 0);
  return {
    known: new Map(entries.map((entry) => [entry.name, entry])),
    data: data ? entries : null,
    required: required.map(sum),
    exclusive: exclusive.map(sum),
    needs: Object.entries(needs).map(([name, beside]) => ({ bit: sum([name]), beside: sum(beside) })),
  };
}

function fitsPlace(place: Place, arg: unknown): boolean {
  if (fitsScalar(place.bits, arg)) return true;
  if (typeof arg !== 'object' || arg === null) return place.words?.has(arg) === true;
  if (Array.isArray(arg)) return place.pairs ? arePairs(arg) : place.each !== null && fitsEach(place.each, arg);
  if (place.pairs && arg instanceof Map) return arePairs(arg);
  const data = place.named?.data ?? null;
  if (data !== null) return isRecordOf(data, arg as Readonly<Record<string, unknown>>);
  if (Object.getPrototypeOf(arg) !== Object.prototype) return false;
  if (place.pairs) return !(Symbol.iterator in arg) && isRecordOfValues(arg as Readonly<Record<string, unknown>>);
  return place.named !== null && fitsTable(place.named, arg as Readonly<Record<string, unknown>>);
}

function fitsScalar(bits: number, value: unknown): boolean {
  if (typeof value === 'string') return (bits & TEXT) !== 0 || ((bits & SOME_TEXT) !== 0 && value !== '');
  if (typeof value === 'number') return (bits & NUMBER) !== 0 && value - value === 0;
  if (typeof value === 'boolean') return (bits & FLAG) !== 0;
  return (bits & BYTES) !== 0 && value instanceof Uint8Array;
}

function fitsEach(each: Place, list: readonly unknown[]): boolean {
  return list.length > 0 && (each.named === null ? areScalars(each.bits, list) : areRecords(each, list));
}

function areScalars(bits: number, list: readonly unknown[]): boolean {
  const takesText = (bits & TEXT) !== 0;
  for (let at = 0; at < list.length; at++) {
    const item = list[at];
    if (!(takesText && typeof item === 'string') && !fitsScalar(bits, item)) return false;
  }
  return true;
}

function areRecords(each: Place, list: readonly unknown[]): boolean {
  for (let at = 0; at < list.length; at++) if (!fitsPlace(each, list[at])) return false;
  return true;
}

const VALUE = bitsOf('value');

function isRecordOfValues(record: Readonly<Record<string, unknown>>): boolean {
  let count = 0;
  for (const name in record) {
    if (!fitsScalar(VALUE, record[name])) return false;
    count++;
  }
  return count > 0;
}

function arePairs(pairs: Iterable<unknown>): boolean {
  let count = 0;
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || !fitsScalar(VALUE, pair[0]) || !fitsScalar(VALUE, pair[1])) return false;
    count++;
  }
  return count > 0;
}

function isRecordOf(data: readonly Entry[], record: Readonly<Record<string, unknown>>): boolean {
  for (let at = 0; at < data.length; at++) {
    const { name, takes } = data[at] as Entry;
    const value = record[name];
    if (!fitsScalar(takes.bits, value) && !fitsPlace(takes, value)) return false;
  }
  return true;
}

function fitsTable(table: Table, given: Readonly<Record<string, unknown>>): boolean {
  const there = optionsGiven(table.known, given);
  return there !== MISFIT && goTogether(table, there);
}

/** In the place of the bits of what is given: something does not fit. */
const MISFIT = -1;

function optionsGiven(known: Table['known'], given: Readonly<Record<string, unknown>>): number {
  let there = 0;
  for (const name in given) {
    const option = known.get(name);
    const value = given[name];
    if (option === undefined || !fitsPlace(option.takes, value)) return MISFIT;
    if (value !== false) there |= option.bit;
  }
  return there;
}

function goTogether({ required, exclusive, needs }: Table, given: number): boolean {
  for (let at = 0; at < required.length; at++) if ((given & (required[at] as number)) === 0) return false;
  for (let at = 0; at < exclusive.length; at++) {
    const among = given & (exclusive[at] as number);
    if ((among & (among - 1)) !== 0) return false;
  }
  for (let at = 0; at < needs.length; at++) {
    const { bit, beside } = needs[at] as Table['needs'][number];
    if ((given & bit) !== 0 && (given & beside) === 0) return false;
  }
  return true;
}
