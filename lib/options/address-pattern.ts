import { type Address, addressKey, isHost, parseAddress } from './address.js';
import { parseSubnet } from './subnet.js';
import { compilePattern } from './wildcard.js';

export type AddressMatcher = (address: Address) => boolean;

// Host names are compared in lower case; the names of files are what they are.
const hostOf = (address: Address): string => ('path' in address ? '' : address.host.toLowerCase());
const keyOf = (address: Address): string => ('path' in address ? address.path : addressKey(address).toLowerCase());

/** `host:port`, `host`, `/path/of/socket`, a pattern with `*` over one of them, or a subnet; null where the text is none of them. */
export function compileAddressPattern(source: string): AddressMatcher | null {
  const text = source.startsWith('/') ? source : source.toLowerCase();
  if (text.includes('*')) {
    const pattern = compilePattern(text);
    return (address) => pattern.matches(keyOf(address)) || ('host' in address && pattern.matches(hostOf(address)));
  }
  const subnet = parseSubnet(text);
  if (subnet !== null) return (address) => 'host' in address && subnet.contains(address.host);
  if (isHost(text)) return (address) => hostOf(address) === text;
  const exact = parseAddress(text, null);
  if (exact === null) return null;
  const key = keyOf(exact);
  return (address) => keyOf(address) === key;
}
