import assert from 'node:assert/strict';
import Redis from '../../../lib/entries/ioredis/index.js';
import { Relay } from '../../support/relay.js';
import { sharedTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

describe('an ioredis object whose connection breaks', () => {
  let relay: Relay;
  let direct: Redis;
  const open: Redis[] = [];
  const client = (options: ConstructorParameters<typeof Redis>[0] & object = {}): Redis => {
    const own = new Redis({ port: Number(relay.address.split(':')[1]), host: '127.0.0.1', retryStrategy: () => 10, ...options });
    own.on('error', () => {});
    open.push(own);
    return own;
  };

  beforeEach(async () => {
    const topology = await sharedTopology('single');
    await topology.flush();
    const [server] = topology.nodes;
    assert.ok(server !== undefined);
    relay = await Relay.start(server);
    direct = new Redis(server.port);
    open.push(direct);
  });
  afterEach(async () => {
    for (const one of open) one.disconnect();
    for (const one of open.splice(0)) await until(() => one.status === 'end');
    await relay.stop();
  });

  /** Breaks the connection when the server has the write, and the object no reply yet. */
  async function incrementAndCut(redis: Redis): Promise<unknown> {
    await redis.ping();
    relay.isMute = true;
    const sum = redis.incr('n').catch((error: Error) => error);
    await until(async () => (await direct.get('n')) === '1', { everyMs: 2 });
    relay.cut();
    relay.isMute = false;
    return sum;
  }

  it('does not send a write again that may have run', async () => {
    const error = (await incrementAndCut(client())) as Error & { executed: string; command: unknown };
    assert.equal(`${error.name}: ${error.message}`, 'AbortError: Command aborted due to connection close');
    assert.deepEqual([error.executed, error.command], ['unknown', { name: 'incr', args: ['n'] }]);
    assert.equal(await direct.get('n'), '1');
  });

  it('sends it again where it is told to do as ioredis does', async () => {
    assert.equal(await incrementAndCut(client({ retryWrites: 'ioredis' })), 2);
  });

  it('tells of a message that may have been published by an event, since few wait for its reply', async () => {
    const redis = client();
    const errors: Error[] = [];
    redis.on('error', (error) => errors.push(error));
    const heard: string[] = [];
    direct.on('message', (_: string, message: string) => heard.push(message));
    await direct.subscribe('news');
    await redis.ping();
    relay.isMute = true;
    const unhandled: unknown[] = [];
    const note = (_: unknown, promise: Promise<unknown>): void => void unhandled.push(promise);
    process.on('unhandledRejection', note);
    const published = redis.publish('news', 'x');
    await until(() => heard.length > 0, { everyMs: 2 });
    relay.cut();
    relay.isMute = false;
    await until(() => errors.some(({ name }) => name === 'AbortError'));
    await redis.ping();
    // Node calls a rejection unhandled at the end of its turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    assert.equal(unhandled.includes(published), false);
    await assert.rejects(published, { name: 'AbortError', executed: 'unknown', command: { name: 'publish', args: ['news', 'x'] } });
    assert.deepEqual(heard, ['x']);
  });

  it('sends reads again', async () => {
    const redis = client();
    await redis.set('a', '1');
    relay.isMute = true;
    const got = redis.get('a');
    await until(() => relay.connections > 0);
    relay.cut();
    relay.isMute = false;
    assert.equal(await got, '1');
  });

  it('has its commands wait until the server is back', async () => {
    const redis = client();
    await redis.ping();
    relay.refuse();
    relay.cut();
    await until(() => redis.status === 'reconnecting');
    const written = redis.set('a', '1');
    const piped = redis.pipeline().set('b', '1').get('b').exec();
    await relay.accept();
    assert.equal(await written, 'OK');
    assert.deepEqual(await piped, [
      [null, 'OK'],
      [null, '1'],
    ]);
    await until(() => redis.status === 'ready');
  });

  it('runs no command later that was rejected after too many attempts', async () => {
    const redis = client({ maxRetriesPerRequest: 1 });
    await redis.ping();
    relay.refuse();
    relay.cut();
    await until(() => redis.status !== 'ready');
    await assert.rejects(redis.set('a', '1'), { name: 'MaxRetriesPerRequestError' });
    const piped = await redis.pipeline().set('b', '1').exec();
    assert.equal((piped?.[0]?.[0] as Error | undefined)?.name, 'MaxRetriesPerRequestError');
    await relay.accept();
    assert.equal(await redis.set('c', '1'), 'OK');
    assert.deepEqual(await direct.mget('a', 'b', 'c'), [null, null, '1']);
  });

  it('keeps its subscriptions and its database when commands were rejected', async () => {
    const redis = client({ maxRetriesPerRequest: 0 });
    const heard: string[] = [];
    redis.on('message', (_: string, message: string) => heard.push(message));
    await redis.subscribe('news');
    await redis.select(3);
    relay.refuse();
    relay.cut();
    await assert.rejects(redis.get('a'), { name: 'MaxRetriesPerRequestError' });
    await relay.accept();
    await until(async () => (await direct.publish('news', 'x')) > 0 && heard.length > 0);
    await until(async () => / db=3 /.test(String(await redis.client('INFO'))));
  });

  it('gives a duplicate on its engine an end of its own then, too', async () => {
    const redis = client({ maxRetriesPerRequest: 0 });
    await redis.ping();
    const patient = redis.duplicate({ maxRetriesPerRequest: null });
    patient.on('error', () => {});
    open.push(patient);
    await patient.ping();
    relay.refuse();
    relay.cut();
    await until(() => redis.status !== 'ready' && patient.status !== 'ready');
    const waits = patient.set('a', '1');
    await assert.rejects(redis.get('a'), { name: 'MaxRetriesPerRequestError' });
    await relay.accept();
    assert.equal(await waits, 'OK');
  });

  it('quits at once where nothing waits, and when what waits is answered', async () => {
    const [idle, waiting] = [client(), client()];
    await Promise.all([idle.ping(), waiting.ping()]);
    relay.refuse();
    relay.cut();
    await until(() => idle.status !== 'ready' && waiting.status !== 'ready');
    assert.equal(await idle.quit(), 'OK');
    const written = waiting.set('a', '1');
    const quit = waiting.quit();
    await until(() => idle.status === 'end');
    await relay.accept();
    assert.deepEqual(await Promise.all([written, quit]), ['OK', 'OK']);
    await until(() => waiting.status === 'end');
  });

  it('ends, and has others go on, when its strategy gives up', async () => {
    const redis = client({ retryStrategy: () => null });
    await redis.ping();
    relay.refuse();
    relay.cut();
    await until(() => redis.status === 'end');
    await assert.rejects(redis.get('a'), { message: 'Connection is closed.' });
    await relay.accept();
    await redis.connect();
    assert.equal(await redis.ping(), 'PONG');
  });
});
