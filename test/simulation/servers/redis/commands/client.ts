import { Failure, OK, type ReplyValue, Verbatim } from '../../resp.js';
import { type Answer, LATER } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RedisServer } from '../redis-server.js';
import type { RuleTable } from '../rules.js';
import type { RedisSession } from '../session.js';
import { integer, SYNTAX } from './arguments.js';
import { BAD_NAME, isName } from './hello.js';

export const clientRules: RuleTable = {
  'CLIENT ID': ({ session }) => session.id,
  'CLIENT INFO': ({ server, session }) => new Verbatim(`${clientLine(server, session)}\n`),
  'CLIENT LIST': list,
  'CLIENT GETNAME': ({ session }) => (session.name === '' ? null : session.name),
  'CLIENT SETNAME': ({ session, words }) => {
    if (!isName(words[2] ?? '')) return BAD_NAME;
    session.name = words[2] ?? '';
    return OK;
  },
  'CLIENT SETINFO': ({ session, words }) => {
    const attribute = words[2]?.toLowerCase();
    const value = words[3] ?? '';
    if (attribute !== 'lib-name' && attribute !== 'lib-ver') return new Failure(`ERR Unrecognized option '${words[2]}'`);
    if (!isName(value)) return new Failure(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
    if (attribute === 'lib-name') session.libraryName = value;
    else session.libraryVersion = value;
    return OK;
  },
  'CLIENT CAPA': ({ session, words }) => {
    session.takesRedirects ||= words.slice(2).some((word) => word.toLowerCase() === 'redirect');
    return OK;
  },
  'CLIENT NO-EVICT': onOrOff('noEvict'),
  'CLIENT NO-TOUCH': onOrOff('noTouch'),
  'CLIENT KILL': kill,
  'CLIENT UNBLOCK': ({ server, words }) => {
    const how = words[3]?.toUpperCase() ?? 'TIMEOUT';
    if (how !== 'TIMEOUT' && how !== 'ERROR') return new Failure('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    const session = server.sessionById(integer(words[2]));
    return session !== undefined && server.blocked.unblock(session, how) ? 1 : 0;
  },
  'CLIENT PAUSE': ({ server, words }) => {
    const kind = words[3]?.toUpperCase() ?? 'ALL';
    if (kind !== 'ALL' && kind !== 'WRITE') return new Failure('ERR CLIENT PAUSE mode must be WRITE or ALL');
    const ms = integer(words[2], new Failure('ERR timeout is not an integer or out of range'));
    if (ms < 0) return new Failure('ERR timeout is negative');
    server.pause.begin('client', ms, kind === 'ALL' ? 'all' : 'write');
    return OK;
  },
  'CLIENT UNPAUSE': ({ server }) => {
    server.pause.end('client');
    return OK;
  },
  'CLIENT REPLY': ({ session, words }) => {
    const mode = words[2]?.toUpperCase();
    if (mode === 'ON') {
      session.replies = 'on';
      return OK;
    }
    if (mode === 'OFF') session.replies = 'off';
    else if (mode === 'SKIP') {
      if (session.replies === 'on') session.replies = 'skip next';
    } else return SYNTAX;
    return LATER;
  },
  /** The model has no tracking: nothing of the library asks for it. */
  'CLIENT TRACKING': () => new Failure('ERR the model of a server has no CLIENT TRACKING'),
  'CLIENT TRACKINGINFO': () =>
    new Map<string, ReplyValue>([
      ['flags', new Set(['off'])],
      ['redirect', -1],
      ['prefixes', []],
    ]),
  'CLIENT GETREDIR': () => -1,
};

function onOrOff(field: 'noEvict' | 'noTouch'): (call: CommandCall) => Answer {
  return ({ session, words }) => {
    const word = words[2]?.toUpperCase();
    if (word !== 'ON' && word !== 'OFF') return SYNTAX;
    session[field] = word === 'ON';
    return OK;
  };
}

/** https://redis.io/docs/latest/commands/client-list/ */
function clientLine(server: RedisServer, session: RedisSession): string {
  const { now } = server;
  const { blocked, queued } = session;
  const isBlocked = blocked !== null || session.postponed !== null;
  let flags = session.subscriptions > 0 ? 'P' : '';
  if (queued !== null) flags += 'x';
  if (isBlocked) flags += 'b';
  if (session.isTouched) flags += 'd';
  if (session.isReadonly) flags += 'r';
  if (session.noEvict) flags += 'e';
  if (session.noTouch) flags += 'T';
  const { clientFields } = server.dialect;
  const own = (name: string, value: string | number): string => (clientFields.has(name) ? ` ${name}=${value}` : '');
  const age = Math.floor((now - session.since) / 1_000);
  const idle = Math.floor((now - session.lastAt) / 1_000);
  let watched = 0;
  for (const keys of session.watched.values()) watched += keys.size;
  return (
    `id=${session.id} addr=${addressOf(server, session)} laddr=${server.name} fd=${session.id + 7} name=${session.name} age=${age}` +
    ` idle=${idle} flags=${flags === '' ? 'N' : flags}${own('capa', session.takesRedirects ? 'r' : '')} db=${session.database}` +
    ` sub=${session.channels.size} psub=${session.patterns.size} ssub=${session.shardChannels.size} multi=${queued?.length ?? -1}` +
    `${own('watch', watched)} qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=22272 events=r` +
    ` cmd=${session.lastCommand.toLowerCase().replace(' ', '|') || 'NULL'} user=${session.user ?? '(superuser)'} redir=-1` +
    ` resp=${session.protocol}${own('lib-name', session.libraryName)}${own('lib-ver', session.libraryVersion)}${own('io-thread', 0)}` +
    `${own('tot-net-in', 0)}${own('tot-net-out', 0)}${own('tot-cmds', 0)}`
  );
}

/** Of clients that connect over the network: of one over a Unix socket a server says the path. */
function addressOf(_server: RedisServer, session: RedisSession): string {
  return `10.0.0.100:${session.end.peerPort}`;
}

function list({ server, words }: CommandCall): Answer {
  const sessions = [...server.connections.values()];
  let chosen = sessions;
  const option = words[2]?.toUpperCase();
  if (words.length > 3 && option === 'ID') {
    const ids = words.slice(3).map((word) => integer(word, new Failure(server.dialect.badClientId.list)));
    // In the order of the ids, and each as often as it is asked for.
    chosen = ids.flatMap((id) => sessions.filter((each) => each.id === id));
  } else if (words.length === 4 && option === 'TYPE') {
    const type = words[3]?.toLowerCase();
    if (type === 'normal') chosen = sessions.filter(({ subscriptions }) => subscriptions === 0);
    else if (type === 'pubsub') chosen = sessions.filter(({ subscriptions }) => subscriptions > 0);
    else if (type === 'master' || type === 'replica' || type === 'slave') chosen = [];
    else return new Failure(`ERR Unknown client type '${words[3]}'`);
  } else if (words.length > 2) return SYNTAX;
  return new Verbatim(chosen.map((each) => `${clientLine(server, each)}\n`).join(''));
}

/** Of the filters those that a client of ours may use: the old form, ID, ADDR, LADDR, TYPE, USER and SKIPME. */
function kill({ server, session, words }: CommandCall): Answer {
  const sessions = [...server.connections.values()];
  if (words.length === 3) {
    const found = sessions.find((each) => addressOf(server, each) === words[2]);
    if (found === undefined) return new Failure('ERR No such client');
    end(server, session, found);
    return OK;
  }
  if (words.length % 2 !== 0) return SYNTAX;
  let skipsMe = true;
  const filters: ((each: RedisSession) => boolean)[] = [];
  for (let at = 2; at < words.length; at += 2) {
    const value = words[at + 1] ?? '';
    const filter = words[at]?.toUpperCase();
    if (filter === 'ID') {
      const id = integer(value, new Failure(server.dialect.badClientId.kill));
      filters.push((each) => each.id === id);
    } else if (filter === 'ADDR') filters.push((each) => addressOf(server, each) === value);
    else if (filter === 'LADDR') filters.push(() => server.name === value);
    else if (filter === 'USER') filters.push((each) => each.user === value);
    else if (filter === 'TYPE') filters.push((each) => (value.toLowerCase() === 'pubsub') === each.subscriptions > 0);
    else if (filter === 'SKIPME' && /^(yes|no)$/i.test(value)) skipsMe = value.toLowerCase() === 'yes';
    else return SYNTAX;
  }
  let killed = 0;
  for (const each of sessions) {
    if ((skipsMe && each === session) || !filters.every((matches) => matches(each))) continue;
    end(server, session, each);
    killed++;
  }
  return killed;
}

function end(server: RedisServer, asker: RedisSession, session: RedisSession): void {
  if (session === asker) session.closesAfterReply = true;
  else server.drop(session.end);
}
