import type { Raw } from '../../protocol/command-spec.js';
import { LIMITS } from '../limits.js';
import { fieldOf, listOf, numberOf, textOf } from '../replies.js';
import { SLOT_COUNT } from '../slot-map.js';
import type { Role } from '../snapshot.js';

// Hot for large clusters: a probe reads thousands of these at once, while the callers of the client wait. Nothing is read twice here.

export type Health = 'online' | 'loading' | 'failed';

/** Slots `start` to `end`, both included. */
export interface SlotList {
  readonly start: number;
  readonly end: number;
}

/** One node of CLUSTER SHARDS or CLUSTER SLOTS. */
export interface Endpoint {
  readonly id: string;
  /** Host of the node; null: the host that was asked. `?`: unknown. */
  readonly host: string | null;
  readonly port: number;
  /** Other host names and IPs of the node. */
  readonly otherHosts: readonly string[];
  readonly role: Role;
  readonly health: Health;
  readonly offset: number;
}

export interface EndpointGroup {
  readonly ranges: readonly SlotList[];
  readonly endpoints: readonly Endpoint[];
}

/** One line of CLUSTER NODES. */
export interface NodeLine {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly hostname: string | null;
  readonly flags: readonly string[];
  readonly primaryId: string | null;
  readonly epoch: number;
  readonly ranges: readonly SlotList[];
}

/** https://redis.io/docs/latest/commands/cluster-shards/ — nodes without a port for our kind of connection are left out. */
export function parseShards(reply: Raw, tls: boolean): EndpointGroup[] {
  return listOf(reply).map((shard) => {
    const bounds = listOf(fieldOf(shard, 'slots'));
    const ranges: SlotList[] = [];
    for (let at = 0; at + 1 < bounds.length; at += 2) addRange(ranges, numberOf(bounds[at], -1), numberOf(bounds[at + 1], -1));
    const endpoints: Endpoint[] = [];
    for (const node of listOf(fieldOf(shard, 'nodes'))) {
      const endpoint = parseEndpoint(listOf(node), tls);
      if (endpoint !== null) endpoints.push(endpoint);
    }
    return { ranges, endpoints };
  });
}

/** `id … port … tls-port … ip … endpoint … hostname … role … replication-offset … health …`, in any order. */
function parseEndpoint(node: readonly Raw[], tls: boolean): Endpoint | null {
  let id: string | null = null;
  let port: Raw | undefined;
  let tlsPort: Raw | undefined;
  let ip: Raw | undefined;
  let hostname: Raw | undefined;
  let endpoint: string | null = null;
  let role: Role = 'replica';
  let health: Health = 'online';
  let offset = 0;
  for (let at = 0; at + 1 < node.length; at += 2) {
    const value = node[at + 1];
    switch (node[at]) {
      case 'id':
        id = textOf(value);
        break;
      case 'port':
        port = value;
        break;
      case 'tls-port':
        tlsPort = value;
        break;
      case 'ip':
        ip = value;
        break;
      case 'endpoint':
        endpoint = textOf(value);
        break;
      case 'hostname':
        hostname = value;
        break;
      case 'role':
        if (textOf(value) === 'master') role = 'primary';
        break;
      case 'replication-offset':
        offset = numberOf(value, 0);
        break;
      case 'health':
        health = healthOf(textOf(value));
        break;
    }
  }
  const ownPort = numberOf((tls ? tlsPort : undefined) ?? port, 0);
  if (id === null || ownPort === 0) return null;
  return {
    id,
    host: endpoint === '' ? null : endpoint,
    otherHosts: hostsBesides(endpoint, ip, hostname),
    port: ownPort,
    role,
    health,
    offset,
  };
}

function healthOf(text: string | null): Health {
  if (text === null || text === 'online') return 'online';
  return text.startsWith('fail') ? 'failed' : text === 'loading' ? 'loading' : 'online';
}

/**
 * https://redis.io/docs/latest/commands/cluster-slots/ — failed replicas and those with offset 0 are not in it; the primary comes first.
 */
export function parseSlots(reply: Raw): EndpointGroup[] {
  return listOf(reply).map((entry) => {
    const [start, end, ...nodes] = listOf(entry);
    const ranges: SlotList[] = [];
    addRange(ranges, numberOf(start, -1), numberOf(end, -1));
    const endpoints = nodes.flatMap((raw, index): Endpoint[] => {
      const [host, port, id, metadata] = listOf(raw);
      const nodeId = textOf(id);
      const nodePort = numberOf(port, 0);
      const endpoint = textOf(host);
      if (nodeId === null || nodePort === 0) return [];
      return [
        {
          id: nodeId,
          host: endpoint === '' ? null : endpoint,
          otherHosts: hostsBesides(endpoint, fieldOf(metadata, 'ip'), fieldOf(metadata, 'hostname')),
          port: nodePort,
          role: index === 0 ? 'primary' : 'replica',
          health: 'online',
          offset: 1,
        },
      ];
    });
    return { ranges, endpoints };
  });
}

const NO_HOSTS: readonly string[] = [];

function hostsBesides(endpoint: string | null, ip: Raw | undefined, hostname: Raw | undefined): readonly string[] {
  if (ip === endpoint && (hostname === undefined || hostname === '')) return NO_HOSTS;
  const hosts: string[] = [];
  for (const other of [ip, hostname]) {
    const host = textOf(other);
    if (host !== null && host !== '' && host !== endpoint) hosts.push(host);
  }
  return hosts;
}

/**
 * `id ip:port@busport[,hostname[,name=value…]] flags primary-id ping pong epoch link-state slot slot-slot [slot->-id] …`
 * https://redis.io/docs/latest/commands/cluster-nodes/ — migrating and importing slots still belong to the node that lists them.
 */
export function parseNodes(reply: Raw): NodeLine[] {
  const text = textOf(reply) ?? '';
  const lines: NodeLine[] = [];
  for (let start = 0; start < text.length; ) {
    const next = endOf(text, '\n', start, text.length);
    const end = text[next - 1] === '\r' ? next - 1 : next;
    const line = parseLine(text, start, end);
    if (line !== null) lines.push(line);
    start = next + 1;
  }
  return lines;
}

function parseLine(text: string, start: number, end: number): NodeLine | null {
  const idEnd = endOf(text, ' ', start, end);
  const placeEnd = endOf(text, ' ', idEnd + 1, end);
  const flagsEnd = endOf(text, ' ', placeEnd + 1, end);
  const primaryEnd = endOf(text, ' ', flagsEnd + 1, end);
  if (flagsEnd >= end) return null;
  const pingEnd = endOf(text, ' ', primaryEnd + 1, end);
  const pongEnd = endOf(text, ' ', pingEnd + 1, end);
  const epochEnd = endOf(text, ' ', pongEnd + 1, end);
  const linkEnd = endOf(text, ' ', epochEnd + 1, end);

  const place = text.slice(idEnd + 1, placeEnd);
  const socketEnd = endOf(place, ',', 0, place.length);
  const address = place.slice(0, endOf(place, '@', 0, socketEnd));
  const colon = address.lastIndexOf(':');
  const hostname = place.slice(socketEnd + 1, endOf(place, ',', socketEnd + 1, place.length));
  const primaryId = text.slice(flagsEnd + 1, primaryEnd);
  return {
    id: text.slice(start, idEnd),
    host: address.slice(0, Math.max(colon, 0)),
    port: parseDigits(address, colon + 1, address.length, 0),
    hostname: hostname === '' || hostname.includes('=') ? null : hostname,
    flags: text.slice(placeEnd + 1, flagsEnd).split(','),
    primaryId: primaryId === '-' ? null : primaryId,
    epoch: parseDigits(text, pongEnd + 1, epochEnd, 0),
    ranges: linkEnd < end ? slotsOf(text, linkEnd + 1, end) : NO_SLOTS,
  };
}

const NO_SLOTS: readonly SlotList[] = [];

function slotsOf(text: string, start: number, end: number): readonly SlotList[] {
  const ranges: SlotList[] = [];
  for (let at = start; at < end; ) {
    const wordEnd = endOf(text, ' ', at, end);
    if (text[at] !== '[') {
      const dash = text.slice(at, wordEnd).indexOf('-');
      const first = parseDigits(text, at, dash === -1 ? wordEnd : at + dash, -1);
      addRange(ranges, first, dash === -1 ? first : parseDigits(text, at + dash + 1, wordEnd, -1));
    }
    at = wordEnd + 1;
  }
  return ranges;
}

/** Index of the next `mark`, at most `end`. */
function endOf(text: string, mark: string, from: number, end: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 || at > end ? end : at;
}

/** The decimal number between two indexes; `fallback` where there is anything else. */
function parseDigits(text: string, from: number, to: number, fallback: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return fallback;
    number = number * 10 + digit;
  }
  return from < to ? number : fallback;
}

/** One more than there can be is enough to see that a list is absurd. */
const MAX_RANGES = LIMITS.ranges + 1;

function addRange(ranges: SlotList[], start: number, end: number): void {
  if (ranges.length >= MAX_RANGES) return;
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end < SLOT_COUNT) ranges.push({ start, end });
}
