import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CLUSTER_HONOURED, notHonoured, REDIS_HONOURED } from '../../../../../lib/entries/ioredis/options/honoured.js';

/** Option names of the types of ioredis 5.11 and 6.0: `CommonRedisOptions`, `SentinelConnectionOptions`, `StandaloneConnectionOptions`. */
const redisNames =
  `Connector retryStrategy commandTimeout blockingTimeout blockingTimeoutGrace socketTimeout keepAlive noDelay connectionName
  disableClientInfo clientInfoTag username password db autoResubscribe autoResendUnfulfilledCommands reconnectOnError readOnly stringNumbers
  protocol replyMapping connectTimeout monitor maxRetriesPerRequest maxLoadingRetryTime enableAutoPipelining autoPipeliningIgnoredCommands
  offlineQueue commandQueue enableOfflineQueue enableReadyCheck lazyConnect scripts himportFieldsets keyPrefix showFriendlyErrorStack
  name role tls sentinelUsername sentinelPassword sentinels path family sentinelRetryStrategy sentinelReconnectStrategy preferredSlaves
  disconnectTimeout sentinelCommandTimeout enableTLSForSentinelMode sentinelTLS natMap updateSentinels sentinelMaxConnections
  failoverDetector host port`.split(/\s+/);
/** Those of `ClusterOptions`. */
const clusterNames = `clusterRetryStrategy enableOfflineQueue enableReadyCheck scaleReads maxRedirections retryDelayOnFailover
  retryDelayOnClusterDown retryDelayOnTryAgain retryDelayOnMoved slotsRefreshTimeout slotsRefreshInterval shardedSubscribers
  clusterNodeRetryStrategy redisOptions lazyConnect useSRVRecords resolveSrv dnsLookup natMap enableAutoPipelining
  autoPipeliningIgnoredCommands scripts himportFieldsets keyPrefix showFriendlyErrorStack`.split(/\s+/);
const own = ['behaves', 'retryWrites'];

describe('the table of the options', () => {
  it('has every option of ioredis 5 and 6, and no other but our own', () => {
    assert.deepEqual(Object.keys(REDIS_HONOURED).sort(), [...redisNames, ...own].sort());
    assert.deepEqual(Object.keys(CLUSTER_HONOURED).sort(), [...clusterNames, ...own].sort());
  });

  it('says of each that is not what it was, what happens instead', () => {
    for (const table of [REDIS_HONOURED, CLUSTER_HONOURED])
      for (const [name, [how, note]] of Object.entries(table)) assert.ok(how === 'mapped' || note.length > 10, name);
  });

  it('is that of the page', () => {
    const page = readFileSync(new URL('../../../../../docs/entries/ioredis.md', import.meta.url), 'utf8');
    for (const [title, table] of Object.entries({ Redis: REDIS_HONOURED, Cluster: CLUSTER_HONOURED })) {
      const [, section = ''] = page.split(`### ${title}\n`);
      const rows = section.split('\n#', 1)[0]?.match(/^\| `.*$/gm);
      assert.deepEqual(
        rows,
        Object.entries(table).map(([name, [how, note]]) => `| \`${name}\` | ${how} | ${note} |`),
      );
    }
  });

  it('names what is given and cannot be honoured, and what nobody knows', () => {
    const given = { host: 'a', Connector: class {}, clientInfoTag: undefined, disableClientInfo: false, himportFieldsets: null, hots: 1 };
    assert.deepEqual(
      notHonoured(given, REDIS_HONOURED).map(([name]) => name),
      ['Connector', 'hots'],
    );
    for (const tls of ['RedisCloudFixed', { profile: 'RedisCloudFixed' }]) {
      assert.deepEqual(
        notHonoured({ tls, sentinelTLS: {} }, REDIS_HONOURED).map(([name]) => name),
        ['tls.profile'],
      );
    }
  });
});
