import assert from 'node:assert/strict';
import { TopologyError } from '../../lib/errors.js';
import type { ClientOptions } from '../../lib/options/client-options.js';
import { cluster, replication, sentinel, single } from '../../lib/options/topology.js';
import { Cluster } from '../support/cluster.js';
import { keysOf, RunningMonitor } from '../support/running-monitor.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server } from '../support/server.js';

describe('servers of another kind than the topology says', () => {
  let data: Server;
  let member: Cluster;
  let group: SentinelGroup;
  before(async () => {
    [data, member, group] = await Promise.all([
      Server.start({ password: 'secret' }),
      Cluster.start({ replicas: 0 }),
      SentinelGroup.start({ replicas: 1 }),
    ]);
  });
  after(() => Promise.all([data.stop(), member.stop(), group.stop()]));

  const addressOf = (server: Server | undefined): string => `redis://${server?.address}`;
  const cases: readonly (readonly [what: string, options: () => ClientOptions, code: string])[] = [
    ['single at a sentinel', () => ({ topology: single(addressOf(group.sentinels[0])) }), 'ERR_IS_A_SENTINEL'],
    ['single at a cluster node', () => ({ topology: single(addressOf(member.servers[0])) }), 'ERR_IS_A_CLUSTER'],
    ['single where no server listens', () => ({ topology: single('redis://127.0.0.1:1') }), 'ERR_PRIMARY_UNREACHABLE'],
    ['single without the password', () => ({ topology: single(addressOf(data)) }), 'ERR_AUTH'],
    ['single with a wrong password', () => ({ topology: single(addressOf(data)), password: 'wrong' }), 'ERR_AUTH'],
    ['replication at a sentinel', () => ({ topology: replication([addressOf(group.sentinels[0])]) }), 'ERR_IS_A_SENTINEL'],
    ['replication at a cluster node', () => ({ topology: replication([addressOf(member.servers[0])]) }), 'ERR_IS_A_CLUSTER'],
    ['replication where no server listens', () => ({ topology: replication(['redis://127.0.0.1:1']) }), 'ERR_NO_SEED_REACHABLE'],
    ['cluster at a server without cluster mode', () => ({ topology: cluster([addressOf(data)]), password: 'secret' }), 'ERR_NOT_A_CLUSTER'],
    ['cluster at a sentinel', () => ({ topology: cluster([addressOf(group.sentinels[0])]) }), 'ERR_IS_A_SENTINEL'],
    [
      'cluster where no server listens',
      () => ({ topology: cluster(['redis://127.0.0.1:1', 'redis://127.0.0.1:2']) }),
      'ERR_NO_SEED_REACHABLE',
    ],
    ['cluster with a wrong password', () => ({ topology: cluster([addressOf(data)]), password: 'wrong' }), 'ERR_AUTH'],
    ['sentinel at a data server', () => ({ topology: sentinel([group.nodes[0]?.address ?? ''], group.name) }), 'ERR_NOT_A_SENTINEL'],
    ['sentinel with an unknown name', () => ({ topology: sentinel(keysOf(group.sentinels), 'nobody') }), 'ERR_PRIMARY_NAME_UNKNOWN'],
    ['sentinel where no server listens', () => ({ topology: sentinel(['127.0.0.1:1'], group.name) }), 'ERR_NO_SENTINEL_REACHABLE'],
  ];
  for (const [what, options, code] of cases) {
    it(`${what}: ${code}`, async () => {
      await assert.rejects(RunningMonitor.start(options()), (error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error);
        assert.equal(error.code, code, error.message);
        if (error instanceof TopologyError && /UNREACHABLE|REACHABLE$/.test(code)) assert.ok(error.causes.length > 0);
        return true;
      });
    });
  }
});
