import { Failure } from '../resp.js';
import { mayRun } from './access.js';
import type { RedisServer } from './redis-server.js';
import type { CommandRule } from './rules.js';
import type { RedisSession } from './session.js';

/** A refusal, and whether EXEC answers it as it is instead of with EXECABORT. */
export interface Refusal {
  readonly failure: Failure;
  readonly isRedirect: boolean;
}

/** The rule of a command, or why there is none. */
export function findRule(server: RedisServer, session: RedisSession, words: readonly string[]): CommandRule | Failure {
  const [name = '', second] = words;
  let rule = server.rules.get(name);
  if (session.user === null && server.dialect.asksForLoginFirst && rule?.noAuth !== true) return NOAUTH;
  if (rule === undefined) return unknownCommand(session.nameAsSent, words, server.dialect.unknownWithoutArguments);
  if (rule.isContainer && second !== undefined) {
    rule = server.rules.get(`${name} ${second.toUpperCase()}`);
    if (rule === undefined) return new Failure(`ERR unknown subcommand '${second}'. Try ${name} HELP.`);
  }
  if (rule.arity >= 0 ? words.length !== rule.arity : words.length < -rule.arity) {
    return new Failure(`ERR wrong number of arguments for '${rule.shownName}' command`);
  }
  return rule;
}

/** https://github.com/redis/redis/blob/7.2/src/server.c (`commandCheckExistence`) */
function unknownCommand(name: string, words: readonly string[], withoutArguments: string): Failure {
  if (words.length === 1) return new Failure(`ERR unknown command '${name.slice(0, 128)}'${withoutArguments}`);
  let args = '';
  for (let at = 1; at < words.length && args.length < 128; at++) args += `'${(words[at] ?? '').slice(0, 128 - args.length)}' `;
  return new Failure(`ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${args}`.replace(/[\r\n]/g, ' '));
}

/** Why a server does not run a command, in the order in which it asks. https://github.com/redis/redis/blob/7.2/src/server.c (`processCommand`) */
export function refusalOf(server: RedisServer, session: RedisSession, rule: CommandRule, words: readonly string[]): Refusal | null {
  const { replication, cluster } = server;
  const isExec = rule.name === 'EXEC' && session.queued !== null;
  const queued = isExec ? (session.queued ?? []) : [];
  if (session.user === null && !rule.noAuth) return refused(NOAUTH);
  if (session.queued !== null && rule.noMulti) return refused(new Failure(server.dialect.inTransaction(rule.shownName)));
  const noPermission = mayRun(server, session, rule, words);
  if (noPermission !== null) return refused(noPermission);
  if (cluster !== null && (rule.hasKeys || isExec)) {
    const keys = isExec ? queued.flatMap((each) => each.rule.keys(each.words)) : rule.keys(words);
    const redirect = keys.length === 0 ? null : cluster.refusal(session, rule, words, keys);
    if (redirect !== null) return { failure: redirect, isRedirect: true };
  }
  const isWrite = rule.kind === 'write' || queued.some((each) => each.rule.kind === 'write');
  if (session.takesRedirects && cluster === null) {
    const redirect = replication.redirect(session, rule, isWrite);
    if (redirect !== null) return { failure: redirect, isRedirect: true };
  }
  if (server.isOutOfMemory && (rule.deniesMemory || queued.some((each) => each.rule.deniesMemory))) return refused(OOM);
  if (isWrite) {
    const failure = (server.cannotSave ? MISCONF : null) ?? replication.lacksReplicas(session) ?? replication.readOnly(session);
    if (failure !== null) return refused(failure);
  }
  if (session.protocol === 2 && session.subscriptions > 0 && !rule.whileSubscribed) {
    return refused(
      new Failure(
        `ERR Can't execute '${rule.shownName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      ),
    );
  }
  if (!rule.whileStale) {
    const failure = replication.stale(session);
    if (failure !== null) return refused(failure);
  }
  if (!rule.whileLoading) {
    const failure = replication.loading(session) ?? (server.isLoading ? loadingFailure(server) : null);
    if (failure !== null) return refused(failure);
  }
  return null;
}

function loadingFailure({ options }: RedisServer): Failure {
  return new Failure(`LOADING ${options.product === 'redis' ? 'Redis' : 'Valkey'} is loading the dataset in memory`);
}

function refused(failure: Failure): Refusal {
  return { failure, isRedirect: false };
}

const NOAUTH = new Failure('NOAUTH Authentication required.');
const OOM = new Failure("OOM command not allowed when used memory > 'maxmemory'.");
const MISCONF = new Failure(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
);
