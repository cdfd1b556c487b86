import type { Type } from 'typescript/unstable/sync';
import type { Kind, Named } from '../lib/commands/arguments/signature.js';

/** One object type of a union: the names that may stand in it. */
export type Variant = ReadonlyMap<string, { readonly type: Type; readonly required: boolean; readonly order: string }>;

/**
 * A union of object types as one table of names, and which of them go together: what a compiler knows of the union, as three lists that a
 * message can name.
 */
export function namedKind(given: readonly Variant[], kindOf: (types: readonly Type[]) => Kind): Named {
  const places = new Map<string, string>();
  for (const [name, { order }] of given.flatMap((variant) => [...variant])) if (order < (places.get(name) ?? '~')) places.set(name, order);
  const all = [...places.keys()].sort((a, b) => ((places.get(a) ?? '') < (places.get(b) ?? '') ? -1 : 1));
  const names = Object.fromEntries(all.map((name) => [name, kindOf(given.flatMap((one) => one.get(name)?.type ?? []))]));
  // Flags alone are never required: without them the method does what it does without options.
  const flagsOnly = all.filter((name) => given.every((one) => one.get(name)?.required === true)).every((name) => names[name] === 'flag');
  const variants = flagsOnly ? [...given, new Map() as Variant] : given;
  const requires = (variant: Variant, name: string): boolean => variant.get(name)?.required === true;
  const exclusive = groups(all, (a, b) => !variants.some((variant) => variant.has(a) && variant.has(b)));
  const required = all.filter((name) => variants.every((variant) => requires(variant, name))).map((name) => [name]);
  for (const group of exclusive) {
    const isChoice = given.every((variant) => group.some((name) => requires(variant, name)));
    if (isChoice && !group.some((name) => required.flat().includes(name))) required.push(group);
  }
  const needs = all.flatMap((name) => {
    const needed = neededBy(
      name,
      all,
      variants.filter((variant) => variant.has(name)),
      required.flat(),
    );
    return needed.length === 0 ? [] : [[name, needed] as const];
  });
  return {
    names,
    ...(required.length > 0 ? { required } : {}),
    ...(exclusive.length > 0 ? { exclusive } : {}),
    ...(needs.length > 0 ? { needs: Object.fromEntries(needs) } : {}),
  };
}

/** The fewest names of which one stands in every variant that has `name`; none where it may stand without others. */
function neededBy(name: string, all: readonly string[], hosts: readonly Variant[], always: readonly string[]): string[] {
  const beside = hosts.map((variant) => all.filter((other) => other !== name && !always.includes(other) && variant.get(other)?.required));
  if (beside.some((others) => others.length === 0)) return [];
  const certain = new Set(beside.filter((others) => others.length === 1).flat());
  const others = beside.filter((some) => !some.some((other) => certain.has(other))).flat();
  return all.filter((other) => certain.has(other) || others.includes(other));
}

/** Groups of names of which every two exclude each other, until all such pairs are in one; those of the server's words first. */
function groups(all: readonly string[], excludes: (a: string, b: string) => boolean): string[][] {
  const found: string[][] = [];
  const names = [...all.filter((name) => name === name.toUpperCase()), ...all.filter((name) => name !== name.toUpperCase())];
  for (const [at, a] of names.entries()) {
    for (const b of names.slice(at + 1)) {
      if (!excludes(a, b) || found.some((group) => group.includes(a) && group.includes(b))) continue;
      const group = [a, b];
      for (const name of names) if (!group.includes(name) && group.every((other) => excludes(name, other))) group.push(name);
      found.push(all.filter((name) => group.includes(name)));
    }
  }
  return found;
}
