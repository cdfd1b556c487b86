import assert from 'node:assert/strict';
import { CommandRefusedError, TimeoutError } from '../../../../lib/errors.js';
import { close, FakeServer, type Handler, ok, silence, status } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, single } from '../scripted.js';

describe('a leased connection', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });
  const script = (handler: Handler): void => {
    server.handler = single(handler);
  };
  const connectionsOf = (name: string): number[] =>
    server.connections.filter(({ received }) => received.some(([first]) => first === name)).map(({ index }) => index);

  it('is lent again after a transaction, and closed when its state is not what it was', async () => {
    script(([name]) => {
      if (name === 'WATCH' || name === 'MULTI') return ok;
      if (name === 'SET') return status('QUEUED');
      return name === 'EXEC' ? ['OK'] : name === 'GET' ? 'value' : undefined;
    });
    const redis = clientOf(server);
    const reply = await redis.lease(async (one) => {
      await one.call('WATCH', 'k');
      assert.equal(await one.get('k'), 'value');
      await one.call('MULTI');
      await one.call('SET', 'k', '1');
      return one.call('EXEC');
    });
    assert.deepEqual(reply, ['OK']);
    const [used] = connectionsOf('WATCH');
    assert.ok(server.openConnections.some(({ index }) => index === used));
    await redis.lease((one) => one.call('WATCH', 'k'));
    assert.deepEqual(connectionsOf('WATCH'), [used], 'a transaction that has ended leaves nothing behind');
    await until(() => server.openConnections.every(({ index }) => index !== used), { what: 'a used connection is closed' });
  });

  it('is given to the next caller while it is clean', async () => {
    script(([name]) => (name === 'GET' ? 'value' : undefined));
    const redis = clientOf(server);
    for (let i = 0; i < 4; i++) await redis.lease((one) => one.get('k'));
    assert.equal(connectionsOf('GET').length, 1);
  });

  it('is taken back when its user throws, and refuses what comes after', async () => {
    script(([name]) => (name === 'GET' ? 'value' : undefined));
    const redis = clientOf(server);
    let kept: { get(key: string): Promise<unknown> } | undefined;
    const broken = new Error('user');
    await assert.rejects(
      redis.lease((one) => {
        kept = one;
        return Promise.reject(broken);
      }),
      (reason) => reason === broken,
    );
    assert.ok(kept !== undefined);
    assert.ok((await rejected(kept.get('k'))) instanceof CommandRefusedError);
    assert.equal(await redis.lease((one) => one.get('k')), 'value');
  });

  it('that breaks rejects its commands', async () => {
    script(([name]) => (name === 'INCR' ? close : undefined));
    const redis = clientOf(server);
    await redis.lease(async (one) => {
      const reason = await rejected(one.incr('k'));
      assert.equal(reason.code, 'ERR_CONNECTION_LOST');
      assert.equal(reason.executed, 'unknown');
      assert.equal((await rejected(one.get('k'))).executed, 'no');
    });
  });

  it('rejects its commands at their deadline', async () => {
    script(([name]) => (name === 'INCR' ? silence : undefined));
    const redis = clientOf(server, { pool: { minExclusive: 1 } });
    await redis.connect();
    await redis.with({ timeoutMs: 50 }).lease(async (one) => assert.ok((await rejected(one.incr('k'))) instanceof TimeoutError));
  });
});
