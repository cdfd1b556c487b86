import { type ReplyShape, shape } from '../commands/command.js';

/** Connection of a client, as CLIENT LIST describes it. */
export interface ClientInfo {
  id: number;
  addr: string;
  name: string;
  flags: string;
  db: number;
  user?: string;
  [field: string]: string | number | undefined;
}

type Kind = 'number' | 'text';
type Field = readonly [server: string, name: string, kind: Kind];

/** Fields that are always there; of those that the server did not send the numbers are NaN. */
const ALWAYS: readonly Field[] = [
  ['id', 'id', 'number'],
  ['addr', 'addr', 'text'],
  ['fd', 'fd', 'number'],
  ['name', 'name', 'text'],
  ['age', 'age', 'number'],
  ['idle', 'idle', 'number'],
  ['flags', 'flags', 'text'],
  ['db', 'db', 'number'],
  ['sub', 'sub', 'number'],
  ['psub', 'psub', 'number'],
  ['multi', 'multi', 'number'],
  ['qbuf', 'qbuf', 'number'],
  ['qbuf-free', 'qbufFree', 'number'],
  ['argv-mem', 'argvMem', 'number'],
  ['obl', 'obl', 'number'],
  ['oll', 'oll', 'number'],
  ['omem', 'omem', 'number'],
  ['tot-mem', 'totMem', 'number'],
  ['events', 'events', 'text'],
  ['cmd', 'cmd', 'text'],
  ['user', 'user', 'text'],
  ['lib-name', 'libName', 'text'],
  ['lib-ver', 'libVer', 'text'],
];
/** Fields that are there where the server sent them. */
const SOMETIMES: readonly Field[] = [
  ['laddr', 'laddr', 'text'],
  ['redir', 'redir', 'number'],
  ['ssub', 'ssub', 'number'],
  ['multi-mem', 'multiMem', 'number'],
  ['resp', 'resp', 'number'],
  ['watch', 'watch', 'number'],
  ['rbs', 'rbs', 'number'],
  ['rbp', 'rbp', 'number'],
];

function infoOf(line: string): ClientInfo {
  const given = new Map<string, string>();
  for (const [, name = '', value = ''] of line.matchAll(/([^\s=]+)=([^\s]*)/g)) given.set(name, value);
  const info: Record<string, string | number | undefined> = {};
  const add = ([server, name, kind]: Field): void => {
    const value = given.get(server);
    info[name] = kind === 'number' ? Number(value) : value;
  };
  for (const field of ALWAYS) add(field);
  for (const field of SOMETIMES) if (given.has(field[0])) add(field);
  return info as ClientInfo; // the fields above
}

export const clientInfo: ReplyShape<ClientInfo> = shape((reply) => infoOf(String(reply)));
export const clientList: ReplyShape<ClientInfo[]> = shape((reply) =>
  String(reply)
    .split('\n')
    .slice(0, -1)
    .map((line) => infoOf(line)),
);
