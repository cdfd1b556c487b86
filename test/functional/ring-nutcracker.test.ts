import assert from 'node:assert/strict';
import { createClient, ring, type TwemproxyHash } from '../../lib/index.js';
import { AskConnection } from '../support/ask.js';
import { Nutcracker, type NutcrackerServer } from '../support/nutcracker.js';
import { describeBehind } from '../support/proxy-process.js';
import { random } from '../support/random.js';
import { Server } from '../support/server.js';

/** Commands in flight on one connection. */
const BATCH = 250;

/** Keys of every length, some with bytes from 0x80 on, some with tags or what looks like one; each once. */
function keysOf(count: number): readonly Buffer[] {
  const next = random(1);
  const makes: readonly ((i: number) => Buffer)[] = [
    (i) => Buffer.from(`user:${i}`),
    (i) => Buffer.from(`{order:${i % 700}}:items:${i}`),
    (i) => Buffer.from(`ключ-${i}-ÿüâ`),
    (i) => Buffer.from(`${['{}', 'x}', '{', '}{', 'a{}', '{{', 'p{a}q{'][i % 7]}${i}${['}', '{y', ''][i % 3]}`),
    (i) => Buffer.concat([Buffer.from(Array.from({ length: i % 40 }, () => next(256))), Buffer.from(String(i))]),
  ];
  return Array.from({ length: count }, (_, i) => (makes[i % makes.length] ?? makes[0])?.(i) ?? Buffer.alloc(0));
}

function hexOf(key: Buffer): string {
  return key.toString('hex');
}

/** Sends a command for each key. */
async function forEachKey<T>(connection: AskConnection, keys: readonly T[], words: (key: T) => readonly (string | Buffer)[]) {
  const replies = [];
  for (let at = 0; at < keys.length; at += BATCH) {
    replies.push(...(await Promise.all(keys.slice(at, at + BATCH).map((key) => connection.ask(...words(key))))));
  }
  return replies;
}

describeBehind(['nutcracker'], 'a ring, beside a nutcracker', () => {
  let servers: readonly Server[];
  const keys = keysOf(5_000);

  before(async () => {
    servers = await Promise.all([Server.start(), Server.start(), Server.start()]);
  });
  after(() => Promise.all(servers.map((server) => server.stop())));

  /** The members as a nutcracker.yml has them: none has a name, all have, with weights. */
  const members = (kind: 'plain' | 'named' | 'weighted'): readonly NutcrackerServer[] =>
    servers.map(({ port, address }, i) => ({
      at: i === 1 ? `LocalHost:${port}` : address,
      ...(kind === 'plain' ? {} : { weight: [2, 1, 5][i] ?? 1 }),
      ...(kind === 'named' ? { name: ['gamma', 'beta', 'alpha'][i] ?? '' } : {}),
    }));

  const pools: readonly (readonly [hash: TwemproxyHash, kind: 'plain' | 'named' | 'weighted', hashTag: string | undefined])[] = [
    ['fnv1a_64', 'plain', '{}'],
    ['md5', 'weighted', undefined],
    ['murmur', 'named', '{}'],
    ['one_at_a_time', 'weighted', '}{'],
  ];
  for (const distribution of ['ketama', 'modula'] as const) {
    for (const [hash, kind, hashTag] of pools) {
      it(`finds every key where it wrote it: ${distribution}, ${hash}, ${kind}, tags ${hashTag}`, async () => {
        const pool = { hash, distribution, ...(hashTag === undefined ? {} : { hashTag }) };
        for (const server of servers) await server.ask('FLUSHALL');
        await using proxy = await Nutcracker.start({ servers: members(kind), ...pool });
        using through = await AskConnection.open(proxy, { timeoutMs: 10_000 });
        await forEachKey(through, keys, (key) => ['SET', key, hexOf(key)]);

        await using redis = createClient({ topology: ring(members(kind), { as: 'twemproxy', ...pool }) });
        const found = keys.map((key) => redis.memberOf(key));
        for (const [i, { at, name = at }] of members(kind).entries()) {
          const own = keys.filter((_, key) => found[key] === name);
          assert.ok(own.length > 0, `${name} has no keys`);
          using direct = await AskConnection.open(servers[i] ?? assert.fail());
          const values = await forEachKey(direct, own, (key) => ['GET', key]);
          assert.deepEqual(values, own.map(hexOf));
          assert.equal(await direct.ask('DBSIZE'), own.length);
        }
        assert.deepEqual(await redis.mget(keys), keys.map(hexOf));
      }).timeout(30_000);
    }
  }
});
