import { type Address, parseAddress } from '../../../lib/options/address.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { NodeRules } from '../../../lib/topology/node-rules.js';
import type { NodeInfo } from '../../../lib/topology/snapshot.js';

/** The address of a port on 127.0.0.1, or of a text. */
export function at(text: string | number): Address {
  const address = parseAddress(typeof text === 'number' ? `127.0.0.1:${text}` : text, null);
  if (address === null) throw new Error(`no address: ${text}`);
  return address;
}

export const keyOf = (port: number): string => `127.0.0.1:${port}`;

export const rules = new NodeRules(resolveOptions({}));

export function primaryNode(port: number): NodeInfo {
  return rules.node({ id: null, address: at(port), names: [], role: 'primary', usable: true, replicaOf: null, depth: 0, priority: 100 });
}

export function replicaNode(port: number, primary: number): NodeInfo {
  return rules.node({
    id: null,
    address: at(port),
    names: [],
    role: 'replica',
    usable: true,
    replicaOf: keyOf(primary),
    depth: 1,
    priority: 100,
  });
}
