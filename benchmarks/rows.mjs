/**
 * What is measured, as data. A row of load has `callers` callers, each awaiting its command before it issues the next: `op(client, i)` is
 * what a caller does, `commands` how many commands that is, and `args(i)` the same command for the bare socket. The other kinds have a
 * module each in kinds/, of which `ways` is of slotwise alone. `short` rows are those of a run without --full. With `replicas` the cluster is one shard, and reads go to its replicas.
 */
const many = (length, make) => Array.from({ length }, (_, i) => make(i));

const keys = many(1024, (i) => `key:${i}`);
const at = (i) => keys[i & 1023];
const keysFrom = (i, count) => many(count, (n) => at(i + n));
const tens = many(1024, (i) => keysFrom(i, 10));
const hundreds = many(64, (i) => keysFrom(i * 16, 100));
const tenThousand = keysFrom(0, 10_000);

const value = 'v'.repeat(100);
const hash = Object.fromEntries(many(50, (i) => [`field:${i}`, `value ${i} of the hash`]));
const list = many(1000, (i) => `item${String(i).padStart(3, '0')}`);
const sizes = { '64k': 64 * 1024, '1m': 1024 * 1024 };

/** What a server holds before a row of it runs; in a cluster only the plain keys are used. */
export const fixtures = {
  value,
  hash,
  list,
  tens: tens[0],
  commands: [
    ...keys.map((key) => ['SET', key, value]),
    ['DEL', 'hash', 'list'],
    ['HSET', 'hash', ...Object.entries(hash).flat()],
    ['RPUSH', 'list', ...list],
    ...Object.entries(sizes).map(([name, size]) => ['SET', `large:${name}`, 'x'.repeat(size)]),
  ],
};

const get = { op: (client, i) => client.get(at(i)), args: (i) => ['GET', at(i)] };
const set = { op: (client, i) => client.set(at(i), value), args: (i) => ['SET', at(i), value] };

const load = (title, callers, work, more = {}) => ({ kind: 'load', title, callers, commands: 1, ...work, ...more });
const short = { short: true };
const inCluster = { cluster: true };

const large = Object.entries(sizes).flatMap(([name, size]) => {
  const key = `large:${name}`;
  const text = 'x'.repeat(size);
  const bytes = Buffer.from(text);
  const title = name === '64k' ? '64 KiB' : '1 MiB';
  const reading = { args: () => ['GET', key] };
  const writing = { args: () => ['SET', key, bytes] };
  return [
    [`get-${name}-string`, load(`GET ${title}, string, 10 callers`, 10, { op: (client) => client.get(key), ...reading })],
    [`get-${name}-buffer`, load(`GET ${title}, Buffer, 10 callers`, 10, { op: (client) => client.getBuffer(key), ...reading })],
    [`set-${name}-string`, load(`SET ${title}, string, 10 callers`, 10, { op: (client) => client.set(key, text), ...writing })],
    [`set-${name}-buffer`, load(`SET ${title}, Buffer, 10 callers`, 10, { op: (client) => client.set(key, bytes), ...writing })],
  ];
});

export const rows = {
  'get-1': load('GET, 1 caller', 1, get, short),
  'get-50': load('GET, 50 callers', 50, get, { ...short, loadTool: true }),
  'set-50': load('SET 100 B, 50 callers', 50, set, { ...short, loadTool: true }),
  'get-1000': load('GET, 1000 callers', 1000, get, { ...short, loadTool: true }),
  'set-1000': load('SET 100 B, 1000 callers', 1000, set, { loadTool: true }),
  'hgetall-50': load(
    'HGETALL 50 fields, 50 callers',
    50,
    { op: (client) => client.hgetall('hash'), args: () => ['HGETALL', 'hash'] },
    short,
  ),
  'lrange-50': load(
    'LRANGE 1000 items, 50 callers',
    50,
    { op: (client) => client.lrange('list'), args: () => ['LRANGE', 'list', 0, -1] },
    { short: true, loadTool: true },
  ),
  'mget-50': load(
    'MGET 10 keys, 50 callers',
    50,
    { op: (client, i) => client.mget(tens[i & 1023]), args: (i) => ['MGET', ...tens[i & 1023]] },
    short,
  ),
  'pipeline-100': load(
    'pipelines of 100 GET, 10 callers',
    10,
    { op: (client, i) => client.pipeline(hundreds[i & 63]), args: get.args, commands: 100 },
    short,
  ),
  'pipeline-10000': load('pipelines of 10000 GET, 1 caller', 1, {
    op: (client) => client.pipeline(tenThousand),
    args: get.args,
    commands: 10_000,
  }),
  ...Object.fromEntries(large),
  'cluster-get-50': load('cluster, GET, 50 callers', 50, get, { ...inCluster, ...short }),
  'cluster-set-50': load('cluster, SET 100 B, 50 callers', 50, set, inCluster),
  'cluster-get-1000': load('cluster, GET, 1000 callers', 1000, get, { ...inCluster, ...short }),
  'cluster-set-1000': load('cluster, SET 100 B, 1000 callers', 1000, set, inCluster),
  ...Object.fromEntries(
    [1, 2, 3].map((replicas) => [
      `replicas-${replicas}-get-50`,
      load(`GET on ${replicas} replica${replicas > 1 ? 's' : ''}, 50 callers`, 50, get, { ...inCluster, replicas }),
    ]),
  ),
  'ring-get-50': { ...load('three servers, GET, 50 callers', 50, get, short), kind: 'ways' },
  'ring-get-1000': { ...load('three servers, GET, 1000 callers', 1000, get, short), kind: 'ways' },
  latency: { ...load('GET, 1000 callers, latency', 1000, get), kind: 'latency' },
  memory: { ...load('GET, 100000 in flight', 100_000, get), kind: 'memory' },
  subscriber: { kind: 'subscriber', title: 'one subscriber, messages of 100 B', verb: 'subscribe' },
  'subscriber-iterator': { kind: 'subscriber', title: 'the same, as an iterator', verb: 'iterate' },
  import: { kind: 'import', title: 'import of the library' },
  types: { kind: 'types', title: 'type-checking one line' },
};
