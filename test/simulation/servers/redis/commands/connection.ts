import { Failure, OK, Status } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import { DEFAULT_USER, freshUser } from '../access.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { wallClock } from '../server-clock.js';
import { integer } from './arguments.js';
import { hello, login } from './hello.js';

const WRONG_ARITY_OF_PING = new Failure("ERR wrong number of arguments for 'ping' command");
const PONG = new Status('PONG');
const NO_CLUSTER = new Failure('ERR This instance has cluster support disabled');

export const connectionRules: RuleTable = {
  PING: ({ session, words }) => {
    if (words.length > 2) return WRONG_ARITY_OF_PING;
    if (session.protocol === 2 && session.subscriptions > 0) return ['pong', words[1] ?? ''];
    return words[1] ?? PONG;
  },
  ECHO: (call) => call.word(1),
  HELLO: hello,
  AUTH: ({ server, session, words }) => {
    if (words.length > 3) return new Failure('ERR syntax error');
    const [user, password] = words.length === 3 ? [words[1] ?? '', words[2] ?? ''] : [DEFAULT_USER, words[1] ?? ''];
    if (words.length === 2 && server.users.get(DEFAULT_USER)?.password === null) {
      return new Failure(
        'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      );
    }
    return login(server, session, user, password) ?? OK;
  },
  SELECT: select,
  READONLY: ({ server, session }) => {
    // Valkey takes it everywhere since 8.0: https://valkey.io/commands/readonly/
    if (server.cluster === null && server.options.product === 'redis') return NO_CLUSTER;
    session.isReadonly = true;
    return OK;
  },
  READWRITE: ({ server, session }) => {
    if (server.cluster === null && server.options.product === 'redis') return NO_CLUSTER;
    session.isReadonly = false;
    return OK;
  },
  QUIT: ({ session }) => {
    session.closesAfterReply = true;
    return OK;
  },
  RESET: ({ server, session }) => {
    server.forget(session);
    session.reset(freshUser(server.users));
    return new Status('RESET');
  },
  TIME: ({ now }) => {
    const ms = wallClock(now);
    return [String(Math.floor(ms / 1_000)), String(Math.floor((ms % 1_000) * 1_000))];
  },
  ROLE: ({ server, session }) => server.replication.role(session),
  WAIT: (call) => {
    const replicas = integer(call.words[1]);
    const timeoutMs = integer(call.words[2], new Failure('ERR timeout is not an integer or out of range'));
    if (timeoutMs < 0) return new Failure('ERR timeout is negative');
    if (!call.server.replication.isPrimary) {
      return new Failure(
        `ERR WAIT cannot be used with replica instances. Please also note that ${call.server.options.product === 'redis' ? 'since Redis 4.0 ' : ''}if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.`,
      );
    }
    return call.server.replication.wait(call, replicas, timeoutMs);
  },
  /** Of DEBUG only what stops the server for a while. */
  DEBUG: ({ server, words }) => {
    if (words[1]?.toUpperCase() !== 'SLEEP' || words.length !== 3) {
      return new Failure(`ERR unknown subcommand or wrong number of arguments for '${words[1]}'. Try DEBUG HELP.`);
    }
    server.busy(Number(words[2]) * 1_000);
    return OK;
  },
};

function select({ server, session, words }: CommandCall): Answer {
  const index = integer(words[1]);
  if (server.cluster !== null && index !== 0) {
    // Valkey 9 has `cluster-databases`, which is 1 by default.
    const hasSeveral = server.options.product === 'valkey' && server.isAtLeast(9, 0);
    return new Failure(hasSeveral ? 'ERR DB index is out of range' : 'ERR SELECT is not allowed in cluster mode');
  }
  if (server.keyspace.databases[index] === undefined) return new Failure('ERR DB index is out of range');
  session.database = index;
  return OK;
}
