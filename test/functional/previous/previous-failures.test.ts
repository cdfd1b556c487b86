import assert from 'node:assert/strict';
import { type ClientOptions, createClient, type Redis, single } from '../../../lib/index.js';
import { Server, type ServerOptions } from '../../support/server.js';
import { until } from '../../support/wait.js';

async function withServers(
  [oldOptions, nextOptions]: readonly [ServerOptions, ServerOptions],
  options: ClientOptions,
  use: (redis: Redis, old: Server, next: Server) => Promise<void>,
): Promise<void> {
  const [old, next] = await Promise.all([Server.start(oldOptions), Server.start(nextOptions)]);
  try {
    await using redis = createClient({ topology: single(next.address), previous: single(old.address), ...options });
    redis.on('error', () => {});
    await use(redis, old, next);
    await until(() => redis.stats().commands === 0 && redis.stats().waiting === 0, { what: 'nothing waits' });
  } finally {
    await Promise.all([old.stop(), next.stop()]);
  }
}

describe('keys that move, and a place that fails', () => {
  it('the previous place stands still: what needs it times out unsent, what does not goes on, and later all is well', () =>
    withServers([{}, {}], {}, async (redis, old, next) => {
      await next.ask('SET', 'here', 'v');
      await old.ask('SET', 'k', 'old');
      await redis.connect();
      await old.pause();
      const hasty = redis.with({ timeoutMs: 300 });
      const abort = new AbortController();
      const aborted = redis.with({ signal: abort.signal }).set('k', 'x');
      const late = [hasty.set('k', 'x'), hasty.get('k'), hasty.multi().set('k', 'x').exec(), hasty.lease((one) => one.set('k', 'x'))];
      abort.abort();
      await assert.rejects(aborted, { name: 'AbortError', executed: 'no' });
      for (const one of late) await assert.rejects(one, { name: 'TimeoutError', executed: 'no' });
      assert.equal(await hasty.get('here'), 'v');
      assert.equal(await next.ask('EXISTS', 'k'), 0);
      await old.resume();
      assert.deepEqual(await Promise.all([redis.append('k', '!'), redis.get('k')]), [4, 'old!']);
    }));

  it('the queue has its bounds, whatever waits for keys', () =>
    withServers([{}, {}], { queue: { maxCommands: 5 } }, async (redis, old) => {
      await redis.connect();
      await old.pause();
      const waiting = Array.from({ length: 5 }, () => redis.set('k', 'x'));
      await assert.rejects(redis.set('k', 'x'), { name: 'QueueFullError', executed: 'no' });
      await old.resume();
      await Promise.all(waiting);
    }));

  it('close waits for what waits for keys, destroy rejects it', () =>
    withServers([{}, {}], {}, async (redis, old, next) => {
      await using other = createClient({ topology: single(next.address), previous: single(old.address) });
      await Promise.all([redis.connect(), other.connect()]);
      await old.pause();
      const [accepted, doomed] = [redis.set('k', 'x'), other.set('k', 'y')];
      const closed = redis.close();
      other.destroy();
      await assert.rejects(doomed, { name: 'ClosedError', executed: 'no' });
      await old.resume();
      assert.equal(await accepted, 'OK');
      await closed;
      await assert.rejects(redis.set('k', 'z'), { name: 'ClosedError' });
    }));

  it('the new place wants a login, which the previous servers get', () =>
    withServers([{}, { password: 'secret' }], {}, async (_, old, next) => {
      await old.ask('SET', 'k', 'old');
      const options = { topology: single(`redis://:secret@${next.address}`), previous: single(`redis://default:any@${old.address}`) };
      await using redis = createClient(options);
      assert.equal(await redis.append('k', '!'), 4);
    }));

  it('the new place refuses what comes: the error names both, and nothing was sent', () =>
    withServers([{}, { config: ['maxmemory 1'] }], {}, async (redis, old, next) => {
      await old.ask('SET', 'k', 'old');
      const message = new RegExp(`could not be fetched from ${old.address} to ${next.address}: OOM `);
      await assert.rejects(redis.append('k', '!'), { name: 'ReplyError', code: 'OOM', executed: 'no', message });
      assert.equal(await redis.get('k'), 'old');
    }));

  it('the previous servers have no MIGRATE: reads go on, the rest is rejected unsent', () =>
    withServers([{ config: ['rename-command MIGRATE ""'] }, {}], {}, async (redis, old) => {
      await old.ask('SET', 'k', 'old');
      await assert.rejects(redis.append('k', '!'), { name: 'ReplyError', executed: 'no', message: /could not be fetched from/ });
      assert.equal(await redis.get('k'), 'old');
    }));
});
