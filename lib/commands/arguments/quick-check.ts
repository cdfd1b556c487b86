import { BYTES, bitsOf, FLAG, NUMBER, TEXT } from './scalar.js';
import type { Form, Kind, Named } from './signature.js';

/**
 * Check of what nearly every call is: a form of its method with text, finite numbers, bytes, lists of these, and options whose values
 * are these. True: the call fits. False says nothing; `ArgumentCheck` looks closer. Bits instead of kinds, because it runs for every command.
 */
export class QuickCheck {
  private readonly places: readonly Place[];
  private readonly least: number;

  constructor(form: Form) {
    this.places = Object.values(form).map(placeOf);
    this.least = Object.keys(form).filter((name) => !/[?=]$/.test(name)).length;
  }

  fits(args: readonly unknown[]): boolean {
    const { places } = this;
    if (args.length < this.least || args.length > places.length) return false;
    for (let at = 0; at < args.length; at++) if (!fitsPlace(places[at] as Place, args[at])) return false;
    return true;
  }
}

/** What may stand in a place, in bits of scalars: by itself, in a list, as pairs, or as options. */
interface Place {
  readonly bits: number;
  readonly each: number;
  readonly pairs: boolean;
  readonly options: Options | null;
}

/** Table of options, with their relations as sums of the bits of their names. */
interface Options {
  readonly known: ReadonlyMap<string, { readonly takes: number; readonly bit: number }>;
  readonly required: readonly number[];
  readonly exclusive: readonly number[];
  readonly needs: readonly { readonly bit: number; readonly beside: number }[];
}

function placeOf(kind: Kind): Place {
  if (typeof kind === 'string') return { bits: bitsOf(kind), each: 0, pairs: kind === 'pairs', options: null };
  if ('several' in kind) return { bits: scalarBits(kind.several), each: scalarBits(kind.several), pairs: false, options: null };
  return { bits: scalarBits(kind), each: 0, pairs: false, options: 'names' in kind ? optionsOf(kind) : null };
}

/** The bits that all of several kinds have in common have nothing to say: those of the first do. */
function scalarBits(kind: Kind): number {
  if (typeof kind === 'string') return bitsOf(kind);
  return Array.isArray(kind) ? scalarBits(kind[0] ?? '') : 0;
}

function optionsOf({ names, required = [], exclusive = [], needs = {} }: Named): Options | null {
  const all = Object.keys(names);
  if (all.length > 31) return null;
  const sum = (group: readonly string[]): number => group.reduce((bits, name) => bits | (1 << all.indexOf(name)), 0);
  return {
    known: new Map(all.map((name, at) => [name, { takes: scalarBits(names[name] ?? ''), bit: 1 << at }])),
    required: required.map(sum),
    exclusive: exclusive.map(sum),
    needs: Object.entries(needs).map(([name, beside]) => ({ bit: sum([name]), beside: sum(beside) })),
  };
}

function fitsPlace(place: Place, arg: unknown): boolean {
  if (fitsScalar(place.bits, arg)) return true;
  if (typeof arg !== 'object' || arg === null) return false;
  if (place.each !== 0) return Array.isArray(arg) && fitsEach(place.each, arg);
  const prototype: unknown = Object.getPrototypeOf(arg);
  if (prototype !== Object.prototype) return false;
  if (place.pairs) return arePairs(arg as Readonly<Record<string, unknown>>);
  return place.options !== null && fitsOptions(place.options, arg as Readonly<Record<string, unknown>>);
}

function fitsScalar(bits: number, value: unknown): boolean {
  if (typeof value === 'string') return (bits & TEXT) !== 0;
  if (typeof value === 'number') return (bits & NUMBER) !== 0 && value - value === 0;
  if (typeof value === 'boolean') return (bits & FLAG) !== 0;
  return (bits & BYTES) !== 0 && value instanceof Uint8Array;
}

function fitsEach(bits: number, list: readonly unknown[]): boolean {
  for (let at = 0; at < list.length; at++) if (!fitsScalar(bits, list[at])) return false;
  return list.length > 0;
}

function arePairs(pairs: Readonly<Record<string, unknown>>): boolean {
  let count = 0;
  for (const name in pairs) {
    if (!fitsScalar(VALUE, pairs[name])) return false;
    count++;
  }
  return count > 0;
}

function fitsOptions({ known, required, exclusive, needs }: Options, options: Readonly<Record<string, unknown>>): boolean {
  let given = 0;
  for (const name in options) {
    const option = known.get(name);
    const value = options[name];
    if (option === undefined || !fitsScalar(option.takes, value)) return false;
    if (value !== false) given |= option.bit;
  }
  for (let at = 0; at < required.length; at++) if ((given & (required[at] as number)) === 0) return false;
  for (let at = 0; at < exclusive.length; at++) {
    const among = given & (exclusive[at] as number);
    if ((among & (among - 1)) !== 0) return false;
  }
  for (let at = 0; at < needs.length; at++) {
    const { bit, beside } = needs[at] as Options['needs'][number];
    if ((given & bit) !== 0 && (given & beside) === 0) return false;
  }
  return true;
}

const VALUE = bitsOf('value');
