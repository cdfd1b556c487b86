import { Failure, nullArray, OK, type ReplyValue } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';

/** https://github.com/redis/redis/blob/7.2/src/multi.c */
export const transactionRules: RuleTable = {
  MULTI: ({ session }) => {
    if (session.queued !== null) return new Failure('ERR MULTI calls can not be nested');
    session.queued = [];
    return OK;
  },
  DISCARD: ({ server, session }) => {
    if (session.queued === null) return new Failure('ERR DISCARD without MULTI');
    session.dropMulti();
    server.keyspace.unwatch(session);
    return OK;
  },
  WATCH: ({ server, session, words, db }) => {
    if (session.queued !== null) return new Failure('ERR WATCH inside MULTI is not allowed');
    for (let at = 1; at < words.length; at++) server.keyspace.watch(session, db, words[at] ?? '');
    return OK;
  },
  UNWATCH: ({ server, session }) => {
    server.keyspace.unwatch(session);
    return OK;
  },
  EXEC: exec,
};

function exec(call: CommandCall): Answer {
  const { server, session } = call;
  const { queued, isSpoilt } = session;
  if (queued === null) return new Failure('ERR EXEC without MULTI');
  const isTouched = session.isTouched || server.keyspace.hasExpiredWatched(session);
  session.dropMulti();
  server.keyspace.unwatch(session);
  if (isSpoilt) return new Failure('EXECABORT Transaction discarded because of previous errors.');
  if (isTouched) return nullArray;
  const replies: ReplyValue[] = [];
  for (const { words, rule } of queued) {
    const part = server.run(session, words, rule, 'exec');
    call.include(part);
    replies.push(part.reply as ReplyValue); // nothing blocks in a transaction
  }
  return replies;
}
