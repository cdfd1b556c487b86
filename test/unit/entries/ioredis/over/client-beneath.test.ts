import assert from 'node:assert/strict';
import { Cluster, Redis } from '../../../../../lib/entries/ioredis/index.js';
import { ClientBeneath, prefixToAdd } from '../../../../../lib/entries/ioredis/over/client-beneath.js';
import { type ClientOptions, cluster, createClient, OptionsError } from '../../../../../lib/index.js';
import { warningsOf } from '../../node-redis/warnings.js';

const clients: { destroy(): void }[] = [];
function clientOf(options: Omit<ClientOptions, 'topology'> = {}, topology: ClientOptions['topology'] = cluster(['127.0.0.1:1'])) {
  const client = createClient({ topology, ...options });
  clients.push(client);
  return client;
}

/** Options that cannot hold over a client that is there. */
const refused: readonly (readonly [given: object, message: RegExp])[] = [
  [{ db: 1 }, /^db: .*the client has its database/],
  [{ replyMapping: 'resp3' }, /^replyMapping: /],
  [{ keyPrefix: 'own:' }, /^keyPrefix: expected none, because the client has one/],
];

describe('an object over a client', () => {
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  it('begins with a client', () => {
    for (const args of [[], [6379], ['redis://127.0.0.1'], [{ host: 'a' }], [null]]) assert.equal(ClientBeneath.of(args), null);
    assert.notEqual(ClientBeneath.of([clientOf()]), null);
  });

  for (const [given, message] of refused) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      const client = clientOf({ keyPrefix: 'app:' });
      assert.throws(() => new Redis(client, given), { name: 'OptionsError', message });
      assert.throws(() => new Cluster(client, given), OptionsError);
    });
  }

  it('has the options that packages check, and takes others', () => {
    const redis = new Redis(clientOf(), { lazyConnect: true, commandTimeout: 5 });
    const { maxRetriesPerRequest, enableReadyCheck, host, port, db, commandTimeout } = redis.options;
    assert.deepEqual([maxRetriesPerRequest, enableReadyCheck, host, port, db, commandTimeout], [null, false, undefined, undefined, 0, 5]);
    const { options } = new Cluster(clientOf(), { lazyConnect: true, scaleReads: 'slave' });
    assert.deepEqual(options.redisOptions, { maxRetriesPerRequest: null, enableReadyCheck: false });
    assert.equal(options.scaleReads, 'slave');
  });

  it('shows the prefix of the client, which no command is given twice', () => {
    const { options } = new Redis(clientOf({ keyPrefix: 'app:' }), { lazyConnect: true });
    assert.equal(options.keyPrefix, 'app:');
    assert.equal(prefixToAdd(options), undefined);
    const own = new Redis(clientOf(), { lazyConnect: true, keyPrefix: 'own:' });
    assert.equal(prefixToAdd(own.options), 'own:');
  });

  it('is a cluster where the client is one', () => {
    const redis = new Redis(clientOf(), { lazyConnect: true });
    assert.equal(redis.isCluster, true);
    assert.deepEqual(Reflect.get(redis, 'nodes').call(redis), []);
    const one = new Redis(clientOf({}, { kind: 'single', address: { host: '127.0.0.1', port: 1 } }), { lazyConnect: true });
    assert.deepEqual([one.isCluster, 'nodes' in one, one.native], [false, false, null]);
  });

  it('warns of what is the matter of the client', async () => {
    const warned = await warningsOf(() => void new Redis(clientOf(), { lazyConnect: true, host: 'elsewhere', role: 'slave' }));
    assert.deepEqual(warned.length, 2, String(warned));
  });
});
