// How programs name the clients of slotwise/node-redis.
import {
  type CommandParser,
  createClient,
  createClientPool,
  createCluster,
  createSentinel,
  defineScript,
  RESP_TYPES,
  type RedisClientType,
  type RedisFunctions,
  type RedisModules,
  type RedisScripts,
} from '../../lib/entries/node-redis/index.js';
import { reply } from './expect.js';

type Client = ReturnType<typeof createClient>;
type Cluster = ReturnType<typeof createCluster>;
type Pool = ReturnType<typeof createClientPool>;
type Sentinel = ReturnType<typeof createSentinel>;

const add = defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: 'return redis.call("INCRBY", KEYS[1], ARGV[1])',
  parseCommand(parser, key: string, by: number) {
    parser.pushKey(key);
    parser.push(String(by));
  },
  transformReply: (reply: number) => reply,
});
const json = {
  get: {
    parseCommand(parser: CommandParser, key: string) {
      parser.pushKey(key);
    },
    transformReply: (reply: string) => reply,
  },
};
const node = { rootNodes: [{ url: 'redis://127.0.0.1' }] };
const group = { name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 26_379 }] };
const bytes = { [RESP_TYPES.BLOB_STRING]: Buffer };

const plain = createClient({ url: 'redis://127.0.0.1' });
const scripted = createClient({ scripts: { add } });
const withModule = createClient({ modules: { json } });

export class Holder {
  named: Client = plain;
  typed: RedisClientType = scripted;
  wide: RedisClientType<RedisModules, RedisFunctions, RedisScripts> = scripted;
  pool: Pool = createClientPool();
  readonly cluster: Cluster;
  readonly sentinel: Sentinel;

  constructor(given: RedisClientType) {
    this.named = given;
    this.typed = this.named;
    this.cluster = createCluster(node);
    this.sentinel = createSentinel(group);
  }

  async open() {
    const client = await this.named.on('error', () => undefined).connect();
    const value = await client.get('key');
    const [count, same] = await client.multi().incr('n').get('key').exec();
    return { value, count, same, ofCluster: await this.cluster.get('key'), ofPool: await this.pool.get('key') };
  }
}

interface Read {
  value: string | null;
  count: number;
  same: string | null;
  ofCluster: string | null;
  ofPool: string | null;
}
reply(new Holder(plain).open()).is<Read>();

function read(client: RedisClientType) {
  return client.get('key');
}

export const reads = [read(plain), read(scripted), read(withModule), read(scripted.duplicate()), read(new Holder(scripted).named)];
// @ts-expect-error its replies are bytes
read(plain.withTypeMapping(bytes));
// @ts-expect-error no command, and no script
plain.subtract('key', 1);
// @ts-expect-error as above
new Holder(plain).named.subtract('key', 1);
// @ts-expect-error as above
scripted.subtract('key', 1);
// @ts-expect-error the script wants a number
scripted.add('key', 'one');

export function passOn<M extends RedisModules, F extends RedisFunctions, S extends RedisScripts>(client: RedisClientType<M, F, S>) {
  return client.get('key');
}
passOn(scripted);

async function scripts() {
  const client = await scripted.connect();
  const ofBytes = client.withTypeMapping(bytes);
  return {
    one: await client.add('key', 1),
    other: await client.duplicate().add('key', 1),
    view: await client.withCommandOptions({ timeout: 10 }).add('key', 1),
    read: await ofBytes.get('key'),
    batch: await ofBytes.multi().add('key', 1).get('key').exec(),
    module: await withModule.json.get('key'),
  };
}
interface OfScripts {
  one: number;
  other: number;
  view: number;
  read: Buffer | null;
  batch: [number, Buffer | null];
  module: string;
}
reply(scripts()).is<OfScripts>();

const lent = createSentinel(group).use(async (client) => {
  await client.watch('key');
  return read(client);
});
const lentWithScripts = createSentinel({ ...group, scripts: { add } }).use(async (client) => client.add('key', 1));
const ofPool = createClientPool({ scripts: { add } }).execute(
  async (client) => [await client.add('key', 1), await client.get('key')] as const,
);
const ofNode = createCluster({ ...node, scripts: { add } })
  .getNodeClientForKey('key')
  .then((client) => client.add('key', 1));
reply(lent).is<string | null>();
reply(lentWithScripts).is<number>();
reply(ofPool).is<readonly [number, string | null]>();
reply(ofNode).is<number>();
