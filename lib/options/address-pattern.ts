import { OptionsError } from '../errors.js';
import { type Address, addressKey, canonicalHost, isHost, parseAddress } from './address.js';
import { addressText } from './secrets.js';
import { parseSubnet } from './subnet.js';
import type { Check } from './validate.js';
import { compilePattern, sizeProblem } from './wildcard.js';

/** Tells whether an address matches a pattern. */
export type AddressMatcher = (address: Address) => boolean;

// Host names are compared in lower case, the names of socket files as they are.
const lowerCaseHost = (address: Address): string => ('path' in address ? '' : address.host.toLowerCase());
const comparableKey = (address: Address): string => ('path' in address ? address.path : addressKey(address).toLowerCase());

/**
 * Compiles `host:port`, `host`, `/path/of/socket`, a pattern with `*` over one of them, or a subnet; null where the text is none of them.
 */
export function compileAddressPattern(source: string): AddressMatcher | null {
  const text = source.startsWith('/') ? source : source.toLowerCase();
  if (text.includes('*')) {
    const pattern = compilePattern(text);
    return (address) => pattern.matches(comparableKey(address)) || ('host' in address && pattern.matches(lowerCaseHost(address)));
  }
  const subnet = parseSubnet(text);
  if (subnet !== null) return (address) => 'host' in address && subnet.contains(address.host);
  if (isHost(text)) {
    const host = canonicalHost(text);
    return (address) => lowerCaseHost(address) === host;
  }
  const exact = parseAddress(text, null);
  if (exact === null) return null;
  const key = comparableKey(exact);
  return (address) => comparableKey(address) === key;
}

export const checkAddressPattern: Check<string> = (value, path) => {
  const problem = typeof value === 'string' ? sizeProblem(value) : null;
  if (problem !== null) throw new OptionsError(path, `expected ${problem}`);
  if (typeof value === 'string' && compileAddressPattern(value) !== null) return value;
  const expected = 'host:port, a host, a pattern with * or a subnet such as 10.0.1.0/24';
  throw new OptionsError(path, `expected ${expected}, got ${addressText(value)}`);
};
