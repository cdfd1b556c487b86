import type { Address } from './address.js';
import { compileAddressPattern } from './address-pattern.js';
import type { NodeRule } from './domain-options.js';

export type Tags = Readonly<Record<string, string>>;

const NO_TAGS: Tags = Object.freeze({});

/** The tags of a node: those of the first rule that matches its address. */
export function nodeTags(rules: readonly NodeRule[]): (address: Address) => Tags {
  const compiled = rules.map((rule) => ({ matches: compileAddressPattern(rule.match), tags: rule.tags ?? NO_TAGS }));
  return (address) => compiled.find((rule) => rule.matches?.(address) === true)?.tags ?? NO_TAGS;
}
