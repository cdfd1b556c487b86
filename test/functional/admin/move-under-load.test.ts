import assert from 'node:assert/strict';
import { cluster, createClient, ring } from '../../../lib/index.js';
import { Cluster } from '../../support/cluster.js';
import { type Server, startAll, stopAll } from '../../support/server.js';
import { MoveLoad } from './move-load.js';
import { keysAt, moveKeys } from './ring-servers.js';

const TOTAL = 20_000;

describe('a ring that becomes a cluster under load', function () {
  this.timeout(60_000);
  let servers: Server[] = [];
  let target: Cluster;
  before('start three servers and a cluster', async () => {
    servers = await startAll([{}, {}, {}]);
    target = await Cluster.start({ replicas: 0 });
  });
  after('stop them', () => stopAll([...servers, ...target.servers]));

  it('loses no write, hides no key, brings none back, and keeps times to live', async () => {
    const from = ring(
      servers.map(({ address }) => address),
      { as: 'twemproxy', hash: 'murmur', hashTag: '{}' },
    );
    const to = cluster(target.servers.map(({ address }) => address));
    const clients = Array.from({ length: 3 }, () => createClient({ topology: to, previous: from }));
    const load = new MoveLoad(clients, { values: TOTAL - 2_000, counters: 1_600, deleted: 400 });
    const old = createClient({ topology: from });
    await load.fill(old);
    await old.close();
    load.start();
    const outcome = await moveKeys({ topology: from, to });
    await load.stop();
    await Promise.all(clients.map((redis) => redis.close()));
    const alone = createClient({ topology: to });
    await load.verify(alone);
    await alone.close();
    assert.deepEqual(load.failures, []);
    assert.deepEqual([outcome.status, outcome.conflicts.count, await keysAt(servers)], ['done', 0, 0]);
    assert.ok(load.reads > 100 && load.writes > 100, `${load.reads} reads, ${load.writes} writes`);
  });
});
