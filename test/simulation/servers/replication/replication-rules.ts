import type { CommandCall } from '../redis/command-call.js';
import type { RuleTable } from '../redis/rules.js';
import { Failure, OK, type ReplyValue, Status } from '../resp.js';
import { type Address, keyOf } from './messages.js';
import { Replication } from './replication.js';

/** REPLICAOF, FAILOVER of a server that has, or may have, replicas. */
export const replicationRules: RuleTable = { REPLICAOF: replicaof, SLAVEOF: replicaof, FAILOVER: failover };

const NOT_AN_INTEGER = new Failure('ERR value is not an integer or out of range');
const SYNTAX = new Failure('ERR syntax error');

function replicaof({ server, words }: CommandCall): ReplyValue {
  const { replication } = server;
  if (server.cluster !== null) return new Failure('ERR REPLICAOF not allowed in cluster mode.');
  if (!(replication instanceof Replication)) throw new Error(`${server.name} has no part for replication`);
  if (replication.failover.phase !== 'no-failover') return new Failure('ERR REPLICAOF not allowed while failing over.');
  const [, host = '', port = ''] = words;
  if (host.toLowerCase() === 'no' && port.toLowerCase() === 'one') {
    replication.promote();
    return OK;
  }
  const primary: Address = { host, port: Number(port) };
  if (!/^\d+$/.test(port) || primary.port > 65_535) return new Failure('ERR Invalid master port');
  const { upstream } = replication;
  if (upstream !== null && keyOf(upstream.primary) === keyOf(primary)) return new Status('OK Already connected to specified master');
  replication.follow(primary);
  return OK;
}

/** https://redis.io/docs/latest/commands/failover/ */
function failover({ server, words }: CommandCall): ReplyValue {
  const { replication } = server;
  if (server.cluster !== null) return new Failure('ERR FAILOVER not allowed in cluster mode.');
  if (!(replication instanceof Replication)) throw new Error(`${server.name} has no part for replication`);
  let target: Address | null = null;
  let timeoutMs: number | null = null;
  let isForced = false;
  for (let at = 1; at < words.length; at++) {
    const word = words[at]?.toUpperCase();
    const next = words[at + 1];
    if (word === 'ABORT' && words.length === 2) return replication.failover.abort();
    if (word === 'TIMEOUT' && next !== undefined && timeoutMs === null) {
      if (!/^-?\d+$/.test(next)) return NOT_AN_INTEGER;
      if (Number(next) <= 0) return new Failure('ERR FAILOVER timeout must be greater than 0');
      timeoutMs = Number(next);
      at++;
    } else if (word === 'TO' && words[at + 2] !== undefined && target === null) {
      const port = words[at + 2] ?? '';
      if (!/^-?\d+$/.test(port)) return NOT_AN_INTEGER;
      target = { host: next ?? '', port: Number(port) };
      at += 2;
    } else if (word === 'FORCE' && !isForced) isForced = true;
    else return SYNTAX;
  }
  return replication.failover.begin({ target, isForced, timeoutMs });
}
