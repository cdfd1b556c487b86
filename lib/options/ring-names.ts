import type { PlacementOptions } from '../placement/placement.js';
import type { UrlAccess } from './access.js';
import { type Address, addressKey } from './address.js';
import type { Seed } from './seeds.js';
import type { MemberTopology } from './topology.js';

/** Member without a name of its own. */
export interface Unnamed {
  readonly topology: MemberTopology;
  /** Its address as it was written; null: it is a topology. */
  readonly written: Seed | null;
  readonly url: UrlAccess;
  readonly position: number;
}

/** The port that twemproxy leaves out of what it hashes, memcached's: `CONF_DEFAULT_KETAMA_PORT` in its src/nc_conf.h. */
const UNHASHED_PORT = 11_211;

/**
 * The name of a member that was given none: what the placement hashes for it. Null: there is nothing of which it could be made.
 * Hosts are as they were written, for other programs hash them so.
 */
export function defaultName(placement: PlacementOptions, member: Unnamed): string | null {
  if (placement.as === 'jedis') return `SHARD-${member.position}`;
  const { topology } = member;
  if (topology.kind === 'sentinel' && placement.as !== 'redis-rb') return topology.name;
  if (topology.kind !== 'single') return null;
  const address = asWritten(topology.address, member.written);
  switch (placement.as) {
    case 'twemproxy':
      return twemproxyName(address);
    case 'redis-rb':
      return redisRbId(address, member.url, placement.version);
    default:
      return addressKey(address);
  }
}

function twemproxyName(address: Address): string {
  // Of `/path:weight` it takes the colon along: `conf_add_server` in its src/nc_conf.c.
  if ('path' in address) return `${address.path}:`;
  return address.port === UNHASHED_PORT ? address.host : `${address.host}:${address.port}`;
}

function redisRbId(address: Address, { tls, database = 0 }: UrlAccess, version: 4 | 5): string {
  if (version === 4) return `redis://${'path' in address ? address.path : `${address.host}:${address.port}`}/${database}`;
  if ('path' in address) return `unix://${address.path}${database === 0 ? '' : `?db=${database}`}`;
  return `${tls === true ? 'rediss' : 'redis'}://${addressKey(address)}${database === 0 ? '' : `/${database}`}`;
}

/** The address with its host as it was written: elsewhere host names are in lower case. */
function asWritten(address: Address, written: Seed | null): Address {
  if (written === null || 'path' in address) return address;
  if (typeof written !== 'string') return 'host' in written ? { host: written.host, port: address.port } : address;
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(written)?.[1];
  const text = authority === undefined ? written : decodeURIComponent(authority.slice(authority.lastIndexOf('@') + 1));
  const host = /^\[([^\]]*)\]/.exec(text)?.[1] ?? text.replace(/:\d*$/, '');
  return { host, port: address.port };
}
