import type { Raw } from '../../../index.js';
import { RESP_TYPES, type TypeMapping } from '../type-mapping.js';

/** A reply that no command of the table transforms, with its maps as the mapping has them. */
export function asMapped(reply: Raw, mapping: TypeMapping): unknown {
  const type = mapping[RESP_TYPES.MAP];
  return type === Map || type === Array ? mapsOf(reply, type) : reply;
}

function mapsOf(reply: Raw, type: MapConstructor | ArrayConstructor): unknown {
  if (Array.isArray(reply)) return reply.map((it) => mapsOf(it, type));
  if (typeof reply !== 'object' || reply === null || Buffer.isBuffer(reply) || reply instanceof Error) return reply;
  const entries = Object.entries(reply).map(([field, value]) => [field, mapsOf(value, type)] as const);
  return type === Map ? new Map(entries) : entries.flat();
}
