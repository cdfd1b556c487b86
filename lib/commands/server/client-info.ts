import type { Arg, Raw } from '../../protocol/command-spec.js';
import { setField } from '../../protocol/resp/map-reply.js';
import type { OneOrMore } from '../group.js';
import { pushAll, pushOptions } from '../tokens.js';

export type ClientType = 'NORMAL' | 'MASTER' | 'PRIMARY' | 'SLAVE' | 'REPLICA' | 'PUBSUB';

/** Which connections. Redis has `ID`, `TYPE`, `USER`, `ADDR`, `LADDR`, `SKIPME`, `MAXAGE` (some only to kill), Valkey 9 has all. */
export interface ClientFilter {
  TYPE?: ClientType;
  /** Several since Valkey 8.1; to list, since Redis 6.2. */
  ID?: OneOrMore<number>;
  USER?: string;
  /** The client's end, `ip:port`. */
  ADDR?: string;
  /** The server's end, `ip:port`. */
  LADDR?: string;
  /** `YES`: not the connection that asks. Default `YES` to kill, `NO` to list. */
  SKIPME?: 'YES' | 'NO';
  /** Connected at least so many seconds ago. */
  MAXAGE?: number;
  NAME?: string;
  /** Silent for at least so many seconds. */
  IDLE?: number;
  FLAGS?: string;
  'LIB-NAME'?: string;
  'LIB-VER'?: string;
  DB?: number;
  CAPA?: string;
  IP?: string;
  'NOT-TYPE'?: ClientType;
  'NOT-ID'?: OneOrMore<number>;
  'NOT-USER'?: string;
  'NOT-ADDR'?: string;
  'NOT-LADDR'?: string;
  'NOT-NAME'?: string;
  'NOT-FLAGS'?: string;
  'NOT-LIB-NAME'?: string;
  'NOT-LIB-VER'?: string;
  'NOT-DB'?: number;
  'NOT-CAPA'?: string;
  'NOT-IP'?: string;
}

const NOT = [
  'NOT-USER',
  'NOT-ADDR',
  'NOT-LADDR',
  'NOT-NAME',
  'NOT-FLAGS',
  'NOT-LIB-NAME',
  'NOT-LIB-VER',
  'NOT-DB',
  'NOT-CAPA',
  'NOT-IP',
] as const;

export function pushFilter(args: Arg[], filter: ClientFilter): void {
  if (filter.TYPE !== undefined) args.push('TYPE', filter.TYPE);
  pushIds(args, 'ID', filter.ID);
  pushOptions(args, filter, [
    'USER',
    'ADDR',
    'LADDR',
    'SKIPME',
    'MAXAGE',
    'NAME',
    'IDLE',
    'FLAGS',
    'LIB-NAME',
    'LIB-VER',
    'DB',
    'CAPA',
    'IP',
  ]);
  if (filter['NOT-TYPE'] !== undefined) args.push('NOT-TYPE', filter['NOT-TYPE']);
  pushIds(args, 'NOT-ID', filter['NOT-ID']);
  pushOptions(args, filter, NOT);
}

function pushIds(args: Arg[], token: 'ID' | 'NOT-ID', ids: OneOrMore<number> | undefined): void {
  if (ids === undefined) return;
  args.push(token);
  pushAll(args, ids);
}

/** One connection of the server: https://redis.io/docs/latest/commands/client-list/ tells what the fields mean. */
export interface ClientInfo {
  id: number;
  /** The client's end. */
  addr: string;
  /** The server's end. */
  laddr: string;
  fd: number;
  name: string;
  /** Seconds since it connected. */
  age: number;
  /** Seconds since its last command. */
  idle: number;
  flags: string;
  db: number;
  sub: number;
  psub: number;
  ssub: number;
  /** Commands in its transaction, -1 outside of one. */
  multi: number;
  qbuf: number;
  'qbuf-free': number;
  'argv-mem': number;
  'multi-mem': number;
  rbs: number;
  rbp: number;
  obl: number;
  oll: number;
  omem: number;
  'tot-mem': number;
  events: string;
  /** Its last command. */
  cmd: string;
  user: string;
  redir: number;
  resp: number;
  'lib-name'?: string;
  'lib-ver'?: string;
  /** What newer servers add; text where this library does not know it as a number. */
  [field: string]: string | number | undefined;
}

const NUMBERS: ReadonlySet<string> = new Set(
  (
    'id fd age idle db sub psub ssub multi watch qbuf qbuf-free argv-mem multi-mem rbs rbp obl oll omem tot-mem redir resp io-thread ' +
    'tot-net-in tot-net-out tot-cmds'
  ).split(' '),
);

/** `id=5 addr=127.0.0.1:57320 … name= …`; the server lets no space into a value. */
export function toClient(raw: Raw): ClientInfo {
  const client: Record<string, string | number> = {};
  for (const field of String(raw).trimEnd().split(' ')) {
    const equals = field.indexOf('=');
    const name = field.slice(0, equals);
    const value = field.slice(equals + 1);
    setField(client, name, NUMBERS.has(name) ? Number(value) : value);
  }
  return client as ClientInfo;
}

export function toClients(raw: Raw): ClientInfo[] {
  return String(raw)
    .split('\n')
    .filter((line) => line !== '')
    .map(toClient);
}
