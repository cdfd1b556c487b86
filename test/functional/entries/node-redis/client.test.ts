import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as entry from '../../../../lib/entries/node-redis/index.js';
import { createClient, createClientPool, defineScript, RESP_TYPES } from '../../../../lib/entries/node-redis/index.js';
import { Server } from '../../../support/server.js';
import { until } from '../../../support/wait.js';

/** Rejection as its class and message. */
async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    return `resolved with ${String(await promise)}`;
  } catch (error) {
    return error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error);
  }
}

describe('a client of the node-redis entry', () => {
  let server: Server;
  let url: string;
  before(async () => {
    server = await Server.start();
    url = `redis://127.0.0.1:${server.port}`;
  });
  after(() => server.stop());

  it('opens, is ready, and ends, with the events of node-redis in their order', async () => {
    const client = createClient({ url });
    const events: string[] = [];
    for (const name of ['connect', 'ready', 'end', 'error', 'reconnecting']) client.on(name, () => events.push(name));
    assert.deepEqual([client.isOpen, client.isReady], [false, false]);
    assert.equal(await failure(client.get('a')), 'ClientClosedError: The client is closed');
    const opening = client.connect();
    assert.deepEqual([client.isOpen, client.isReady], [true, false]);
    assert.equal(await failure(client.connect()), 'Error: Socket already opened');
    const early = client.set('a', '1');
    assert.equal(await opening, client);
    assert.equal(await early, 'OK');
    assert.deepEqual([client.isOpen, client.isReady], [true, true]);
    const last = client.get('a');
    await client.close();
    assert.equal(await last, '1');
    assert.deepEqual([client.isOpen, client.isReady], [false, false]);
    assert.equal(await failure(client.close()), 'ClientClosedError: The client is closed');
    client.destroy();
    assert.equal(await failure(client.quit()), 'ClientClosedError: The client is closed');
    assert.deepEqual(events, ['connect', 'ready', 'end']);
    await client.connect();
    assert.equal(await client.quit(), 'OK');
    assert.equal(events.length, 6);
  });

  it('ends at once by destroy(), and rejects what is under way', async () => {
    const client = await createClient({ url }).connect();
    const waiting = client.blPop('none', 0);
    client.destroy();
    assert.equal(await failure(waiting), 'DisconnectsClientError: Disconnects client');
    assert.equal(client.isOpen, false);
  });

  it('gives errors of node-redis, with its own as their cause', async () => {
    const client = await createClient({ url }).connect();
    await client.set('text', 'x');
    await assert.rejects(client.lPush('text', 'x'), (error: unknown) => {
      assert.ok(error instanceof entry.SimpleError && error instanceof entry.ErrorReply);
      assert.equal(error.message, 'WRONGTYPE Operation against a key holding the wrong kind of value');
      assert.equal((error.cause as Error).name, 'ReplyError');
      return true;
    });
    const wrong = client as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    assert.equal(
      await failure(wrong.get?.() as Promise<unknown>),
      'TypeError: "arguments[1]" must be of type "string | Buffer", got undefined instead.',
    );
    assert.equal(
      await failure(wrong.lPush?.('a', 1) as Promise<unknown>),
      'TypeError: "arguments[2]" must be of type "string | Buffer", got number instead.',
    );
    assert.match(await failure(wrong.monitor?.() as Promise<unknown>), /^NotSupportedError: monitor\(\) is not among the commands/);
    assert.match(await failure(wrong.arLen?.('k') as Promise<unknown>), /sendCommand\(\['NAME', 'argument'\]\)/);
    for (const [name, advice] of [
      ['extendPubSubListeners', /subscribe\(channel, listener\)/],
      ['extendPubSubChannelListeners', /subscribe\(channel, listener\)/],
      ['reAuthenticate', /credentialsProvider/],
      ['resetIfDirty', /reset\(\)/],
    ] as const) {
      const said = await failure(wrong[name]?.() as Promise<unknown>);
      assert.match(said, /^NotSupportedError: /);
      assert.match(said, advice);
    }
    const { json } = client as unknown as { json: { get(key: string): Promise<unknown> } };
    assert.match(await failure(json.get('k')), /^NotSupportedError: json\.get\(\): give its commands: createClient\(\{ modules/);
    const aborted = client.withAbortSignal(AbortSignal.abort());
    assert.equal(await failure(aborted.get('a')), 'AbortError: The command was aborted');
    await client.close();
  });

  it('has batches with typed errors', async () => {
    const client = await createClient({ url }).connect();
    await client.set('text', 'x');
    const [set, all] = await client.multi().set('a', '1').mGet(['a', 'none']).exec();
    assert.deepEqual([set, all], ['OK', ['1', null]]);
    assert.deepEqual(await client.multi().exec(), []);
    assert.deepEqual(await client.multi().incr('n').sendCommand(['GET', 'n']).execAsPipeline(), [1, '1']);
    await assert.rejects(client.multi().set('a', '1').lPush('text', 'b').exec(), (error: unknown) => {
      assert.ok(error instanceof entry.MultiErrorReply);
      assert.equal(error.message, '1 commands failed, see .replies and .errorIndexes for more information');
      assert.deepEqual([error.errorIndexes, error.replies[0], [...error.errors()].length], [[1], 'OK', 1]);
      return true;
    });
    assert.match(await failure(client.multi().lPush('text', 'b').execAsPipeline()), /^SimpleError: WRONGTYPE/);
    assert.match(await failure(client.multi().set('a', '1').sendCommand(['NOPE']).exec()), /^SimpleError: ERR unknown command/);
    assert.match(
      await failure(
        client
          .multi()
          .set('a', 1 as unknown as string)
          .get(undefined as unknown as string)
          .exec(),
      ),
      /^TypeError: /,
    );
    await client.close();
  });

  it('watches keys, for itself alone', async () => {
    const client = await createClient({ url }).connect();
    const other = await client.duplicate().connect();
    await client.watch('watched');
    assert.equal(client.isWatching, true);
    await other.set('watched', '1');
    assert.equal(
      await failure(client.multi().set('watched', '2').exec()),
      'WatchError: One (or more) of the watched keys has been changed',
    );
    await client.watch(['watched', 'b']);
    assert.deepEqual(await client.multi().set('watched', '2').get('watched').exec(), ['OK', '2']);
    await client.watch('watched');
    assert.equal(await client.unwatch(), 'OK');
    await other.set('watched', '3');
    assert.deepEqual(await client.multi().get('watched').exec(), ['3']);
    client.setDirtyWatch('moved away');
    assert.equal(await failure(client.multi().get('a').exec()), 'WatchError: moved away');
    await Promise.all([client.close(), other.close()]);
  });

  it('selects a database, for itself alone', async () => {
    const client = await createClient({ url }).connect();
    const other = await client.duplicate().connect();
    await client.select(3);
    await client.set('in3', '1');
    assert.deepEqual([await client.get('in3'), await other.get('in3')], ['1', null]);
    assert.deepEqual(await client.hGetAll('none'), {});
    const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    assert.deepEqual(await bytes.get('in3'), Buffer.from('1'));
    assert.deepEqual(await client.multi().get('in3').exec(), ['1']);
    assert.equal((await client.clientInfo()).db, 3);
    await client.reset();
    assert.equal(await client.get('in3'), null);
    await Promise.all([client.close(), other.close()]);
    const third = await createClient({ url: `${url}/3` }).connect();
    assert.equal(await third.get('in3'), '1');
    await third.close();
  });

  it('iterates over scans by pages', async () => {
    const client = await createClient({ url }).connect();
    await client.flushAll();
    await client.mSet(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k:${n}`, 'v'])));
    const found: string[] = [];
    for await (const keys of client.scanIterator({ MATCH: 'k:*', COUNT: 10 })) found.push(...keys);
    assert.equal(new Set(found).size, 50);
    await client.hSet('h', { a: '1' });
    await client.sAdd('s', 'm');
    await client.zAdd('z', { score: 1, value: 'm' });
    for await (const entries of client.hScanIterator('h')) assert.deepEqual(entries, [{ field: 'a', value: '1' }]);
    for await (const values of client.hScanValuesIterator('h')) assert.deepEqual(values, ['1']);
    for await (const members of client.sScanIterator('s')) assert.deepEqual(members, ['m']);
    for await (const members of client.zScanIterator('z')) assert.deepEqual(members, [{ value: 'm', score: 1 }]);
    await client.close();
  });

  it('runs scripts, functions and modules of its options, also in batches and views', async () => {
    const add = defineScript({
      NUMBER_OF_KEYS: 1,
      SCRIPT: 'return redis.call("GET", KEYS[1]) + ARGV[1]',
      parseCommand(parser, key: string, by: number) {
        parser.pushKey(key);
        parser.push(by.toString());
      },
      transformReply: (reply: number) => `sum ${reply}`,
    });
    const code = '#!lua name=lib\nredis.register_function("double", function(keys) return redis.call("GET", keys[1]) * 2 end)';
    const double = { NUMBER_OF_KEYS: 1, parseCommand: (parser: entry.CommandParser, key: string) => parser.pushKey(key) };
    const get = {
      parseCommand: (parser: entry.CommandParser, key: string) => {
        parser.push('GET');
        parser.pushKey(key);
      },
      transformReply: { 2: undefined, 3: (it: string) => `<${it}>` },
    };
    const client = await createClient({
      url,
      scripts: { add },
      functions: { lib: { double } },
      modules: { mine: { get } },
      keyPrefix: 'p:',
    }).connect();
    await client.flushAll();
    await client.scriptFlush();
    await client.functionLoad(code, { REPLACE: true });
    await client.set('n', '20');
    assert.equal(await client.sendCommand(['GET', 'p:n']), '20');
    assert.equal(await client.add('n', 1), 'sum 21');
    assert.equal(await client.add('n', 2), 'sum 22');
    assert.equal(await client.lib.double('n'), 40);
    assert.equal(await client.mine.get('n'), '<20>');
    assert.deepEqual(await client.multi().add('n', 1).add('n', 2).get('n').exec(), ['sum 21', 'sum 22', '20']);
    await client.close();
  });

  it('delivers messages to listeners, as text or bytes', async () => {
    const client = await createClient({ url }).connect();
    const subscriber = await client.duplicate().connect();
    const got: string[] = [];
    const note = (kind: string) => (message: string | Buffer, channel: string | Buffer) =>
      void got.push(`${kind} ${Buffer.isBuffer(message) ? 'bytes ' : ''}${String(channel)}=${String(message)}`);
    const listener = note('channel');
    await subscriber.subscribe(['a', 'b'], listener);
    await subscriber.subscribe('a', note('second'), true);
    await subscriber.pSubscribe('p*', note('pattern'));
    await subscriber.sSubscribe('shard', note('sharded'));
    assert.equal(subscriber.isPubSubActive, true);
    assert.equal(await subscriber.set('still', 'works'), 'OK');
    await client.publish('a', '1');
    await client.publish('p1', '2');
    await client.sPublish('shard', '3');
    await until(() => got.length >= 4);
    assert.deepEqual(got.sort(), ['channel a=1', 'pattern p1=2', 'second bytes a=1', 'sharded shard=3']);
    await subscriber.unsubscribe('a', listener);
    await subscriber.pUnsubscribe();
    await subscriber.sUnsubscribe('shard');
    got.length = 0;
    await client.publish('p1', 'x');
    await client.publish('a', '4');
    await client.publish('b', '5');
    await until(() => got.length >= 2);
    assert.deepEqual(got.sort(), ['channel b=5', 'second bytes a=4']);
    await subscriber.unsubscribe();
    assert.equal(subscriber.isPubSubActive, false);
    await Promise.all([client.close(), subscriber.close()]);
  });

  it('lends clients to the tasks of a pool', async () => {
    const pool = await createClientPool({ url }, { maximum: 5 }).connect();
    assert.equal(await pool.ping(), 'PONG');
    const [inOne, outside] = await pool.execute(async (client) => {
      await client.select(1);
      await client.set('only-in-1', 'x');
      return [await client.get('only-in-1'), await pool.get('only-in-1')];
    });
    assert.deepEqual([inOne, outside, pool.clientsInUse], ['x', null, 0]);
    await pool.close();
  });

  it('says when its server is lost and found, and goes on', async () => {
    const own = await Server.start();
    const client = createClient({ url: `redis://127.0.0.1:${own.port}` });
    const events: string[] = [];
    for (const name of ['ready', 'reconnecting', 'error']) client.on(name, () => events.push(name));
    await client.connect();
    await own.kill();
    const waiting = client.get('a');
    await until(() => events.includes('reconnecting'));
    assert.equal(client.isReady, false);
    await own.restart();
    assert.equal(await waiting, null);
    await until(() => client.isReady);
    assert.deepEqual([events[0], events[1], events[2], events.at(-1)], ['ready', 'error', 'reconnecting', 'ready']);
    await client.close();
    await own.stop();
  });

  it('ends where its reconnect strategy says so', async () => {
    const own = await Server.start();
    const options = { url: `redis://127.0.0.1:${own.port}`, socket: { reconnectStrategy: () => new Error('enough') } };
    const client = createClient(options);
    const errors: Error[] = [];
    client.on('error', (error: Error) => errors.push(error));
    await client.connect();
    const terminated = once(client, 'terminated');
    await own.stop();
    const [cause] = (await terminated) as [Error];
    assert.deepEqual([cause.constructor.name, cause.message, client.isOpen], ['ReconnectStrategyError', 'enough', false]);
    assert.equal(await failure(client.get('a')), 'ClientClosedError: The client is closed');
    const never = createClient({ ...options, socket: { reconnectStrategy: false } });
    never.on('error', () => undefined);
    assert.match(await failure(never.connect()), /^Error: connect ECONNREFUSED/);
  });
});
