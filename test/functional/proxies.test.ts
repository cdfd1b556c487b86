import assert from 'node:assert/strict';
import { CommandRefusedError, createClient, endpoints, type Redis, SlotwiseError, single } from '../../lib/index.js';
import { COMMAND_TABLE } from '../../lib/protocol/catalog/command-table.js';
import { specOf } from '../../lib/protocol/catalog/specs.js';
import { RefusedCommands } from '../../lib/routing/proxies/refused-commands.js';
import { AskConnection } from '../support/ask.js';
import { Nutcracker } from '../support/nutcracker.js';
import { describeBehind } from '../support/proxy-process.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';
import { faultsIn, underLoad } from './proxy-load.js';

/** Errors of a client are told to nobody else. */
function quiet(redis: Redis): Redis {
  return redis.on('error', () => undefined);
}

describeBehind(['nutcracker'], 'two nutcrackers in front of a server', () => {
  let server: Server;
  let first: Nutcracker;
  let second: Nutcracker;
  before(async () => {
    server = await Server.start();
    [first, second] = await Promise.all([Nutcracker.start({ servers: [server.address] }), Nutcracker.start({ servers: [server.address] })]);
  });
  after(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await server.stop();
  });
  const both = (): string[] => [first.address, second.address];
  const usedBy = (redis: Redis): Nutcracker => (redis.topology?.shards[0]?.primary?.key === first.address ? first : second);

  it('(single) is found out to close at HELLO, and serves, with what a proxy can serve', async () => {
    await using redis = createClient({ topology: single(`redis://${first.address}`) });
    await redis.set('{a}b', 'c');
    assert.deepEqual(await redis.mget(['{a}b', 'no-such']), ['c', null]);
    const names: string[] = [];
    for await (const [field] of redis.scanHash('no-such', {})) names.push(field);
    assert.deepEqual(names, []);
    // A command that is not known is not asked about, and goes as it is.
    await assert.rejects(redis.with({ timeoutMs: 300 }).call('NO.SUCH', 'k'), SlotwiseError);
  });

  it('(single) is waited for when it is killed, and no read fails', async () => {
    await using redis = quiet(createClient({ topology: single(first.address) }));
    await redis.connect();
    const told = await underLoad(redis, 'single', () => first.restart());
    assert.deepEqual([told.failedReads, told.failedWrites], [[], []]);
    assert.deepEqual(await faultsIn(told, 'single', server), []);
    assert.ok(
      told.unknown.every((count) => count <= 1),
      String(told.unknown),
    );
  });

  for (const speaks of ['auto', 'plain'] as const) {
    it(`(endpoints, ${speaks}) go on with the other one when one is killed: 0 reads fail, writes are unknown only in flight`, async () => {
      await using redis = quiet(createClient({ topology: endpoints(both(), { speaks }) }));
      await redis.connect();
      const backMs: number[] = [];
      for (const round of ['1', '2', '3']) {
        const victim = usedBy(redis);
        const prefix = `${speaks}:${round}`;
        const told = await underLoad(redis, prefix, () => victim.kill());
        assert.deepEqual([told.failedReads, told.failedWrites], [[], []]);
        assert.deepEqual(await faultsIn(told, prefix, server), []);
        assert.ok(
          told.unknown.every((count) => count <= 1),
          String(told.unknown),
        );
        backMs.push(told.backMs);
        await victim.restart();
      }
      assert.ok(Math.min(...backMs) <= 100, `back after ${backMs.join(', ')} ms`);
    });
  }

  it('(endpoints) go on with the other one when one is stopped, and no read fails', async () => {
    await using redis = quiet(createClient({ topology: endpoints(both()) }));
    await redis.connect();
    const victim = usedBy(redis);
    try {
      const told = await underLoad(redis, 'stopped', async () => victim.pause());
      assert.deepEqual([told.failedReads, told.failedWrites], [[], []]);
      assert.ok(told.backMs < 1_000, `back after ${told.backMs} ms`);
      assert.notEqual(usedBy(redis), victim);
    } finally {
      victim.resume();
    }
  });

  it('(endpoints, spread) have commands of both, and of one when the other is killed', async () => {
    await using redis = quiet(createClient({ topology: endpoints(both(), { balance: 'spread' }) }));
    await redis.connect();
    await until(() => redis.topology?.shards.length === 2);
    for (let i = 0; i < 100; i++) await redis.get('k');
    for (const { node, reads } of redis.stats().nodes) assert.ok(reads >= 40, `${node}: ${reads}`);
    const told = await underLoad(redis, 'spread', () => second.kill());
    assert.deepEqual([told.failedReads, told.failedWrites], [[], []]);
    assert.deepEqual(await faultsIn(told, 'spread', server), []);
    await second.restart();
    await until(() => redis.topology?.shards.length === 2, { what: 'the second is back' });
  });

  it('(endpoints) wait for their deadline when both are down, or reject at once with failFast', async () => {
    await using redis = quiet(createClient({ topology: endpoints(both()), timeoutMs: 9_000 }));
    await using hasty = quiet(createClient({ topology: endpoints(both()), failFast: true }));
    await Promise.all([redis.connect(), hasty.connect()]);
    await Promise.all([first.kill(), second.kill()]);
    const late = redis.get('k');
    const refused = await hasty.get('k').catch((error: SlotwiseError) => error.name);
    assert.ok(['NoNodeError', 'ConnectError'].includes(String(refused)), String(refused));
    await Promise.all([first.restart(), second.restart()]);
    await late;
  });

  it('refuses what nutcracker closes at, and nothing else', async () => {
    const refused = RefusedCommands.of(endpoints('a:1', { refuses: 'twemproxy' }));
    const isRefused = (words: readonly string[]): boolean => {
      try {
        const { spec, args } = specOf(words);
        refused?.check(spec, args);
        return false;
      } catch (error) {
        assert.ok(error instanceof CommandRefusedError);
        return true;
      }
    };
    const closes = async (words: readonly string[]): Promise<boolean> => {
      using connection = await AskConnection.open({ host: first.host, port: first.port });
      return await connection.ask(...words).then(
        () => false,
        (error: Error) => /closed the connection/.test(error.message),
      );
    };
    // The state of a connection is refused anyway, or is the handshake's.
    const names = Object.keys(COMMAND_TABLE).filter((name) => !['AUTH', 'COMMAND', 'QUIT', 'LOLWUT'].includes(name.split(' ')[0] ?? ''));
    const wrong: string[] = [];
    const compare = async (name: string): Promise<void> => {
      for (let count = 1; count <= 4; count++) {
        const words = [
          ...name.split(' '),
          ...Array.from({ length: count }, (_, at) => (name.startsWith('EVAL') && at === 1 ? '1' : `${at + 1}`)),
        ];
        // Its own sums of pairs and keys.
        const isSpecial = (name === 'MSET' && count % 2 === 1) || (name.startsWith('EVAL') && count < 3);
        if (!isSpecial && (await closes(words)) !== isRefused(words)) wrong.push(words.join(' '));
      }
    };
    for (let at = 0; at < names.length; at += 20) await Promise.all(names.slice(at, at + 20).map(compare));
    assert.deepEqual(wrong, []);
  });

  it('sends nothing of what the option refuses, so that nobody else loses a connection', async () => {
    await using redis = createClient({ topology: endpoints(both(), { speaks: 'plain', refuses: 'twemproxy' }) });
    await redis.set('k', 'v');
    const refused = async (made: () => Promise<unknown>): Promise<void> => {
      await assert.rejects(made, (error) => error instanceof CommandRefusedError && error.executed === 'no');
    };
    await refused(() => redis.info());
    await refused(() => redis.publish('c', 'm'));
    await refused(() => redis.call('XADD', 's', '*', 'f', 'v'));
    await refused(() => redis.call('NO.SUCH', 'k'));
    await refused(() => redis.blpop('list', 1));
    await refused(() => redis.multi().set('k', 'w').exec());
    await refused(() => redis.subscribe('c', () => {}));
    await refused(() => redis.call('EXPIRE', 'k', 10, 'NX'));
    await refused(() => redis.lease((one) => one.info()));
    assert.equal(await redis.get('k'), 'v');
    assert.equal(
      redis.stats().nodes.reduce((sum, { sent }) => sum + sent, 0),
      3,
    );
  });
});

describeBehind(['nutcracker'], 'a nutcracker in front of a server that is down', () => {
  it('is asked again by its profile, until the server is back; nothing runs twice', async () => {
    await using server = await Server.start();
    await using proxy = await Nutcracker.start({ servers: [server.address], settings: { timeout: 200, server_retry_timeout: 100 } });
    await using redis = createClient({ topology: endpoints(proxy.address, { speaks: 'plain', refuses: 'twemproxy' }), timeoutMs: 9_000 });
    await using others = createClient({ topology: endpoints(proxy.address, { speaks: 'plain' }) });
    await redis.incr('n');
    await server.kill();
    await assert.rejects(others.incr('n'), /Connection refused|reset by peer/);
    const late = Promise.all([redis.incr('m'), redis.get('n')]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.restart();
    assert.deepEqual(await late, [1, null]);
  });
});

describeBehind(['nutcracker'], 'a nutcracker in front of two servers, of which one', () => {
  let servers: Server[];
  let proxy: Nutcracker;
  let redis: Redis;
  /** A key of each server. */
  let keys: [string, string];
  beforeEach(async () => {
    servers = await Promise.all([Server.start(), Server.start()]);
    const settings = { timeout: 9_000, server_retry_timeout: 100 };
    proxy = await Nutcracker.start({ servers: servers.map(({ address }) => address), distribution: 'modula', settings });
    redis = quiet(createClient({ topology: endpoints(proxy.address, { speaks: 'plain', refuses: 'twemproxy' }), timeoutMs: 3_000 }));
    const all = Array.from({ length: 20 }, (_, at) => `key:${at}`);
    for (const key of all) await redis.set(key, 'before');
    const isOn = async (at: number, key: string): Promise<boolean> => (await servers[at]?.ask('EXISTS', key)) === 1;
    const onFirst = await Promise.all(all.map((key) => isOn(0, key)));
    keys = [all[onFirst.indexOf(true)] ?? '', all[onFirst.indexOf(false)] ?? ''];
  });
  afterEach(async () => {
    await redis.close();
    await proxy.stop();
    await Promise.all(servers.map((server) => server.stop()));
  });

  const isUnknown = (error: unknown): boolean => error instanceof SlotwiseError && error.executed === 'unknown';

  it('is away, has run its part of MSET once, and the caller is told that it may have run', async () => {
    const [away = assert.fail(), there = assert.fail()] = servers;
    await away.kill();
    await assert.rejects(redis.mset({ [keys[0]]: 'after', [keys[1]]: 'after' }), isUnknown);
    assert.equal(await there.ask('GET', keys[1]), 'after');
    assert.match(String(await there.ask('INFO', 'commandstats')), /cmdstat_mset:calls=1,/);
  });

  it('refuses its part of MSET: the caller is told that it may have run', async () => {
    const [replica = assert.fail(), there = assert.fail()] = servers;
    await replica.ask('REPLICAOF', '127.0.0.1', '1');
    await assert.rejects(redis.mset({ [keys[0]]: 'after', [keys[1]]: 'after' }), isUnknown);
    assert.equal(await there.ask('GET', keys[1]), 'after');
  });

  it('says OOM, which nutcracker 0.5.0 cannot read: nobody knows what ran', async () => {
    await servers[0]?.ask('CONFIG', 'SET', 'maxmemory', '1');
    await assert.rejects(redis.set(keys[0], 'after'), (error) => isUnknown(error) && /Invalid argument|OOM/.test(String(error)));
    assert.equal(await redis.get(keys[0]), 'before');
  });

  it('dies while it runs a write: nobody knows what ran', async () => {
    const [server = assert.fail()] = servers;
    await server.ask('CONFIG', 'SET', 'busy-reply-threshold', '10');
    const running = assert.rejects(redis.eval('while true do end', [keys[0]]), isUnknown);
    await until(() =>
      server.ask('PING').then(
        () => false,
        (error) => /BUSY/.test(String(error)),
      ),
    );
    await server.kill();
    await running;
  });
});
