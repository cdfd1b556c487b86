import assert from 'node:assert/strict';
import {
  CommandRefusedError,
  ConnectionLostError,
  defineScript,
  IntegerRangeError,
  NotReplicatedError,
  OptionsError,
  PartialFailureError,
  ReplyError,
  type ViewOptions,
} from '../../../../lib/index.js';
import { slotOfKey } from '../../../../lib/routing/keys/slots.js';
import { type Answer, close, error, FakeServer, ok, status } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, movedTo, rejected, ScriptedCluster, single } from '../scripted.js';

const waitReplicas = { count: 2, timeoutMs: 100 };

describe('a write with waitReplicas', () => {
  let server: FakeServer;
  /** What WAIT answers. */
  let wait: () => Answer | Promise<Answer>;
  beforeEach(async () => {
    wait = () => 2;
    server = await FakeServer.start();
    server.handler = single(([name]) => {
      if (name === 'SET') return ok;
      if (name === 'INCR') return 7;
      if (name === 'GET') return 'value';
      return name === 'WAIT' ? wait() : undefined;
    });
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });
  const commands = (): string[][] =>
    server.connections
      .map(({ received }) =>
        received.filter(([name = '']) => ['SET', 'INCR', 'GET', 'WAIT', 'MULTI', 'EXEC'].includes(name)).map((words) => words.join(' ')),
      )
      .filter((words) => words.length > 0);

  it('leaves with WAIT right behind it, on a connection of its own', async () => {
    const redis = clientOf(server);
    assert.equal(await redis.with({ waitReplicas }).incr('n'), 7);
    assert.deepEqual(commands(), [['INCR n', 'WAIT 2 100']]);
    await redis.incr('n');
    assert.deepEqual(commands(), [['INCR n', 'WAIT 2 100'], ['INCR n']]);
  });

  it('rejects with what is wrong with its own reply, and the connection stays in step', async () => {
    server.handler = single(([name]) => {
      if (name === 'INCRBY') return 2n ** 60n;
      if (name === 'XCLAIM') return [['1-0', 2n ** 63n - 1n]];
      if (name === 'LPOP') return ['popped', error('ERR no backend')];
      return name === 'WAIT' ? 2 : name === 'INCR' ? 7 : undefined;
    });
    const replicated = clientOf(server).with({ waitReplicas });
    const [large, popped, next] = await Promise.allSettled([replicated.incrby('n', 1), replicated.lpop('l', 2), replicated.incr('n')]);
    assert.ok(large.status === 'rejected' && large.reason instanceof IntegerRangeError);
    assert.equal(large.reason.command, 'INCRBY');
    assert.ok(popped.status === 'rejected' && popped.reason instanceof PartialFailureError);
    assert.deepEqual((popped.reason.reply as unknown[])[0], 'popped');
    assert.deepEqual(next, { status: 'fulfilled', value: 7 });
    assert.deepEqual(await replicated.call('XCLAIM', 's', 'g', 'c', 0, '1-0'), [['1-0', Number.POSITIVE_INFINITY]]);
    let queueing = false;
    server.handler = single(([name]) => {
      if (name === 'EXEC') queueing = false;
      const answer = queueing
        ? status('QUEUED')
        : name === 'EXEC'
          ? [2n ** 60n, 7]
          : name === 'MULTI'
            ? ok
            : name === 'WAIT'
              ? 2
              : undefined;
      queueing ||= name === 'MULTI';
      return answer;
    });
    const [beyond, fine] = await replicated.multi().incrby('n', 1).incr('n').exec({ errors: 'inline' });
    assert.ok((beyond as unknown) instanceof IntegerRangeError);
    assert.equal(fine, 7);
  });

  it('is not held up by other writes, nor holds them up', async () => {
    let release = (_: number): void => {};
    wait = () => new Promise<number>((resolve) => (release = resolve));
    const redis = clientOf(server);
    const writing = redis.with({ waitReplicas }).set('a', '1');
    await until(() => server.count('WAIT') === 1);
    assert.equal(await redis.get('a'), 'value');
    release(2);
    assert.equal(await writing, 'OK');
  });

  it('rejects where too few replicas have it, with what it gave', async () => {
    wait = () => 1;
    const redis = clientOf(server);
    const reason = await rejected(redis.with({ waitReplicas, integers: 'bigint' }).incr('n'));
    assert.ok(reason instanceof NotReplicatedError);
    assert.equal(reason.executed, 'yes');
    assert.deepEqual([reason.acknowledged, reason.wanted, reason.reply, reason.command], [1, 2, 7n, 'INCR']);
    assert.match(reason.message, /^INCR was executed, but only 1 of 2 replicas acknowledged it within 100 ms$/);
  });

  it('gives the error of the write, whatever WAIT says', async () => {
    server.handler = single(([name]) => (name === 'INCR' ? error('ERR value is not an integer') : name === 'WAIT' ? 2 : undefined));
    const reason = await rejected(clientOf(server).with({ waitReplicas }).incr('n'));
    assert.ok(reason instanceof ReplyError);
    assert.equal(reason.message, 'ERR value is not an integer');
    assert.equal(reason.executed, 'yes');
    assert.equal(reason.command, 'INCR');
  });

  it('may have run where the connection breaks before WAIT is answered, and is not sent again', async () => {
    wait = () => close;
    const reason = await rejected(clientOf(server).with({ waitReplicas }).set('a', '1'));
    assert.ok(reason instanceof ConnectionLostError);
    assert.equal(reason.executed, 'unknown');
    assert.equal(server.count('SET'), 1);
  });

  it('tells what became of it to a caller who gives up: it was executed', async () => {
    let release = (_: number): void => {};
    wait = () => new Promise<number>((resolve) => (release = resolve));
    const answers = server.handler;
    server.handler = (words, connection) => {
      if (words[1] !== 'UNBLOCK') return answers(words, connection);
      assert.equal(words[3], 'TIMEOUT');
      release(1);
      return 1;
    };
    const controller = new AbortController();
    const writing = rejected(clientOf(server).with({ waitReplicas, signal: controller.signal }).set('a', '1'));
    await until(() => server.count('WAIT') === 1);
    controller.abort();
    const reason = await writing;
    assert.ok(reason instanceof NotReplicatedError);
    assert.equal(reason.acknowledged, 1);
  });

  it('is a transaction, too', async () => {
    server.handler = single(([name]) => {
      if (name === 'MULTI') return ok;
      if (name === 'EXEC') return ['OK', 7];
      return name === 'WAIT' ? wait() : name === 'SET' || name === 'INCR' ? status('QUEUED') : undefined;
    });
    const redis = clientOf(server).with({ waitReplicas });
    assert.deepEqual(await redis.multi().set('a', '1').incr('n').exec(), ['OK', 7]);
    assert.deepEqual(commands(), [['MULTI', 'SET a 1', 'INCR n', 'EXEC', 'WAIT 2 100']]);
    wait = () => 0;
    const reason = await rejected(redis.multi().set('a', '1').incr('n').exec());
    assert.ok(reason instanceof NotReplicatedError);
    assert.equal(reason.acknowledged, 0);
  });

  it('is a script, too, also one that the server has forgotten', async () => {
    let evaluated = 0;
    server.handler = single(([name]) => {
      if (name === 'EVALSHA') return error('NOSCRIPT No matching script. Please use EVAL.');
      if (name === 'EVAL') return ++evaluated;
      return name === 'WAIT' ? wait() : undefined;
    });
    const redis = clientOf(server);
    const script = defineScript({ lua: 'return 1', keys: 1 });
    const view = redis.with({ waitReplicas });
    for (const expected of [1, 2]) assert.equal(await view.script(script, ['k'], []), expected);
    assert.equal(server.count('WAIT'), server.count('EVAL') + server.count('EVALSHA'));
  });

  it('waits for nothing where nothing is written', async () => {
    assert.equal(await clientOf(server).with({ waitReplicas }).get('a'), 'value');
    assert.deepEqual(commands(), [['GET a']]);
  });

  it('is refused for what blocks, and WAIT for itself', async () => {
    const redis = clientOf(server).with({ waitReplicas });
    const blocking = await rejected(redis.blpop('l', 1));
    assert.ok(blocking instanceof CommandRefusedError);
    assert.match(blocking.message, /^BLPOP blocks, .* use lease\(\) with wait\(\)$/);
    const alone = await rejected(redis.call('WAIT', 1, 100));
    assert.ok(alone instanceof CommandRefusedError);
    assert.match(alone.message, /^WAIT .*with\(\{ waitReplicas \}\)/);
    assert.equal(server.count('WAIT'), 0);
  });

  for (const wrong of [
    { count: 0, timeoutMs: 1 },
    { count: 1, timeoutMs: 0 },
    { count: 1 },
    { timeoutMs: 5 },
    { count: 1.5, timeoutMs: 5 },
    3,
  ]) {
    it(`needs sensible numbers, not ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => clientOf(server).with({ waitReplicas: wrong } as ViewOptions), OptionsError);
    });
  }

  describe('in a cluster', () => {
    const slot = slotOfKey('a');

    it('follows its slot with WAIT behind it', async () => {
      await using cluster = await ScriptedCluster.start(2);
      const owner = cluster.ranges.find(({ first, last }) => first <= slot && slot <= last)?.owner ?? 0;
      const other = 1 - owner;
      cluster.script = (index, [name]) => {
        if (name === 'SET') return index === owner ? movedTo(cluster.server(other), slot) : ok;
        return name === 'WAIT' ? 2 : undefined;
      };
      const redis = cluster.client();
      assert.equal(await redis.with({ waitReplicas }).set('a', '1'), 'OK');
      assert.deepEqual(cluster.received(owner, 'SET', 'WAIT'), ['SET a 1', 'WAIT 2 100']);
      assert.deepEqual(cluster.received(other, 'SET', 'WAIT'), ['SET a 1', 'WAIT 2 100']);
      await assertNoPendingCommands();
    });

    it('waits on every node of a command that was split', async () => {
      await using cluster = await ScriptedCluster.start(2);
      cluster.script = (_, [name]) => (name === 'MSET' ? ok : name === 'WAIT' ? 2 : undefined);
      const redis = cluster.client();
      await redis.with({ waitReplicas }).mset({ a: '1', b: '2' });
      for (const index of [0, 1]) assert.equal(cluster.received(index, 'WAIT').length, 1);
      await assertNoPendingCommands();
    });
  });
});
