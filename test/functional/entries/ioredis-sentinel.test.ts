import assert from 'node:assert/strict';
import Redis, { type RedisOptions } from '../../../lib/entries/ioredis/index.js';
import { forEachTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

forEachTopology(
  (t) => {
    const sentinels = (): { host: string; port: number }[] => t.running.seeds.flatMap((seed) => ('port' in seed ? [seed] : []));
    const open: Redis[] = [];
    const client = (options: RedisOptions = {}): Redis => {
      const own = new Redis({ sentinels: sentinels(), name: 'mymaster', ...options });
      open.push(own);
      return own;
    };
    afterEach(async () => {
      for (const one of open) one.disconnect();
      for (const one of open.splice(0)) await until(() => one.status === 'end');
    });

    it('finds the primary for an ioredis object', async () => {
      const [primary] = await t.primaries();
      const redis = client();
      assert.match(String(await redis.info('server')), new RegExp(`tcp_port:${primary?.port}\\r`));
      assert.equal(await redis.set('a', '1'), 'OK');
    });

    it('finds a replica for the role slave, the preferred one if there is one', async () => {
      const replicas = (await t.replicas()).map(({ port }) => port);
      await client().set('a', '1');
      const seen: unknown[] = [];
      for (const port of replicas) {
        const byFunction = client({
          role: 'slave',
          preferredSlaves: (slaves) => {
            seen.push(slaves.map((one) => one.port).sort());
            return slaves.find((one) => one.port === String(port)) ?? null;
          },
        });
        const byList = client({ role: 'slave', preferredSlaves: [{ ip: '127.0.0.1', port: String(port), prio: 1 }] });
        for (const redis of [byFunction, byList]) await until(async () => (await redis.get('a')) === '1');
      }
      assert.deepEqual(seen[0], replicas.map(String).sort());
    });

    it('follows a failover without an error', async () => {
      await using own = await t.fresh();
      const { group } = own as unknown as { group: { failover(): Promise<{ port: number }> } };
      const redis = client({ sentinels: own.seeds.flatMap((seed) => ('port' in seed ? [seed] : [])), retryStrategy: () => 20 });
      const events: string[] = [];
      for (const name of ['close', 'ready', 'end']) redis.on(name, () => events.push(name));
      redis.on('error', (error: Error) => events.push(error.message));
      await redis.set('a', '1');
      await redis.select(0);
      // What no replica has by then is lost with the role of the primary.
      for (const replica of await own.replicas()) await until(async () => String(await replica.ask('GET', 'a')) === '1');
      const next = await group.failover();
      await until(async () => new RegExp(`tcp_port:${next.port}\\r`).test(String(await redis.info('server'))), { timeoutMs: 20_000 });
      assert.equal(await redis.get('a'), '1');
      assert.ok(!events.includes('end'));
      redis.disconnect();
      await until(() => redis.status === 'end');
    }).timeout(60_000);
  },
  ['sentinel'],
);

describe('an ioredis object without sentinels', () => {
  it('says what is missing', () => {
    assert.throws(() => new Redis({ sentinels: [{ port: 1 }] }), /Requires the name of master/);
  });

  it('ends by the strategy for sentinels', async () => {
    const redis = new Redis({ sentinels: [{ host: '127.0.0.1', port: 1 }], name: 'g', sentinelRetryStrategy: () => null });
    const errors: string[] = [];
    redis.on('error', (error: Error) => errors.push(error.message));
    await assert.rejects(redis.get('a'), /All sentinels are unreachable and retry is disabled\./);
    await until(() => redis.status === 'end');
    assert.match(errors[0] ?? '', /^All sentinels are unreachable and retry is disabled\. Last error: connect ECONNREFUSED/);
  });
});
