import { BlockList, isIP, isIPv6 } from '../runtime/sockets.js';

/** Addresses that share a prefix, such as `10.0.1.0/24` or `fd00::/8`. */
interface Subnet {
  readonly text: string;
  /** Whether the address is in the subnet; false for host names, which are not looked up. */
  readonly contains: (host: string) => boolean;
}

/** Reads CIDR notation; null where the text is no subnet. */
export function parseSubnet(text: string): Subnet | null {
  const slash = text.indexOf('/');
  const network = text.slice(0, slash);
  const bits = text.slice(slash + 1);
  const version = slash === -1 ? 0 : isIP(network);
  if (version === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return null;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return Object.freeze({
    text,
    contains: (host: string) => isIP(host) !== 0 && list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4'),
  });
}
