import type { CommandCall } from '../redis/command-call.js';
import type { RuleTable } from '../redis/rules.js';
import { fromWall, wallText } from '../redis/server-clock.js';
import { Failure, OK, type ReplyValue, Status } from '../resp.js';
import { ClusterMember } from './cluster-member.js';
import { dumpOf, valueOfDump } from './dump.js';
import { moveKey } from './key-move.js';

const BAD_PAYLOAD = new Failure('ERR DUMP payload version or checksum are wrong');
const BUSYKEY = 'BUSYKEY Target key name already exists.';

/** How keys leave one server for another. */
export const migrationRules: RuleTable = {
  DUMP: ({ db, key }) => {
    const value = db.get(key);
    return value === undefined ? null : dumpOf(value);
  },
  RESTORE: restore,
  'RESTORE-ASKING': restore,
  MIGRATE: migrate,
};

/** https://redis.io/docs/latest/commands/restore/ */
function restore(call: CommandCall): ReplyValue {
  const { db, key, now } = call;
  const options = call.words.slice(4).map((word) => word.toUpperCase());
  const ttl = Number(call.word(2));
  if (!Number.isInteger(ttl) || ttl < 0) return new Failure('ERR Invalid TTL value, must be >= 0');
  if (db.has(key) && !options.includes('REPLACE')) return new Failure(BUSYKEY);
  const value = valueOfDump(call.word(3));
  if (value === null) return BAD_PAYLOAD;
  const expiresAt = ttl === 0 ? undefined : options.includes('ABSTTL') ? fromWall(ttl) : now + ttl;
  db.put(key, value, expiresAt);
  call.becomes(['RESTORE', key, expiresAt === undefined ? '0' : wallText(expiresAt), call.word(3), 'REPLACE', 'ABSTTL']);
  call.changed(key, 'restore', 'g');
  return OK;
}

/** https://redis.io/docs/latest/commands/migrate/ . The time that it takes belongs to who sends it. */
function migrate(call: CommandCall): ReplyValue {
  const { db, server } = call;
  const { cluster } = server;
  const words = call.words.map((word) => word.toUpperCase());
  const keysAt = words.indexOf('KEYS');
  const named = keysAt >= 0 && call.word(3) === '' ? call.words.slice(keysAt + 1) : [call.word(3)];
  const keys = named.filter((key) => db.has(key));
  if (keys.length === 0) return new Status('NOKEY');
  const target = cluster instanceof ClusterMember ? cluster.directory.member(`${call.word(1)}:${call.word(2)}`) : undefined;
  if (!(cluster instanceof ClusterMember) || target === undefined || !cluster.reaches(target)) {
    return new Failure('IOERR error or timeout connecting to the client');
  }
  const isTaken = keys.some((key) => target.server.keyspace.database(0).has(key));
  if (isTaken && !words.includes('REPLACE')) return new Failure(`ERR Target instance replied with error: ${BUSYKEY}`);
  for (const key of keys) moveKey(cluster, target, key);
  return OK;
}
