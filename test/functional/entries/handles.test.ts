// What an object of an entry has open ends with it, at whatever moment it ends: the hooks of test/support/leaks.ts look for what is left.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { createBullConnection } from '../../../lib/entries/bullmq/index.js';
import Redis, { Cluster } from '../../../lib/entries/ioredis/index.js';
import { createClient, createClientPool, createCluster, createSentinel } from '../../../lib/entries/node-redis/index.js';
import { claimPort, releasePort } from '../../support/ports.js';
import { Server } from '../../support/server.js';

/** An object, by what a program does with any. */
interface Handle {
  connect(): Promise<unknown>;
  read(): Promise<unknown>;
  /** Blocks. */
  pop(): Promise<unknown>;
  /** Does something to its connection. */
  select(): Promise<unknown>;
  /** Ends it at once. */
  end(): unknown;
}

const host = '127.0.0.1';

function ofIoredis(redis: Redis | Cluster): Handle {
  redis.on('error', () => undefined);
  return {
    connect: () => redis.connect(),
    read: () => redis.get('{k}'),
    pop: () => redis.blpop('{none}', 0),
    select: () => redis.select(1),
    end: () => redis.disconnect(),
  };
}

/** A duplicate of it, with which it ends. */
function withDuplicate(redis: Redis): Handle {
  const one = ofIoredis(redis);
  const other = ofIoredis(redis.duplicate());
  return { ...other, end: () => [other.end(), one.end()] };
}

function ofBullMq(port: number): Handle {
  const one = createBullConnection(`redis://${host}:${port}`).on('error', () => undefined);
  const other = one.duplicate().on('error', () => undefined);
  return {
    connect: () => Promise.all([one.connect(), other.connect()]),
    read: () => one.get('{k}'),
    pop: () => other.bzpopmin('{none}', 0),
    select: () => other.clientSetName('ada'),
    end: () => [other.disconnect(), one.disconnect()],
  };
}

/** What the clients of node-redis are alike. */
interface NodeRedis {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  get(key: string): Promise<unknown>;
  blPop(key: string, timeout: number): Promise<unknown>;
  destroy(): unknown;
}

function ofNodeRedis(client: NodeRedis): Handle {
  client.on('error', () => undefined);
  return {
    connect: () => client.connect(),
    read: async () => client.get('{k}'),
    pop: async () => client.blPop('{none}', 0),
    select: async () => ('select' in client && typeof client.select === 'function' ? client.select(1) : client.get('{k}')),
    end: () => client.destroy(),
  };
}

const makers: Readonly<Record<string, (port: number) => Handle>> = {
  Redis: (port) => ofIoredis(new Redis(port)),
  'Redis that is lazy': (port) => ofIoredis(new Redis(port, { lazyConnect: true })),
  'Redis with a connection of its own': (port) => ofIoredis(new Redis(port, { db: 1, readOnly: true })),
  'Redis by sentinels': (port) => ofIoredis(new Redis({ sentinels: [{ host, port }], name: 'main' })),
  'a duplicate of a Redis': (port) => withDuplicate(new Redis(port)),
  Cluster: (port) => ofIoredis(new Cluster([{ host, port }])),
  'a connection for BullMQ': ofBullMq,
  createClient: (port) => ofNodeRedis(createClient({ url: `redis://${host}:${port}` })),
  createClientPool: (port) => ofNodeRedis(createClientPool({ url: `redis://${host}:${port}` })),
  createCluster: (port) => ofNodeRedis(createCluster({ rootNodes: [{ url: `redis://${host}:${port}` }] })),
  createSentinel: (port) => ofNodeRedis(createSentinel({ name: 'main', sentinelRootNodes: [{ host, port }] })),
};

/** What a program has begun when the end comes, without its reply. */
const moments: Readonly<Record<string, (handle: Handle) => readonly Promise<unknown>[]>> = {
  nothing: () => [],
  'to connect': (handle) => [handle.connect()],
  'a read': (handle) => [handle.connect(), handle.read()],
  'a call that blocks': (handle) => [handle.connect(), handle.pop()],
  'the state of its connection': (handle) => [handle.connect(), handle.select()],
};

/** How many turns of the event loop the end comes later. */
const TURNS = [0, 1, 20];

const servers: Readonly<Record<string, () => Promise<readonly [port: number, stop: () => unknown]>>> = {
  'that answers': async () => {
    const server = await Server.start();
    return [server.port, () => server.stop()];
  },
  'that hangs': async () => {
    const server = await Server.start();
    server.pause();
    return [server.port, () => server.stop()];
  },
  'that is not there': async () => {
    const port = await claimPort();
    return [port, () => releasePort(port)];
  },
};

for (const [state, start] of Object.entries(servers)) {
  describe(`over a server ${state} nothing stays open of`, () => {
    let port: number;
    let stop: () => unknown;
    before(async () => {
      [port, stop] = await start();
    });
    after(() => stop());

    for (const [title, make] of Object.entries(makers)) {
      for (const [begun, begin] of Object.entries(moments)) {
        it(`${title} that ends when ${begun} was begun`, async () => {
          for (const turns of TURNS) {
            const handle = make(port);
            const outcomes = Promise.allSettled(begin(handle));
            for (let passed = 0; passed < turns; passed++) await turn();
            try {
              handle.end();
            } catch (error) {
              // node-redis says so of one that was not connected, or could not be.
              assert.equal((error as Error).message, 'The client is closed');
            }
            await outcomes;
          }
        });
      }
    }
  });
}
