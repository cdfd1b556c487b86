import assert from 'node:assert/strict';
import { ClosedError, ReplyError } from '../../../../lib/errors.js';
import { error, FakeServer, type Handler } from '../../../support/fake-server.js';
import { assertNoPendingCommands, clientOf, rejected, single } from '../scripted.js';

describe('a pipeline', () => {
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

  it('sends everything at once and keeps replies and errors in their places', async () => {
    script(([name, key]) =>
      name === 'GET' ? (key === 'bad' ? error('WRONGTYPE no') : `value of ${key}`) : name === 'INCR' ? 7 : undefined,
    );
    const redis = clientOf(server);
    const [a, bad, n] = await redis.pipeline().get('a').get('bad').incr('n').exec({ errors: 'inline' });
    assert.equal(a, 'value of a');
    assert.ok(bad instanceof ReplyError);
    assert.equal(n, 7);
    const reason = await rejected(redis.pipeline().get('a').get('bad').incr('n').exec());
    assert.equal(reason.code, 'WRONGTYPE');
    assert.equal(server.count('INCR'), 2);
  });

  it('without commands gives no replies', async () => {
    const redis = clientOf(server);
    assert.deepEqual(await redis.pipeline().exec(), []);
    assert.deepEqual(await redis.multi().exec(), []);
  });

  it('of a client that ended, rejects', async () => {
    const redis = clientOf(server);
    await redis.close();
    assert.ok((await rejected(redis.pipeline().get('a').exec())) instanceof ClosedError);
  });
});
