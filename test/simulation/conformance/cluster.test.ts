import { deepStrictEqual } from 'node:assert';
import { Cluster } from '../../support/cluster.js';
import { describeOn } from '../../support/other-servers.js';
import { Server } from '../../support/server.js';
import { ClusterGroup } from '../servers/cluster/cluster-group.js';
import { usualSettings } from '../servers/cluster/core.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import { Replication } from '../servers/replication/replication.js';
import { Random } from '../time/random.js';
import { type ClusterHost, clusterDifferences } from './cluster-compare.js';
import { clusterScripts } from './cluster-scripts.js';
import { ModelHost, RealHost, SCRIPT_TIMEOUT_MS } from './conversation.js';

const NAMES = ['pa', 'pb', 'pc', 'ra', 'rb', 'rc'];

interface Version {
  readonly product: 'redis' | 'valkey';
  readonly version: string;
}

describe('the model of a cluster answers as a real one', () => {
  compare(undefined, () => Server.version(), [2, 3]);
});

describeOn('valkey-9', 'the model of a cluster answers as one of Valkey 9', (program) => {
  compare(program, () => ({ product: 'valkey', version: '9.1.2' }), [2]);
});

function compare(program: string | undefined, version: () => Version, protocols: readonly (2 | 3)[]): void {
  let cluster: Cluster;
  let real: ClusterHost;

  before(async () => {
    cluster = await Cluster.start(program === undefined ? {} : { program });
    const nodes = await Promise.all(
      cluster.servers.map(async (server, index) => {
        const id = String(await server.ask('CLUSTER', 'MYID'));
        return [NAMES[index] ?? '', { id, host: server.host, port: server.port }] as const;
      }),
    );
    real = { host: new RealHost(cluster.servers[0]?.port ?? 0), nodes: new Map(nodes) };
  });

  after(() => cluster.stop());

  for (const protocol of protocols) {
    for (const script of clusterScripts) {
      if (script.protocol !== undefined && script.protocol !== protocol) continue;
      it(`${script.name}, RESP${protocol}`, async () => {
        deepStrictEqual(await clusterDifferences(real, modelHost(version()), script, protocol), []);
      }).timeout(SCRIPT_TIMEOUT_MS);
    }
  }
}

function modelHost({ product, version }: Version): ClusterHost {
  const host = new ModelHost();
  const group = new ClusterGroup(usualSettings, new Random('conformance'));
  for (let index = 0; index < NAMES.length; index++) {
    const address = { host: `10.0.0.${index + 1}`, port: host.port + index };
    const server = new RedisServer(host.network, address, { product, version }, host.books);
    group.add(server, new Replication(server, null));
  }
  group.form(NAMES.length / 2);
  for (const { server } of group.members) server.start();
  host.until(() => group.unsettled() === null);
  // As the real one was made: a history of length 0 counts as loading.
  for (const { replication } of group.members) replication.append(0, ['FLUSHALL']);
  host.until(() => group.members.every(({ replication }) => replication.offset > 0));
  const nodes = group.members.map(({ identity }, index) => [NAMES[index] ?? '', identity] as const);
  return { host, nodes: new Map(nodes) };
}
