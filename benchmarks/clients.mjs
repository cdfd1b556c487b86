/**
 * The clients as data. `open(topology)` connects and returns the verbs the rows need; each imports its library only then, so that a process
 * holds one client alone. `rival` names the library; `tuned` says that it is set up as it is fastest, and how, instead of as it comes.
 */
import { pathToFileURL } from 'node:url';

const library = new URL('../dist/esm/index.js', import.meta.url);
/** The library in the shape of ioredis. */
const ioredisEntry = new URL('../dist/esm/entries/ioredis/index.js', import.meta.url).href;
/** Another checkout of this library, built: measured beside this one. `run.mjs --before DIR` sets it. */
const before = process.env.SLOTWISE_BEFORE;
const libraryBefore = before && pathToFileURL(`${before}/dist/esm/index.js`).href;
const url = (port) => `redis://127.0.0.1:${port}`;

const slotwise = (module) => async (topology) => {
  const { createClient, single, cluster, ring } = await import(module);
  const seeds = topology.ports.map(url);
  const reads = topology.replicas > 0 ? 'replica' : 'primary';
  const shape = () => {
    if (topology.placement) return ring(seeds, topology.placement);
    return topology.cluster ? cluster(seeds) : single(seeds[0]);
  };
  const client = createClient({ topology: shape(), reads });
  await client.connect();
  const buffers = client.with({ buffers: true });
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getBuffer: (key) => buffers.get(key),
    hgetall: (key) => client.hgetall(key),
    lrange: (key) => client.lrange(key, 0, -1),
    mget: (keys) => client.mget(keys),
    pipeline: (keys) => {
      let pipeline = client.pipeline();
      for (const key of keys) pipeline = pipeline.get(key);
      return pipeline.exec();
    },
    subscribe: (channel, onMessage) => client.subscribe(channel, onMessage),
    iterate: async (channel, onMessage) => {
      const messages = client.messages(channel, { maxBuffered: 10_000_000 });
      await messages.ready();
      (async () => {
        for await (const { message } of messages) onMessage(message);
      })();
    },
    close: () => client.close(),
  };
};

const ioredis =
  (options, module = 'ioredis') =>
  async (topology) => {
    const { Redis, Cluster } = await import(module);
    const client = topology.cluster
      ? new Cluster(
          topology.ports.map((port) => ({ host: '127.0.0.1', port })),
          topology.replicas > 0 ? { ...options, scaleReads: 'slave' } : options,
        )
      : new Redis(topology.ports[0], '127.0.0.1', options);
    await new Promise((resolve, reject) => client.once('ready', resolve).once('error', reject));
    return {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      getBuffer: (key) => client.getBuffer(key),
      hgetall: (key) => client.hgetall(key),
      lrange: (key) => client.lrange(key, 0, -1),
      mget: (keys) => client.mget(keys),
      pipeline: async (keys) => {
        const pipeline = client.pipeline();
        for (const key of keys) pipeline.get(key);
        return pipeline.exec();
      },
      /** ioredis answers a pipeline with pairs of error and value; only the check unwraps them. */
      pipelineValues: (replies) => replies.map(([, value]) => value),
      subscribe: (channel, onMessage) => {
        client.on('message', (_channel, message) => onMessage(message));
        return client.subscribe(channel);
      },
      close: () => client.quit(),
    };
  };

const nodeRedis = (options) => async (topology) => {
  const { createClient, createCluster, RESP_TYPES } = await import('redis');
  const client = topology.cluster
    ? createCluster({
        rootNodes: topology.ports.map((port) => ({ url: url(port) })),
        defaults: options,
        useReplicas: topology.replicas > 0,
        ...pick(options, 'commandOptions'),
      })
    : createClient({ url: url(topology.ports[0]), ...options });
  client.on('error', () => {});
  await client.connect();
  const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getBuffer: (key) => buffers.get(key),
    hgetall: (key) => client.hGetAll(key),
    lrange: (key) => client.lRange(key, 0, -1),
    mget: (keys) => client.mGet(keys),
    pipeline: (keys) => {
      const multi = client.multi();
      for (const key of keys) multi.get(key);
      return multi.execAsPipeline();
    },
    subscribe: (channel, onMessage) => client.subscribe(channel, onMessage),
    close: () => client.close(),
  };
};

const glide = (options) => async (topology) => {
  const { GlideClient, GlideClusterClient, Batch, Decoder } = await import('@valkey/valkey-glide');
  const addresses = topology.ports.map((port) => ({ host: '127.0.0.1', port }));
  const client = await (topology.cluster ? GlideClusterClient : GlideClient).createClient({
    addresses,
    ...options,
    ...(topology.replicas > 0 ? { readFrom: 'preferReplica' } : {}),
  });
  const bytes = { decoder: Decoder.Bytes };
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getBuffer: (key) => client.get(key, bytes),
    hgetall: (key) => client.hgetall(key),
    /** glide answers with a list of `{ field, value }`; only the check makes an object of it. */
    hashObject: (reply) => Object.fromEntries(reply.map(({ field, value }) => [field, value])),
    lrange: (key) => client.lrange(key, 0, -1),
    mget: (keys) => client.mget(keys),
    pipeline: (keys) => {
      const batch = new Batch(false);
      for (const key of keys) batch.get(key);
      return client.exec(batch, true);
    },
    close: () => client.close(),
  };
};

const pick = (object, key) => (key in object ? { [key]: object[key] } : {});

/** Without a deadline per command (node-redis makes one AbortSignal each) and without the hand-over of managed servers. */
const tunedNodeRedis = { commandOptions: { timeout: undefined }, maintNotifications: 'disabled' };

/** By default glide refuses the 1,001st command in flight and gives up after 250 ms. */
const raisedGlide = { inflightRequestsLimit: 1_000_000, requestTimeout: 10_000 };

/** `title` heads a column of the table: a tuned rival stands to the right of its default. One that is `optional` is measured where it is named. */
export const clients = {
  slotwise: { title: 'slotwise', package: '..', module: library.href, open: slotwise(library.href) },
  ...(before && {
    before: { title: 'before', rival: 'slotwise before', package: before, module: libraryBefore, open: slotwise(libraryBefore) },
  }),
  bare: { title: 'bare', floor: true },
  'slotwise-ioredis': {
    title: 'entry',
    rival: 'slotwise/ioredis',
    package: '..',
    module: ioredisEntry,
    open: ioredis({}, ioredisEntry),
    optional: true,
  },
  ioredis: { title: 'ioredis', rival: 'ioredis', package: 'ioredis', open: ioredis({}) },
  'ioredis-auto': { title: '+auto', rival: 'ioredis', tuned: 'auto-pipelining', open: ioredis({ enableAutoPipelining: true }) },
  'node-redis': { title: 'node-r.', rival: 'node-redis', package: 'redis', open: nodeRedis({}) },
  'node-redis-tuned': { title: '+tuned', rival: 'node-redis', tuned: 'tuned', open: nodeRedis(tunedNodeRedis) },
  glide: { title: 'glide', rival: 'glide', package: '@valkey/valkey-glide', open: glide({}) },
  'glide-raised': { title: '+limits', rival: 'glide', tuned: 'raised limits', open: glide(raisedGlide) },
};

/** The name in full, for sentences and legends. */
export const nameOf = (name) => {
  const { title, rival = title, tuned } = clients[name];
  return tuned ? `${rival}, ${tuned}` : rival;
};
