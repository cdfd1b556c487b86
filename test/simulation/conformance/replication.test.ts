import { deepStrictEqual } from 'node:assert';
import { versionOf } from '../../../scripts/servers.mjs';
import { describeOn } from '../../support/other-servers.js';
import { ReplicationGroup } from '../../support/replication.js';
import { Server } from '../../support/server.js';
import { SCRIPT_TIMEOUT_MS } from './conversation.js';
import { ModelSide, RealSide, runLines } from './replication-sides.js';

const READ = '"-- read\\nreturn redis.call(\'GET\', KEYS[1])"';
const FOLLOW = '{p.host} {p.port}';

const LINES: readonly string[] = [
  // Roles, and what replicas refuse.
  ...['p: SET k v', 'p: WAIT 2 5000', 'shape: p: ROLE', 'shape: q: ROLE', 'p: fields: INFO replication', 'q: fields: INFO replication'],
  ...['q: GET k', 'q: SET k w', 'q: DEL k', 'q: WAIT 1 0', 'q: PUBLISH c m', 'q: MULTI', 'q: GET k', 'q: SET k w', 'q: EXEC'],
  ...[`q: EVAL ${READ} 1 k`, 'p: type: WAIT 0 0', 'p: WAIT a 1', 'p: WAIT 1 -1', 'q: BLPOP l 1'],
  // Not enough replicas.
  ...['set p min-replicas-to-write 3', 'p: SET k w', 'p: GET k', 'p: MULTI', 'p: SET k w', 'p: EXEC', 'p: fields: INFO replication'],
  ...['set p min-replicas-to-write 2', 'p: SET k w', 'set p min-replicas-to-write 0'],
  // Commands with wrong words.
  ...['p: REPLICAOF', 'p: REPLICAOF a b', 'p: REPLICAOF a 65536', 'p: REPLICAOF a -1', `q: REPLICAOF ${FOLLOW}`, 'p: REPLICAOF NO ONE'],
  ...['p: FAILOVER ABORT', 'p: FAILOVER NONSENSE', 'p: FAILOVER TIMEOUT 0', 'p: FAILOVER TIMEOUT a', 'p: FAILOVER TO {q.host} 1'],
  ...['p: FAILOVER TO {q.host} {q.port} FORCE', 'p: FAILOVER TO {q.host}', 'q: FAILOVER', 'p: FAILOVER FORCE', 'p: ROLE a'],
  ...['p: FAILOVER FORCE FORCE', 'p: FAILOVER TO {q.host} a', 'p: FAILOVER ABORT TIMEOUT 5', 'p: FAILOVER TIMEOUT 5 TIMEOUT 5'],
  // A handover, with a client that blocks.
  ...['p2? BLPOP l 0', 'p: FAILOVER TO {q.host} {q.port} TIMEOUT 10000', 'p2!', 'until q: ROLE has master', 'p: SET k x'],
  ...['shape: p: ROLE', 'until p: INFO replication has master_link_status:up', 'shape: p: ROLE', 'q: SET k y', 'p: FAILOVER ABORT'],
  ...[`r: REPLICAOF {q.host} {q.port}`, 'until r: INFO replication has master_link_status:up', 'q: WAIT 2 5000', 'r: GET k'],
  // Without a primary.
  ...['kill q', 'until r: INFO replication has master_link_status:down', 'r: GET k', 'r: fields: INFO replication'],
  ...['set r replica-serve-stale-data no', 'r: GET k', 'r: SET k v', 'r: PING', 'r: MULTI', 'r: GET k', 'r: EXEC', 'r: EXISTS k'],
  ...[`r: EVAL ${READ} 1 k`, 'r: type: INFO replication', 'r: PUBLISH c m', 'r: WAIT 1 1', 'r: WATCH k', 'r: CLIENT GETNAME', 'r: DISCARD'],
  ...['r: REPLICAOF NO ONE', 'r: GET k', 'shape: r: ROLE', 'r: SET k z', 'r: fields: INFO replication'],
  ...['p: REPLICAOF {r.host} {r.port}', 'until p: INFO replication has master_link_status:up', 'r: WAIT 1 5000', 'p: GET k'],
];

/** Of Valkey 8 and newer. */
const REDIRECTS: readonly string[] = [
  ...['p: SET k v', 'p: WAIT 2 5000', 'q: CLIENT CAPA redirect', 'q: GET k', 'q: SET k w', 'q: PING', 'q: MULTI', 'q: SET k w', 'q: EXEC'],
  ...['q: READONLY', 'q: GET k', 'q: SET k w', 'q: READWRITE', 'q: GET k', `q: EVAL ${READ} 1 k`],
];

async function compare(program: string | undefined, options: Parameters<typeof modelOf>[0], lines: readonly string[]): Promise<void> {
  await using group = await ReplicationGroup.start({ replicas: 2, ...(program === undefined ? {} : { program }) });
  const expected = await runLines(new RealSide(group), lines);
  const actual = await runLines(modelOf(options), lines);
  const reading = lines.filter((line) => /^(?:shape: )?\w\d?[:!]/.test(line));
  const show = (replies: readonly string[]): string[] => reading.map((line, at) => `${line} => ${replies[at]}`);
  deepStrictEqual(show(actual), show(expected));
}

function modelOf({ product, version }: { readonly product: 'redis' | 'valkey'; readonly version: string }): ModelSide {
  return new ModelSide({ product, version });
}

describe('the model of replication answers as real servers', () => {
  it('from a first synchronisation to a second promotion', () => compare(undefined, Server.version(), LINES)).timeout(SCRIPT_TIMEOUT_MS);

  for (const name of ['valkey-9', 'redis-8.6'] as const) {
    describeOn(name, `on ${name}`, (program) => {
      const version = versionOf(program);
      const compareLines = (title: string, lines: readonly string[]): void =>
        void it(title, () => compare(program, version ?? Server.version(), lines)).timeout(SCRIPT_TIMEOUT_MS);
      compareLines('from a first synchronisation to a second promotion', LINES);
      if (name === 'valkey-9') compareLines('with redirects', REDIRECTS);
    });
  }
});
