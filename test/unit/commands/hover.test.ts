import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { LeasedCommands } from '../../../lib/api/leased-commands.js';
import { Commands } from '../../../lib/commands/index.js';
import { COMMAND_TABLE } from '../../../lib/protocol/catalog/command-table.js';
import { command, since } from '../../../lib/protocol/catalog/specs.js';
import { methodName } from './recorder.js';

/** What programs use most, https://redis.io/docs/latest/commands/ ordered by what tutorials and client statistics name. */
const MOST_USED = (
  'get set mget mset getdel getex incr incrby decr append del unlink exists expire pexpire persist ttl type keys scan hset hget hmget hgetall ' +
  'hdel hexists hincrby hkeys hlen hvals lpush rpush lpop rpop lrange llen lrem ltrim lmove blpop brpop sadd srem smembers sismember scard ' +
  'sinter sunion spop zadd zrem zrange zscore zrank zcard zcount zincrby zpopmin zremrangebyscore xadd xread xrange xlen xgroupCreate xreadgroup ' +
  'xack publish eval geoadd geosearch pfadd pfcount setbit bitcount ping info flushall'
).split(' ');

/** Commands whose cost the servers do not say, or which have none to speak of. */
const NO_COMPLEXITY = ['pfdebug', 'pfselftest', 'lolwut', 'debug'];

/** Runs what `defineScript` made; the container `SCRIPT` has nothing to do with it. */
const OWN = 'script';

const methodsOf = (prototype: object): string[] => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
const names = new Map(Object.keys(COMMAND_TABLE).map((name) => [methodName(name), name]));

/** The comment before the first declaration of each method: what editors show of it and of the overloads that follow. */
function comments(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const folder of ['lib/commands', 'lib/api']) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(`${folder}/${file}`, 'utf8');
      for (const [, comment = '', method = ''] of text.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+)[(<]/gm)) {
        if (!found.has(method)) found.set(method, comment.replace(/\n\s*\*[ ]?/g, '\n').trim());
      }
    }
  }
  return found;
}

describe('what editors show of a command', () => {
  const documented = comments();
  const methods = [...methodsOf(Object.getPrototypeOf(Commands.prototype)), ...methodsOf(LeasedCommands.prototype)].filter(
    (method) => names.has(method) && method !== OWN,
  );

  function without(wrong: (comment: string, method: string) => boolean): string[] {
    return methods.filter((method) => wrong(documented.get(method) ?? '', method));
  }

  it('is a sentence', () => {
    assert.ok(methods.length > 340);
    assert.deepEqual(
      without((comment) => !/^\W?[\w`'].{8,}\./.test(comment.replaceAll('\n', ' '))),
      [],
    );
  });

  it('says how much work it is', () => {
    assert.deepEqual(
      without((comment) => !/O\([^)]/.test(comment) && !/[Aa]s complex as|[Dd]epends on/.test(comment)),
      NO_COMPLEXITY,
    );
  });

  it('says since when the servers have it', () => {
    assert.deepEqual(
      without((comment, method) => {
        const { redis, valkey } = since(command(names.get(method) ?? ''));
        const said = comment.replaceAll('\n', ' ');
        // Where only one of them has it, its name stands before the number.
        return ![redis, valkey].some((version) => version !== null && new RegExp(`[Ss]ince (Redis |Valkey )?${version}\\b`).test(said));
      }),
      [],
    );
  });

  it('leads to the page of the command', () => {
    assert.deepEqual(
      without((comment, method) => {
        const page = (names.get(method) ?? '').toLowerCase().replaceAll(' ', '-');
        return ![`https://redis.io/docs/latest/commands/${page}/`, `https://valkey.io/commands/${page}/`].some((url) =>
          comment.includes(`@see ${url}`),
        );
      }),
      [],
    );
  });

  it('has an example, for those that are used most', () => {
    assert.ok(new Set(MOST_USED).size >= 50);
    assert.deepEqual(
      MOST_USED.filter((method) => !documented.get(method)?.includes('@example')),
      [],
    );
  });
});
