import { Failure, type ReplyValue } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RedisServer } from '../redis-server.js';
import type { RedisSession } from '../session.js';

const NOPROTO = new Failure('NOPROTO unsupported protocol version');
const WRONGPASS = new Failure('WRONGPASS invalid username-password pair or user is disabled.');
function notLoggedIn(server: RedisServer): Failure {
  return new Failure(
    `NOAUTH HELLO must be called with the client already authenticated, otherwise the ${server.dialect.helloForm} option can be used to authenticate the client and select the RESP protocol version at the same time`,
  );
}

/** https://redis.io/docs/latest/commands/hello/ */
export function hello({ server, session, words }: CommandCall): Answer {
  let protocol: 2 | 3 | null = null;
  if (words.length > 1) {
    if (!/^-?\d+$/.test(words[1] ?? '')) return new Failure('ERR Protocol version is not an integer or out of range');
    if (words[1] !== '2' && words[1] !== '3') return NOPROTO;
    protocol = words[1] === '3' ? 3 : 2;
  }
  let name: string | null = null;
  for (let at = 2; at < words.length; at++) {
    const option = words[at]?.toUpperCase();
    const left = words.length - at - 1;
    if (option === 'AUTH' && left >= 2) {
      const failure = login(server, session, words[at + 1] ?? '', words[at + 2] ?? '');
      if (failure !== null) return failure;
      at += 2;
    } else if (option === 'SETNAME' && left >= 1) {
      name = words[++at] ?? '';
      if (!isName(name)) return BAD_NAME;
    } else return new Failure(`ERR Syntax error in HELLO option '${words[at]}'`);
  }
  if (session.user === null) return notLoggedIn(server);
  if (name !== null) session.name = name;
  if (protocol !== null) session.protocol = protocol;
  const { product, version, zone } = server.options;
  const facts = new Map<string, ReplyValue>([
    ['server', product],
    ['version', version],
    ['proto', session.protocol],
    ['id', session.id],
    ['mode', server.mode],
    ...(server.mode === 'sentinel' ? [] : [['role', server.replication.helloRole] as const]),
    ['modules', []],
  ]);
  if (product === 'valkey' && server.isAtLeast(8, 1) && zone !== undefined) facts.set('availability_zone', zone);
  return facts;
}

export const BAD_NAME = new Failure('ERR Client names cannot contain spaces, newlines or special characters.');

/** https://github.com/redis/redis/blob/7.2/src/networking.c (`clientSetName`) */
export function isName(text: string): boolean {
  return /^[!-~]*$/.test(text);
}

export function login(server: RedisServer, session: RedisSession, name: string, password: string): Failure | null {
  const user = server.users.get(name);
  if (user === undefined || (user.password !== null && user.password !== password)) return WRONGPASS;
  session.user = name;
  return null;
}
