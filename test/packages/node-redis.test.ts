import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import KeyvRedis from '@keyv/redis';
import { createAdapter } from '@socket.io/redis-adapter';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { RedisStore as SessionStore } from 'connect-redis';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { Keyv } from 'keyv';
import { RedisStore as LimitStore } from 'rate-limit-redis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { createClient, createCluster, createSentinel } from 'slotwise/node-redis';
import { Server as SocketServer } from 'socket.io';
import { io } from 'socket.io-client';
import { forEachTopology, type SuiteTopology } from '../support/topologies.js';

/** A client of this entry for the servers. Typed as one of a single server: what the packages call, all have. */
async function open(topology: SuiteTopology): Promise<ReturnType<typeof createClient>> {
  const servers = topology.createOptions();
  const nodes = ('seeds' in servers ? servers.seeds : 'address' in servers ? [servers.address] : []).flatMap((it) =>
    'host' in it ? [it] : [],
  );
  const [first] = nodes;
  assert.ok(first !== undefined);
  if (servers.kind === 'cluster') return (await createCluster({ rootNodes: nodes.map((socket) => ({ socket })) }).connect()) as never;
  if (servers.kind === 'sentinel') return (await createSentinel({ name: servers.name, sentinelRootNodes: nodes }).connect()) as never;
  return await createClient({ socket: first }).connect();
}

async function done<T>(call: (callback: (error: unknown, value?: T) => void) => unknown): Promise<T | undefined> {
  return new Promise((resolve, reject) => void call((error, value) => (error ? reject(error) : resolve(value))));
}

forEachTopology(
  (topology) => {
    describe('packages for node-redis with slotwise/node-redis', function () {
      this.timeout(60_000);
      let client: Awaited<ReturnType<typeof open>>;
      before(async () => {
        client = await open(topology);
      });
      beforeEach(() => topology.flush());
      after(() => client.close());

      it('connect-redis keeps sessions, with their expiry', async () => {
        const store = new SessionStore({ client, prefix: 's:', ttl: 100 });
        const session = { cookie: { originalMaxAge: null }, user: 'ada' } as never;
        await done((cb) => store.set('1', session, cb));
        assert.equal(((await done((cb) => store.get('1', cb))) as { user: string }).user, 'ada');
        const ttl = await client.ttl('s:1');
        assert.ok(ttl > 90 && ttl <= 100, `its time to live is ${ttl}`);
        await done((cb) => store.touch('1', session, cb));
        await done((cb) => store.set('2', session, cb));
        assert.equal(await done((cb) => store.length(cb)), 2);
        assert.deepEqual(((await done((cb) => store.ids(cb))) as string[]).sort(), ['1', '2']);
        await done((cb) => store.destroy('1', cb));
        await done((cb) => store.clear(cb));
        assert.equal(await done((cb) => store.length(cb)), 0);
      });

      it('@keyv/redis, cacheable and cache-manager cache', async () => {
        const adapter = new KeyvRedis(client as never, { throwOnErrors: true });
        const keyv = new Keyv({ store: adapter, namespace: 'ns' });
        await keyv.set('a', { x: 1 }, 60_000);
        assert.deepEqual(await keyv.get('a'), { x: 1 });
        await adapter.setMany([
          { key: 'm1', value: '1' },
          { key: 'm2', value: '2', ttl: 60_000 },
        ]);
        assert.deepEqual(await adapter.getMany(['m1', 'none', 'm2']), ['1', undefined, '2']);
        assert.equal(await keyv.has('a'), true);
        assert.equal(await keyv.delete('a'), true);
        assert.equal(await keyv.get('a'), undefined);
        const cacheable = new Cacheable({ secondary: new KeyvRedis(client as never) as never });
        await cacheable.set('c', 'value', '1h');
        assert.equal(await cacheable.get('c'), 'value');
        const cache = createCache({ stores: [new Keyv({ store: new KeyvRedis(client as never) })] });
        await cache.set('d', [1, 2], 10_000);
        assert.deepEqual(await cache.get('d'), [1, 2]);
        await cache.del('d');
        assert.equal(await cache.get('d'), undefined);
      });

      it('rate-limiter-flexible and rate-limit-redis count', async () => {
        const limiter = new RateLimiterRedis({ storeClient: client, points: 2, duration: 10, keyPrefix: 'rl' });
        const codes: number[] = [];
        for (let n = 0; n < 3; n++)
          codes.push(
            await limiter.consume('user').then(
              ({ remainingPoints }) => remainingPoints,
              () => -1,
            ),
          );
        assert.deepEqual(codes, [1, 0, -1]);
        const sendCommand = (...args: string[]): Promise<never> => client.sendCommand(args);
        const app = express();
        app.use(rateLimit({ windowMs: 10_000, limit: 2, store: new LimitStore({ sendCommand }), validate: false }));
        app.get('/', (_, response) => void response.send('ok'));
        const server = app.listen(0);
        const { port } = server.address() as { port: number };
        const statuses: number[] = [];
        for (let n = 0; n < 3; n++) statuses.push((await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).status);
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        assert.deepEqual(statuses, [200, 200, 429]);
      });

      it('the adapter of socket.io carries events between servers', async () => {
        const subscribers = await Promise.all([open(topology), open(topology)]);
        const servers = subscribers.map((subscriber) => {
          const http = createServer();
          const sockets = new SocketServer(http, { adapter: createAdapter(client, subscriber) });
          http.listen(0);
          return { http, sockets, port: (http.address() as { port: number }).port };
        });
        const [one, two] = servers;
        assert.ok(one !== undefined && two !== undefined);
        const browser = io(`http://127.0.0.1:${one.port}`, { transports: ['websocket'] });
        await new Promise<void>((resolve) => browser.on('connect', () => resolve()));
        const heard = new Promise((resolve) => browser.on('news', resolve));
        // Until both have subscribed: the browser is at the other server.
        while ((await two.sockets.fetchSockets()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
        two.sockets.emit('news', { n: 1, bytes: Buffer.from('b') });
        assert.deepEqual(((await heard) as { n: number }).n, 1);
        browser.close();
        await Promise.all(servers.map(({ sockets }) => sockets.close()));
        await Promise.all(subscribers.map((subscriber) => subscriber.close()));
      });
    });
  },
  ['single', 'sentinel', 'cluster'],
);
