// Through codis-proxies that come and go, as they register themselves. Run it with: npx tsx examples/codis.ts
import { createClient, endpoints } from 'slotwise';

/** The registry that your client of ZooKeeper or etcd gives: the names in a folder, and what is written in one of them. */
interface Registry {
  children(folder: string): Promise<readonly string[]>;
  get(path: string): Promise<string>;
}

/** Each proxy keeps a node `/jodis/<product>/proxy-<token>` with JSON in it; the older form is `/zk/codis/db_<product>/proxy-<token>`. */
async function proxiesOf(registry: Registry, product: string): Promise<string[]> {
  const folder = `/jodis/${product}`;
  const names = await registry.children(folder);
  const texts = await Promise.all(names.map((name) => registry.get(`${folder}/${name}`)));
  const proxies = texts.map((text) => JSON.parse(text) as { readonly addr: string; readonly state: string });
  return proxies.filter(({ state }) => state === 'online').map(({ addr }) => addr);
}

// Stands for the real one here.
const [addr = '127.0.0.1:19000'] = (process.env.REDIS_SEEDS ?? '').split(',').filter(Boolean);
const nodes: Readonly<Record<string, string>> = {
  '/jodis/shop/proxy-1': JSON.stringify({ addr, admin: '10.0.0.1:11080', token: '1', state: 'online' }),
  '/jodis/shop/proxy-2': JSON.stringify({ addr: '10.0.0.2:19000', admin: '10.0.0.2:11080', token: '2', state: 'offline' }),
};
const registry: Registry = {
  children: async (folder) => Object.keys(nodes).map((path) => path.slice(folder.length + 1)),
  get: async (path) => nodes[path] ?? '',
};

console.log('online', (await proxiesOf(registry, 'shop')).length);
// If the registry is away, the last list stays.
const topology = endpoints(() => proxiesOf(registry, 'shop'), { speaks: 'plain', refuses: 'codis', refreshMs: 5_000 });
const redis = createClient({ topology });
await redis.set('user:1', 'Ada');
console.log('user', await redis.get('user:1'));
await redis.publish('news', 'hello').catch(({ code }) => console.log(code));
await redis.close();
