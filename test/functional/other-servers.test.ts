import assert from 'node:assert/strict';
import type { besideDefault } from '../../scripts/servers.mjs';
import { Cluster } from '../support/cluster.js';
import { describeOn } from '../support/other-servers.js';
import { startTopology } from '../support/topologies.js';

/** What each calls atomic slot migration: https://valkey.io/commands/cluster-migrateslots/, https://redis.io/docs/latest/commands/cluster-migration/. */
const migrations: Readonly<Record<(typeof besideDefault)[number], string>> = {
  'valkey-9': 'cluster|migrateslots',
  'redis-8.6': 'cluster|migration',
};

for (const name of ['valkey-9', 'redis-8.6'] as const) {
  describeOn(name, `test support: ${name} beside the default server`, (program) => {
    it('runs a cluster that moves slots at once', async () => {
      await using cluster = await Cluster.start({ program, primaries: 2, replicas: 1 });
      for (const node of cluster.servers) {
        const [migration] = (await node.ask('COMMAND', 'INFO', migrations[name])) as unknown[];
        assert.notEqual(migration, null);
      }
    });

    it('runs sentinels and the servers that they watch', async () => {
      await using topology = await startTopology('sentinel', program);
      const { group } = topology;
      const [product, version = ''] = name.split('-');
      const ids = await Promise.all(group.servers.map((server) => server.info('server')));
      assert.equal(ids.length, 6);
      for (const id of ids) assert.ok(id[`${product}_version`]?.startsWith(`${version}.`), JSON.stringify(id));
    });
  });
}
