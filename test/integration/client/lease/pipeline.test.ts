import assert from 'node:assert/strict';
import { ArgumentError, PartialFailureError, QueueFullError, ReplyError } from '../../../../lib/errors.js';
import { error, FakeServer, type Handler, ok, silence } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, ScriptedCluster, single } from '../scripted.js';

/** What no command can send, as programs in JavaScript pass it. */
const UNSENDABLE: readonly unknown[] = [undefined, null, true, Number.NaN, {}, ['x'], Symbol('s'), () => 1, Object.create(null)];
const asKey = (value: unknown): string => value as string;

const numbers = (): Handler => {
  let n = 0;
  return single(([name]) => (name === 'INCR' ? ++n : name === 'GET' ? 'v' : name === 'SET' ? ok : undefined));
};

describe('a pipeline, before its first command is sent', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(numbers());
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });

  for (const value of UNSENDABLE) {
    const shown = Array.isArray(value) ? 'an array' : typeof value === 'object' && value !== null ? 'an object' : String(value);
    for (const options of [{}, { keyPrefix: 'p:' }]) {
      const how = 'keyPrefix' in options ? ', with a key prefix' : '';
      it(`refuses ${shown} as key and as value, as a whole${how}`, async () => {
        const redis = clientOf(server, options);
        for (const batch of [redis.pipeline(), redis.multi()]) {
          const asValue = await rejected(batch.incr('n').set('a', asKey(value)).incr('n').exec());
          assert.ok(asValue instanceof ArgumentError, String(asValue));
          assert.equal(asValue.executed, 'no');
        }
        for (const batch of [redis.pipeline(), redis.multi()]) {
          assert.ok((await rejected(batch.incr('n').get(asKey(value)).exec())) instanceof ArgumentError);
        }
        assert.ok((await rejected(redis.get(asKey(value)))) instanceof ArgumentError);
        assert.equal(server.count('INCR') + server.count('GET') + server.count('SET') + server.count('MULTI'), 0);
      });
    }
  }

  it('refuses bytes whose memory was given away', async () => {
    const redis = clientOf(server, { keyPrefix: 'p:' });
    for (const make of [(memory: ArrayBuffer) => new Uint8Array(memory), (memory: ArrayBuffer) => new DataView(memory)]) {
      const gone = make(new ArrayBuffer(8));
      structuredClone(gone.buffer, { transfer: [gone.buffer] });
      assert.ok((await rejected(redis.get(gone))) instanceof ArgumentError);
      assert.ok((await rejected(redis.pipeline().incr('n').get(gone).exec())) instanceof ArgumentError);
    }
    assert.equal(server.count('INCR') + server.count('GET'), 0);
  });

  it('refuses it with errors inline, too', async () => {
    const reason = await rejected(clientOf(server).pipeline().incr('n').get(asKey(undefined)).exec({ errors: 'inline' }));
    assert.ok(reason instanceof ArgumentError);
    assert.equal(server.count('INCR'), 0);
  });

  it('refuses what is not for a shared connection, and what a guard forbids', async () => {
    const domains = { jobs: { keys: ['job:*'], guard: { read: ['job:*'], write: [] } } };
    const redis = clientOf(server, { domains });
    assert.equal((await rejected(redis.pipeline().incr('n').call('SELECT', 1).exec())).code, 'ERR_COMMAND_REFUSED');
    assert.equal((await rejected(redis.pipeline().incr('n').set('job:1', 'v').exec())).code, 'ERR_GUARD');
    assert.equal(server.count('INCR'), 0);
  });

  it('refuses keys of several slots, of a command that is not split', async () => {
    const cluster = await ScriptedCluster.start(3);
    const redis = cluster.client();
    const reason = await rejected(redis.pipeline().incr('a').call('RENAME', 'a', 'b').exec());
    assert.equal(reason.code, 'ERR_CROSS_SLOT');
    assert.equal((await rejected(redis.pipeline().incr('a').call('MSET', 'a', '1', 'b').exec())).code, 'ERR_ARGUMENT');
    assert.equal(
      cluster.servers.reduce((sum, each) => sum + each.count('INCR'), 0),
      0,
    );
    await cluster.stop();
  });
});

describe('a pipeline beyond the bounds of the queue', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(numbers());
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });
  const queue = { maxCommands: 10, maxBytes: 1_000 };

  it('is sent bit by bit, in order, and leaves room for others', async () => {
    const redis = clientOf(server, { queue });
    let most = 0;
    server.handler = (
      (answer: Handler): Handler =>
      (command, connection) => {
        most = Math.max(most, redis.stats().commands);
        return answer(command, connection);
      }
    )(numbers());
    const pipeline = redis.pipeline();
    for (let i = 0; i < 500; i++) pipeline.incr('n');
    assert.equal(await redis.incr('n'), 1, 'connected');
    const replies = pipeline.exec();
    assert.equal(await redis.get('other'), 'v', 'another caller finds room');
    assert.deepEqual(
      await replies,
      Array.from({ length: 500 }, (_, i) => i + 2),
    );
    assert.ok(most <= 6, `at most half of the bound and another caller, was ${most}`);
  });

  it('is refused as a whole where there is no room for its first command, or never for one of them', async () => {
    const redis = clientOf(server, { queue, timeoutMs: 300 });
    assert.ok((await rejected(redis.pipeline().incr('n').set('k', 'x'.repeat(1_000)).exec())) instanceof QueueFullError);
    server.handler = single(([name]) => (name === 'GET' ? silence : name === 'INCR' ? 1 : undefined));
    const waiting = Array.from({ length: 10 }, () => rejected(redis.get('k')));
    const reason = await rejected(redis.pipeline().incr('n').incr('n').exec());
    assert.ok(reason instanceof QueueFullError);
    assert.equal(reason.executed, 'no');
    await Promise.all(waiting);
    assert.equal(server.count('INCR'), 0);
    server.disconnect();
  });

  it('fails the command alone whose bytes were given away before its turn', async () => {
    const redis = clientOf(server, { queue });
    const bytes = new Uint8Array(8);
    const pipeline = redis.pipeline();
    for (let i = 0; i < 20; i++) pipeline.incr('n');
    pipeline.set('k', bytes).incr('n');
    const replies = pipeline.exec({ errors: 'inline' });
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    const [gone, last] = (await replies).slice(-2);
    assert.ok((gone as unknown) instanceof ArgumentError);
    assert.equal(last, 21);
    assert.equal(server.count('SET'), 0);
  });

  it('ends when the client does, with what can be said of all', async () => {
    const redis = clientOf(server, { queue });
    server.handler = single(([name]) => (name === 'INCR' ? silence : undefined));
    const pipeline = redis.pipeline();
    for (let i = 0; i < 50; i++) pipeline.incr('n');
    const arrived = until(() => server.count('INCR') > 0, { what: 'the first commands came' });
    const [outcome] = await Promise.all([rejected(pipeline.exec()), arrived.then(() => redis.destroy())]);
    assert.equal(outcome.executed, 'unknown');
  });

  it('holds for a command over several slots, which is sent whole or not at all', async () => {
    const cluster = await ScriptedCluster.start(3);
    cluster.script = (_, [name, ...keys]) => (name === 'DEL' ? keys.length : undefined);
    const redis = cluster.client({ queue: { maxCommands: 2, maxBytes: 1_000 } });
    await redis.connect();
    assert.ok((await rejected(redis.del(['a', 'b', 'c']))) instanceof QueueFullError);
    assert.equal(await redis.del(['a', 'b']), 2);
    assert.equal(
      cluster.servers.reduce((sum, each) => sum + each.count('DEL'), 0),
      2,
    );
    await cluster.stop();
  });
});

describe('a pipeline some of whose commands were not executed', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(2);
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await cluster.stop();
  });

  it('does not say that nothing was', async () => {
    cluster.script = (_, [name]) => (name === 'INCR' ? 1 : undefined);
    const redis = cluster.client({ failFast: true }, [1]);
    await Promise.all([redis.incr('a'), redis.incr('b')]);
    const down = cluster.server(0);
    down.refuse();
    down.disconnect();
    await until(() => redis.stats().nodes.some(({ reachable }) => !reachable), { what: 'the client knows that a node is down' });
    // b belongs to the first server, a to the second.
    const reason = await rejected(redis.pipeline().incr('b').incr('a').exec());
    assert.ok(reason instanceof PartialFailureError);
    assert.equal(reason.executed, 'unknown');
    assert.deepEqual(
      reason.failures.map(({ keys }) => keys),
      [['b']],
    );
    const none = await rejected(redis.pipeline().incr('b').incr('{b}2').exec());
    assert.equal(none.code, 'ERR_NO_NODE');
    assert.equal(none.executed, 'no');
  });

  it('gives the first error where that was an answer', async () => {
    cluster.script = (index, [name]) => (name === 'INCR' ? (index === 0 ? error('WRONGTYPE no') : 1) : undefined);
    const reason = await rejected(cluster.client().pipeline().incr('a').incr('b').exec());
    assert.ok(reason instanceof ReplyError);
    assert.equal(reason.executed, 'yes');
  });
});
