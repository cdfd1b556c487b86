import assert from 'node:assert/strict';
import sinon from 'sinon';
import { type AuthError, TopologyError } from '../../../lib/errors.js';
import { addressKey } from '../../../lib/options/address.js';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { cluster, replication, sentinel, single, type TopologyOptions } from '../../../lib/options/topology.js';
import { askingOrder } from '../../../lib/topology/cluster/resolver.js';
import { createResolver } from '../../../lib/topology/resolver.js';
import type { ProbeFocus, Resolver, SubscriptionChannel, SubscriptionEvents } from '../../../lib/topology/resolver-api.js';
import { makeTopology, type TopologySnapshot } from '../../../lib/topology/snapshot.js';
import { at, type Captured, FakeServers, HUNG, picture, refused, rules, type Script, wrongPassword } from './picture.js';

const NOPERM = { error: 'NOPERM this user has no permissions' };
const hello = (mode: string): Captured => ['server', 'redis', 'proto', 3, 'mode', mode];
const DATA: Script = { HELLO: hello('standalone'), 'INFO server': 'redis_mode:standalone', ROLE: ['master', 5, []] };
const REPLICA: Script = { ...DATA, ROLE: ['slave', '127.0.0.1', 7000, 'connected', 5] };
const SENTINEL_ONLY: Script = { HELLO: hello('sentinel'), 'INFO server': 'redis_mode:sentinel', ROLE: ['sentinel', []] };
const CLUSTER_MODE = { HELLO: hello('cluster'), 'INFO server': 'redis_mode:cluster', ROLE: ['master', 5, []] };

const node = (...lines: readonly string[]): Script => ({
  ...CLUSTER_MODE,
  'CLUSTER NODES': lines.join('\n'),
  'CLUSTER SHARDS': [],
  'CLUSTER SLOTS': [],
});
const NODE_A = node('a 127.0.0.1:7000@1 myself,master - 0 0 1 connected 0-16383', 'b 127.0.0.1:7001@1 slave a 0 0 1 connected');
const NODE_B = node('a 127.0.0.1:7000@1 master - 0 0 1 connected 0-16383', 'b 127.0.0.1:7001@1 myself,slave a 0 0 1 connected');
const PROMOTED_B = node('a 127.0.0.1:7000@1 master,fail - 0 0 1 connected', 'b 127.0.0.1:7001@1 myself,master - 0 0 2 connected 0-16383');

/** Right after a failover from a to b: the nodes c, d and e have heard from a, which sends b's epoch already, and not from b. */
const borrowed = (myself: string): Script =>
  node(
    ...['a 7000 master - 2 0-16383', 'b 7001 master - 2', 'c 7002 slave a 2', 'd 7003 slave a 2', 'e 7004 slave a 2'].map((line) => {
      const [id, port, flags, primary, epoch, ...slots] = line.split(' ');
      return `${id} 127.0.0.1:${port}@1 ${id === myself ? 'myself,' : ''}${flags} ${primary} 0 0 ${epoch} connected ${slots.join(' ')}`;
    }),
  );
const GAVE_WAY = node(
  'a 127.0.0.1:7000@1 myself,slave b 0 0 2 connected',
  'b 127.0.0.1:7001@1 master - 0 0 2 connected 0-16383',
  ...['c', 'd', 'e'].map((id, at) => `${id} 127.0.0.1:${7002 + at}@1 slave b 0 0 2 connected`),
);

const member = (role: Captured, ...info: readonly string[]): Script => ({
  ROLE: role,
  'INFO replication': info.join('\r\n'),
  'INFO server': 'redis_mode:standalone',
});
const PRIMARY = member(['master', 5, []], 'role:master', 'slave0:ip=127.0.0.1,port=7001,state=online,offset=5,lag=0');
const FOLLOWER = member(
  ['slave', '127.0.0.1', 7000, 'connected', 5],
  'role:slave',
  'master_host:127.0.0.1',
  'master_port:7000',
  'master_link_status:up',
);

interface Naming {
  readonly port?: number;
  readonly epoch?: number;
  readonly flags?: string;
  /** It leads a failover to this one. */
  readonly promoting?: number;
  readonly replicas?: readonly number[];
  readonly sentinels?: readonly number[];
  readonly name?: string;
}
/** A sentinel that names the node at `port` as the primary. */
function sentinelScript({
  port = 7000,
  epoch = 1,
  promoting,
  flags = promoting === undefined ? 'master' : 'master,failover_in_progress',
  replicas = [7001],
  sentinels = [],
  name = 'mymaster',
}: Naming = {}): Script {
  const instance = (other: number, more: readonly string[]): Captured => ['ip', '127.0.0.1', 'port', `${other}`, ...more];
  return {
    ...(SENTINEL_ONLY as object),
    [`SENTINEL GET-MASTER-ADDR-BY-NAME ${name}`]: ['127.0.0.1', `${port}`],
    'SENTINEL GET-MASTER-ADDR-BY-NAME other': null,
    [`SENTINEL MASTER ${name}`]: ['name', name, 'flags', flags, 'config-epoch', `${epoch}`],
    [`SENTINEL SLAVES ${name}`]: replicas.map((other) =>
      instance(other, ['flags', other === promoting ? 'slave,promoted' : 'slave', 'master-link-status', 'ok']),
    ),
    [`SENTINEL SENTINELS ${name}`]: sentinels.map((other) => instance(other, ['runid', `id-${other}`])),
    'SENTINEL MASTERS': [['name', name]],
    'SENTINEL MYID': `id-${port}-${epoch}`,
  };
}

const single7000 = single('redis://127.0.0.1:7000');
const replication2 = replication(['redis://127.0.0.1:7000', 'redis://127.0.0.1:7001']);
const cluster2 = cluster(['redis://127.0.0.1:7000', 'redis://127.0.0.1:7001']);
const sentinel2 = sentinel(['127.0.0.1:9000', '127.0.0.1:9001'], 'mymaster');
const sentinelOther = sentinel(['127.0.0.1:9000', '127.0.0.1:9001'], 'other');

type Expected = readonly string[] | { readonly code: string; readonly message?: RegExp; readonly asked?: readonly string[] };

interface Case {
  readonly name: string;
  readonly topology: TopologyOptions;
  readonly servers: Readonly<Record<string, Script>>;
  readonly expected: Expected;
  /** Code of the problem in the snapshot. */
  readonly problem?: string;
}

const CASES: readonly Case[] = [
  // single
  { name: 'a primary', topology: single7000, servers: { 7000: DATA }, expected: ['7000'] },
  { name: 'a replica, for reads of every kind', topology: single7000, servers: { 7000: REPLICA }, expected: ['7000(r) < 7000'] },
  {
    name: 'a server whose ACL allows nothing',
    topology: single7000,
    servers: { 7000: { HELLO: NOPERM, ROLE: NOPERM } },
    expected: ['7000'],
  },
  {
    name: 'a server before 6.0',
    topology: single7000,
    servers: { 7000: { 'INFO server': 'redis_mode:standalone', ROLE: ['master', 1, []] } },
    expected: ['7000'],
  },
  {
    name: 'a sentinel',
    topology: single7000,
    servers: { 7000: SENTINEL_ONLY },
    expected: { code: 'ERR_IS_A_SENTINEL', message: /use sentinel\(/ },
  },
  {
    name: 'a cluster node without HELLO',
    topology: single7000,
    servers: { 7000: { 'INFO server': 'server_mode:cluster' } },
    expected: { code: 'ERR_IS_A_CLUSTER', message: /use cluster\(/ },
  },
  { name: 'nobody', topology: single7000, servers: {}, expected: { code: 'ERR_PRIMARY_UNREACHABLE', asked: ['127.0.0.1:7000'] } },
  {
    name: 'a hung server',
    topology: single7000,
    servers: { 7000: HUNG },
    expected: { code: 'ERR_PRIMARY_UNREACHABLE', message: /no reply/ },
  },
  { name: 'a wrong password', topology: single7000, servers: { 7000: wrongPassword('127.0.0.1:7000') }, expected: { code: 'ERR_AUTH' } },
  // replication
  { name: 'a group from its primary', topology: replication2, servers: { 7000: PRIMARY, 7001: FOLLOWER }, expected: ['7000 < 7001'] },
  {
    name: 'a group from its replica alone',
    topology: replication(['redis://127.0.0.1:7001']),
    servers: { 7000: PRIMARY, 7001: FOLLOWER },
    expected: ['7000 < 7001'],
  },
  { name: 'a group with a dead replica', topology: replication2, servers: { 7000: PRIMARY }, expected: ['7000 < 7001!'] },
  { name: 'a group with a hung replica', topology: replication2, servers: { 7000: PRIMARY, 7001: HUNG }, expected: ['7000 < 7001'] },
  {
    name: 'a group with a dead primary',
    topology: replication2,
    servers: { 7001: FOLLOWER },
    expected: ['7000 < 7001'],
    problem: 'ERR_PRIMARY_UNREACHABLE',
  },
  {
    name: 'a split group',
    topology: replication2,
    servers: { 7000: PRIMARY, 7001: member(['master', 5, []], 'role:master') },
    expected: ['-'],
    problem: 'ERR_SPLIT_GROUP',
  },
  {
    name: 'no member at all',
    topology: replication2,
    servers: {},
    expected: { code: 'ERR_NO_SEED_REACHABLE', asked: ['127.0.0.1:7000', '127.0.0.1:7001'] },
  },
  {
    name: 'cluster nodes instead of members',
    topology: replication2,
    servers: { 7000: { ROLE: ['master', 1, []], 'INFO server': 'redis_mode:cluster' } },
    expected: { code: 'ERR_IS_A_CLUSTER' },
  },
  {
    name: 'members that refuse the password',
    topology: replication2,
    servers: { 7000: wrongPassword('127.0.0.1:7000'), 7001: wrongPassword('127.0.0.1:7001') },
    expected: { code: 'ERR_AUTH' },
  },
  // sentinel
  {
    name: 'what a sentinel names and the node confirms',
    topology: sentinel2,
    servers: { 9000: sentinelScript(), 7000: DATA },
    expected: ['7000 < 7001'],
  },
  {
    name: 'what the newest of the sentinels names',
    topology: sentinel2,
    servers: { 9000: sentinelScript(), 9001: sentinelScript({ port: 7001, epoch: 2, replicas: [7001, 7000] }), 7000: DATA, 7001: DATA },
    expected: ['7001 < 7000'],
  },
  {
    name: 'of two equally new answers the one that the node confirms',
    topology: sentinel2,
    servers: { 9000: sentinelScript(), 9001: sentinelScript({ port: 7001 }), 7000: REPLICA, 7001: DATA },
    expected: ['7001'],
  },
  {
    name: 'the replica that the leading sentinel promotes, once that one is a primary',
    topology: sentinel2,
    servers: { 9000: sentinelScript(), 9001: sentinelScript({ promoting: 7001 }), 7000: DATA, 7001: DATA },
    expected: ['7001'],
  },
  {
    name: 'the old primary as long as the one that is promoted is a replica',
    topology: sentinel2,
    servers: { 9000: sentinelScript({ promoting: 7001 }), 7000: DATA, 7001: REPLICA },
    expected: ['7000 < 7001'],
  },
  {
    name: 'the old primary as long as nobody can ask the one that is promoted for its role',
    topology: sentinel2,
    servers: { 9000: sentinelScript({ promoting: 7001 }), 7000: DATA, 7001: { ROLE: NOPERM } },
    expected: ['7000 < 7001'],
  },
  {
    name: 'nobody who is promoted by a sentinel with an older epoch',
    topology: sentinel2,
    servers: { 9000: sentinelScript({ promoting: 7001 }), 9001: sentinelScript({ epoch: 2 }), 7000: DATA, 7001: DATA },
    expected: ['7000 < 7001'],
  },
  {
    name: 'a node that says that it is no primary',
    topology: sentinel2,
    servers: { 9000: sentinelScript(), 7000: REPLICA },
    expected: ['- < 7001'],
    problem: 'ERR_ROLE_MISMATCH',
  },
  {
    name: 'a primary that cannot be reached',
    topology: sentinel2,
    servers: { 9000: sentinelScript() },
    expected: ['7000 < 7001'],
    problem: 'ERR_PRIMARY_UNREACHABLE',
  },
  {
    name: 'a primary whose ACL forbids ROLE',
    topology: sentinel2,
    servers: { 9000: sentinelScript(), 7000: { ROLE: NOPERM } },
    expected: ['7000 < 7001'],
  },
  {
    name: 'a primary that refuses the password',
    topology: sentinel2,
    servers: { 9000: sentinelScript(), 7000: wrongPassword('127.0.0.1:7000') },
    expected: { code: 'ERR_AUTH' },
  },
  {
    name: 'one sentinel refusing connections, one hung, one found through a third',
    topology: sentinel(['127.0.0.1:9000', '127.0.0.1:9001', '127.0.0.1:9002'], 'mymaster'),
    servers: { 9001: HUNG, 9002: sentinelScript(), 7000: DATA },
    expected: ['7000 < 7001'],
  },
  {
    name: 'no sentinel',
    topology: sentinel2,
    servers: { 7000: DATA },
    expected: { code: 'ERR_NO_SENTINEL_REACHABLE', asked: ['127.0.0.1:9000', '127.0.0.1:9001'] },
  },
  {
    name: 'a name that the sentinels do not know',
    topology: sentinelOther,
    servers: { 9000: sentinelScript(), 7000: DATA },
    expected: { code: 'ERR_PRIMARY_NAME_UNKNOWN', message: /"other".*they watch "mymaster"/ },
  },
  {
    name: 'data servers instead of sentinels',
    topology: sentinel2,
    servers: { 9000: DATA },
    expected: { code: 'ERR_NOT_A_SENTINEL', message: /9000/ },
  },
  {
    name: 'sentinels that refuse the password',
    topology: sentinel2,
    servers: { 9000: wrongPassword('127.0.0.1:9000'), 9001: wrongPassword('127.0.0.1:9001') },
    expected: { code: 'ERR_AUTH', message: /9000/ },
  },
  // cluster
  { name: 'a cluster', topology: cluster2, servers: { 7000: NODE_A, 7001: NODE_B }, expected: ['0-16383 7000 < 7001'] },
  { name: 'a cluster with one dead seed', topology: cluster2, servers: { 7001: NODE_B }, expected: ['0-16383 7000 < 7001'] },
  { name: 'a cluster with one hung seed', topology: cluster2, servers: { 7000: HUNG, 7001: NODE_B }, expected: ['0-16383 7000 < 7001'] },
  {
    name: 'a cluster after a failover that one node does not know of',
    topology: cluster2,
    servers: { 7000: NODE_A, 7001: PROMOTED_B },
    expected: ['0-16383 7001', '7000'],
  },
  {
    name: 'a cluster whose old primary alone knows that it follows another',
    topology: cluster(['redis://127.0.0.1:7002', 'redis://127.0.0.1:7003', 'redis://127.0.0.1:7004']),
    servers: { 7000: GAVE_WAY, 7002: borrowed('c'), 7003: borrowed('d'), 7004: borrowed('e') },
    expected: ['0-16383 7001 < 7000 7002 7003 7004'],
  },
  {
    name: 'a cluster whose old primary would know, but does not answer',
    topology: cluster(['redis://127.0.0.1:7002', 'redis://127.0.0.1:7003', 'redis://127.0.0.1:7004']),
    servers: { 7000: HUNG, 7002: borrowed('c'), 7003: borrowed('d'), 7004: borrowed('e') },
    expected: ['0-16383 7000 < 7002 7003 7004', '7001'],
  },
  {
    name: 'a cluster whose ACL forbids CLUSTER NODES',
    topology: cluster2,
    servers: {
      7000: { ...CLUSTER_MODE, 'CLUSTER SHARDS': [], 'CLUSTER NODES': NOPERM, 'CLUSTER SLOTS': [[0, 16_383, ['127.0.0.1', 7000, 'a']]] },
    },
    expected: ['0-16383 7000'],
  },
  {
    name: 'a cluster before 7.0',
    topology: cluster2,
    servers: {
      7000: {
        ...CLUSTER_MODE,
        'CLUSTER NODES': 'a 127.0.0.1:7000@1 myself,master - 0 0 1 connected 0-16383',
        'CLUSTER SLOTS': [[0, 16_383, ['', 7000, 'a']]],
      },
    },
    expected: ['0-16383 7000'],
  },
  { name: 'no cluster', topology: cluster2, servers: { 7000: DATA }, expected: { code: 'ERR_NOT_A_CLUSTER', message: /7000.*use single/ } },
  {
    name: 'one seed that is no cluster node beside one that is',
    topology: cluster2,
    servers: { 7000: DATA, 7001: NODE_B },
    expected: ['0-16383 7000 < 7001'],
  },
  {
    name: 'sentinels instead of cluster nodes',
    topology: cluster2,
    servers: { 7000: SENTINEL_ONLY },
    expected: { code: 'ERR_IS_A_SENTINEL' },
  },
  {
    name: 'no node of the cluster',
    topology: cluster2,
    servers: {},
    expected: { code: 'ERR_NO_SEED_REACHABLE', message: /7000.*7001|7001.*7000/, asked: ['127.0.0.1:7000', '127.0.0.1:7001'] },
  },
];

const KINDS: readonly TopologyOptions['kind'][] = ['single', 'replication', 'sentinel', 'cluster'];

const probe = (topology: TopologyOptions, servers: FakeServers, previous: TopologySnapshot | null = null, more: ClientOptions = {}) =>
  createResolver(resolveOptions({ topology, ...more })).probe(servers, previous);

describe('createResolver', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers();
  });
  afterEach(() => time.restore());

  for (const kind of KINDS) {
    describe(`for ${kind} finds`, () => {
      for (const { name, topology, servers, expected, problem } of CASES.filter((one) => one.topology.kind === kind)) {
        it(name, async () => {
          const outcome = probe(topology, new FakeServers(servers)).catch((error: unknown) => error as TopologyError | AuthError);
          await time.tickAsync(10_000);
          const result = await outcome;
          if (result instanceof Error) {
            assert.ok('code' in expected, `rejected with ${result.message}`);
            assert.equal(result.code, expected.code);
            if (expected.message !== undefined) assert.match(result.message, expected.message);
            if (expected.asked !== undefined) {
              assert.ok(result instanceof TopologyError);
              assert.deepEqual(result.causes.map((cause) => cause.node).sort(), expected.asked);
            }
          } else {
            assert.deepEqual(picture(result), expected);
            assert.equal(result.problem?.code, problem);
          }
          assert.equal(time.countTimers(), 0, 'no timer is left');
        });
      }
    });
  }

  it('names both primaries of a split group', async () => {
    const servers = new FakeServers({ 7000: PRIMARY, 7001: member(['master', 5, []], 'role:master') });
    assert.match((await probe(replication2, servers)).problem?.message ?? '', /127\.0\.0\.1:7000 and 127\.0\.0\.1:7001/);
  });

  it('asks a fixed address that is a replica once more, on a connection that leads where the address leads now', async () => {
    const servers = new FakeServers({ 7000: REPLICA });
    servers.forget = (address) => {
      servers.forgotten.push(addressKey(address));
      servers.servers = { 7000: DATA };
    };
    assert.deepEqual(picture(await probe(single7000, servers)), ['7000']);
    assert.deepEqual(servers.forgotten, ['127.0.0.1:7000']);
  });

  it('asks sentinels as sentinels and data nodes as data nodes', async () => {
    const servers = new FakeServers({ 9000: sentinelScript(), 7000: DATA });
    await probe(sentinel2, servers);
    assert.deepEqual(servers.asked.sort(), ['127.0.0.1:7000 data', '127.0.0.1:9000 sentinel', '127.0.0.1:9001 sentinel']);
  });

  it('applies addressMap to what sentinels announce', async () => {
    const addressMap = (address: string): string => address.replace('127.0.0.1:7', '127.0.0.1:17');
    const servers = new FakeServers({ 9000: sentinelScript(), 17000: DATA });
    assert.deepEqual(picture(await probe(sentinel2, servers, null, { addressMap })), ['17000 < 17001']);
  });

  it('goes on with the sentinels it learnt when the configured one is gone', async () => {
    const resolver = createResolver(resolveOptions({ topology: sentinel(['127.0.0.1:9000'], 'mymaster') }));
    const servers = new FakeServers({ 9000: sentinelScript({ sentinels: [9001] }), 9001: sentinelScript(), 7000: DATA });
    const first = await resolver.probe(servers, null);
    servers.servers = { 9001: sentinelScript({ port: 7001, epoch: 2 }), 7001: DATA };
    assert.deepEqual(picture(await resolver.probe(servers, first)), ['7001']);
  });

  it('waits for the moment in which a replica that is being promoted becomes a primary', async () => {
    const sentinels = { 9000: sentinelScript({ promoting: 7001 }), 7000: DATA };
    const servers = new FakeServers({ ...sentinels, 7001: REPLICA });
    const found = probe(sentinel2, servers);
    await time.tickAsync(150);
    // Its connections are cut by the promotion.
    servers.servers = { ...sentinels, 7001: refused('127.0.0.1:7001') };
    await time.tickAsync(20);
    servers.servers = { ...sentinels, 7001: DATA };
    await time.tickAsync(20);
    assert.deepEqual(picture(await found), ['7001']);
  });

  it('does not go back to the old primary while the sentinel that promoted another one is late with its answer', async () => {
    const resolver = createResolver(resolveOptions({ topology: sentinel2 }));
    const promoting = sentinelScript({ promoting: 7001 });
    const servers = new FakeServers({ 9000: sentinelScript(), 9001: promoting, 7000: DATA, 7001: DATA });
    let last = await resolver.probe(servers, null);
    assert.deepEqual(picture(last), ['7001']);
    const next = async (scripts: FakeServers['servers']): Promise<string[]> => {
      servers.servers = scripts;
      const found = resolver.probe(servers, last);
      await time.tickAsync(600);
      last = await found;
      assert.equal(last.problem, undefined);
      return picture(last);
    };
    // Late by more than the grace; the old primary is alive and takes writes.
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: HUNG, 7000: DATA, 7001: DATA }), ['7001']);
    // The promoted one is busy for a moment.
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: promoting, 7000: DATA, 7001: HUNG }), ['7001']);
    // The promotion is given up, by the word of the leading sentinel: the old one is it again.
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: sentinelScript(), 7000: DATA, 7001: REPLICA }), ['7000 < 7001']);
    const renamed = sentinelScript({ port: 7001, epoch: 2, replicas: [7000] });
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: renamed, 7000: DATA, 7001: DATA }), ['7001 < 7000']);
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: HUNG, 7000: DATA, 7001: DATA }), ['7001 < 7000']);
    await time.tickAsync(2_000);
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: HUNG, 7000: DATA, 7001: DATA }), ['7000 < 7001'], 'not for ever');
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: renamed, 7000: DATA, 7001: DATA }), ['7001 < 7000']);
    assert.deepEqual(await next({ 9000: sentinelScript(), 7000: DATA, 7001: DATA }), ['7000 < 7001'], 'who refuses connections is gone');
  });

  it('takes a group that was removed and monitored anew as its sentinels tell it, though its epochs begin at 0 again', async () => {
    const resolver = createResolver(resolveOptions({ topology: sentinel2 }));
    const both = (script: Script, more: FakeServers['servers']): FakeServers['servers'] => ({ 9000: script, 9001: script, ...more });
    const servers = new FakeServers(both(sentinelScript({ epoch: 7 }), { 7000: DATA }));
    const first = await resolver.probe(servers, null);
    const unknown = { ...(SENTINEL_ONLY as object), 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster': null, 'SENTINEL MASTERS': [] };
    servers.servers = both(unknown, {});
    await assert.rejects(resolver.probe(servers, first), { code: 'ERR_PRIMARY_NAME_UNKNOWN' });
    servers.servers = both(sentinelScript({ port: 7001, epoch: 0, replicas: [7000] }), { 7000: DATA, 7001: DATA });
    assert.deepEqual(picture(await resolver.probe(servers, first)), ['7001 < 7000']);
  });

  it('waits only a moment for the known primary of a sentinel group when it hangs, and keeps it', async () => {
    const servers = new FakeServers({ 9000: sentinelScript(), 7000: DATA });
    const first = await probe(sentinel2, servers);
    servers.servers = { 9000: sentinelScript(), 7000: HUNG };
    const began = Date.now();
    const second = probe(sentinel2, servers, first);
    await time.tickAsync(5_000);
    assert.deepEqual(picture(await second), ['7000 < 7001']);
    assert.equal((await second).problem, undefined);
    assert.ok(Date.now() - began >= 100);
  });

  it('finds a cluster through the seeds when none of the known nodes answers', async () => {
    const servers = new FakeServers({ 7000: NODE_A, 7001: NODE_B });
    const first = await probe(cluster2, servers);
    const moved = {
      ...first,
      nodes: new Map([
        [
          '127.0.0.1:6000',
          {
            ...rules.node({
              id: 'x',
              address: at(6000),
              names: [],
              role: 'primary',
              usable: true,
              replicaOf: null,
              depth: 0,
              priority: 100,
            }),
          },
        ],
      ]),
    };
    assert.deepEqual(picture(await probe(cluster2, servers, moved)), ['0-16383 7000 < 7001']);
    assert.ok(servers.asked.includes('127.0.0.1:6000 data'));
  });

  it('asks three nodes of a large cluster and no more', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `id${i} 127.0.0.1:${7000 + i}@1 master - 0 0 ${i} connected ${i === 0 ? '0-16383' : ''}`,
    );
    const servers = new FakeServers(Object.fromEntries(lines.map((_, i) => [7000 + i, node(...lines)])));
    const topology = await probe(cluster2, servers);
    servers.asked.length = 0;
    await probe(cluster2, servers, topology);
    assert.equal(servers.asked.length, 3);
  });

  describe('for a cluster where nothing is to be expected', () => {
    const quiet: ProbeFocus = { suspects: new Set(), moved: [], quiet: true };
    const member3 = (myself: number, ...more: readonly string[]): Script =>
      node(
        ...[7000, 7001, 7002].map((port, at) => {
          const flags = `${port === myself ? 'myself,' : ''}${at === 0 ? 'master' : 'slave'}`;
          return `id${port} 127.0.0.1:${port}@1 ${flags} ${at === 0 ? '-' : 'id7000'} 0 0 1 connected ${at === 0 ? '0-16383' : ''}`;
        }),
        ...more,
      );
    const ALL = { 7000: member3(7000), 7001: member3(7001), 7002: member3(7002) };
    const known = async (servers: FakeServers, resolver: Resolver): Promise<TopologySnapshot> => {
      const snapshot = await resolver.probe(servers, null);
      servers.asked.length = 0;
      return snapshot;
    };
    let resolver: Resolver;
    beforeEach(() => {
      resolver = createResolver(resolveOptions({ topology: cluster2 }));
    });

    it('asks one node, another one each time', async () => {
      const servers = new FakeServers(ALL);
      const snapshot = await known(servers, resolver);
      for (let i = 0; i < 30; i++) assert.equal(await resolver.probe(servers, snapshot, quiet), snapshot);
      assert.equal(servers.asked.length, 30);
      assert.equal(new Set(servers.asked).size, 3);
      assert.ok(servers.asked.every((asked, i) => asked !== servers.asked[i + 1]));
    });

    it('asks the others when it has something new to tell, and believes it by its epoch', async () => {
      const servers = new FakeServers(ALL);
      const snapshot = await known(servers, resolver);
      const promoted = node(
        'id7000 127.0.0.1:7000@1 master - 0 0 1 connected',
        'id7001 127.0.0.1:7001@1 myself,master - 0 0 2 connected 0-16383',
        'id7002 127.0.0.1:7002@1 slave id7000 0 0 1 connected',
      );
      servers.servers = { ...ALL, 7001: promoted };
      let found = snapshot;
      for (let i = 0; i < 20 && found === snapshot; i++) found = await resolver.probe(servers, snapshot, quiet);
      assert.deepEqual(picture(found), ['0-16383 7001', '7000 < 7002']);
    });

    it('asks the others when it was cut off and sees nobody but itself, and keeps what they say', async () => {
      const servers = new FakeServers(ALL);
      const snapshot = await known(servers, resolver);
      const alone = node(
        'id7000 127.0.0.1:7000@1 master,fail - 0 0 1 disconnected 0-16383',
        'id7001 127.0.0.1:7001@1 myself,slave id7000 0 0 1 connected',
        'id7002 127.0.0.1:7002@1 slave,fail id7000 0 0 1 disconnected',
      );
      servers.servers = { ...ALL, 7001: alone };
      for (let i = 0; i < 20; i++) assert.deepEqual(picture(await resolver.probe(servers, snapshot, quiet)), picture(snapshot));
      assert.ok(servers.asked.length > 20);
    });

    it('asks the others when it does not answer', async () => {
      const servers = new FakeServers({ 7000: member3(7000), 7001: member3(7001) });
      const snapshot = await known(servers, resolver);
      for (let i = 0; i < 20; i++) assert.deepEqual(picture(await resolver.probe(servers, snapshot, quiet)), picture(snapshot));
      assert.ok(servers.asked.includes('127.0.0.1:7002 data'));
    });
  });

  describe('for a cluster keeps apart', () => {
    const lone = (id: string, port: number, epoch: number, slots = '0-16383'): string =>
      `${id} 127.0.0.1:${port}@1 myself,master - 0 0 ${epoch} connected ${slots}`;

    it('a node of another cluster at the address of one of ours, whatever its epoch', async () => {
      const servers = new FakeServers({ 7000: NODE_A, 7001: NODE_B });
      const first = await probe(cluster2, servers);
      servers.servers = { 7000: NODE_A, 7001: node(lone('other', 7001, 99)) };
      assert.deepEqual(picture(await probe(cluster2, servers, first)), picture(first));
    });

    it('a node that was reset', async () => {
      const servers = new FakeServers({ 7000: NODE_A, 7001: NODE_B });
      const first = await probe(cluster2, servers);
      servers.servers = { 7000: NODE_A, 7001: node(lone('new', 7001, 0, '')) };
      assert.deepEqual(picture(await probe(cluster2, servers, first)), picture(first));
    });

    it('the seeds that are in the minority, or have no slots', async () => {
      const seeds = cluster([7000, 7001, 7002].map((port) => `redis://127.0.0.1:${port}`));
      const two = { 7000: NODE_A, 7001: NODE_B };
      assert.deepEqual(picture(await probe(seeds, new FakeServers({ ...two, 7002: node(lone('other', 7002, 99)) }))), [
        '0-16383 7000 < 7001',
      ]);
      const empty = { 7001: node(lone('x', 7001, 0, '')), 7002: node(lone('y', 7002, 0, '')) };
      assert.deepEqual(picture(await probe(seeds, new FakeServers({ 7000: node(lone('a', 7000, 1)), ...empty }))), ['0-16383 7000']);
    });

    it('nobody, when all nodes that we knew are gone: the cluster was made anew', async () => {
      const servers = new FakeServers({ 7000: NODE_A, 7001: NODE_B });
      const first = await probe(cluster2, servers);
      servers.servers = { 7000: node(lone('new', 7000, 1)) };
      assert.deepEqual(picture(await probe(cluster2, servers, first)), ['0-16383 7000']);
    });
  });
});

describe('askingOrder', () => {
  const info = (port: number, replicaOf: number | null = null, usable = true) =>
    rules.node({
      id: null,
      address: at(port),
      names: [],
      role: replicaOf === null ? 'primary' : 'replica',
      usable,
      replicaOf: replicaOf === null ? null : `127.0.0.1:${replicaOf}`,
      depth: replicaOf === null ? 0 : 1,
      priority: 100,
    });
  const topology = makeTopology(
    'cluster',
    [
      { primary: info(7000), replicas: [info(7003, 7000), info(7004, 7000, false)] },
      { primary: info(7001), replicas: [info(7005, 7001)] },
    ],
    null,
  );
  const order = (suspects: readonly number[], moved: readonly number[], answered: readonly number[]): string[] => [
    ...new Set(
      askingOrder(
        topology,
        { suspects: new Set(suspects.map((port) => `127.0.0.1:${port}`)), moved: moved.map(at) },
        answered.map((port) => `127.0.0.1:${port}`),
        () => 0.5,
      ).map((address) => addressKey(address).replace('127.0.0.1:', '')),
    ),
  ];

  it('begins with those that answered last', () => {
    assert.deepEqual(order([], [], [7005]), ['7005', '7000', '7001', '7003', '7004']);
  });

  it('begins with the node that a MOVED named', () => {
    assert.deepEqual(order([], [7009], [7005])[0], '7009');
  });

  it('begins with the replicas of a primary that does not answer and asks that one last', () => {
    assert.deepEqual(order([7000], [], [7001]), ['7003', '7001', '7005', '7000', '7004']);
  });
});

describe('watching sentinels', () => {
  interface Subscription {
    readonly key: string;
    readonly events: SubscriptionEvents;
    ended: boolean;
  }
  let time: sinon.SinonFakeTimers;
  let subscriptions: Subscription[];
  let hints: string[];
  const watcher: SubscriptionChannel = {
    subscribe: (address, _channels, as, events) => {
      assert.equal(as, 'sentinel');
      const subscription: Subscription = { key: addressKey(address), events, ended: false };
      subscriptions.push(subscription);
      return () => {
        subscription.ended = true;
      };
    },
  };
  const watching = (): { key: string; ended: boolean }[] => subscriptions.map(({ key, ended }) => ({ key, ended }));

  beforeEach(() => {
    time = sinon.useFakeTimers();
    subscriptions = [];
    hints = [];
  });
  afterEach(() => time.restore());

  const start = () => {
    const resolver = createResolver(resolveOptions({ topology: sentinel2 }));
    resolver.watch?.(watcher, (reason, urgent) => hints.push(`${urgent ? 'now: ' : ''}${reason}`));
    return resolver;
  };

  it('subscribes to all configured sentinels at once', () => {
    const resolver = start();
    assert.deepEqual(watching(), [
      { key: '127.0.0.1:9000', ended: false },
      { key: '127.0.0.1:9001', ended: false },
    ]);
    resolver.stop?.();
    assert.ok(subscriptions.every(({ ended }) => ended));
  });

  it('follows sentinels that are learnt and lets go of those that are gone', async () => {
    const resolver = start();
    const servers = new FakeServers({ 9000: sentinelScript({ sentinels: [9002] }), 7000: DATA });
    await resolver.probe(servers, null);
    assert.deepEqual(subscriptions.at(-1)?.key, '127.0.0.1:9002');
    servers.servers = { 9000: sentinelScript(), 7000: DATA };
    await resolver.probe(servers, null);
    assert.ok(subscriptions.at(-1)?.ended);
    resolver.stop?.();
  });

  it('hints at events of its group and of no other', () => {
    const resolver = start();
    const [first] = subscriptions;
    first?.events.message('+switch-master', 'other 127.0.0.1 1 127.0.0.1 2');
    assert.deepEqual(hints, []);
    first?.events.message('+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2');
    assert.deepEqual(hints, ['now: +switch-master from sentinel 127.0.0.1:9000'], 'a promotion cannot wait');
    first?.events.message('+sdown', 'slave 127.0.0.1:2 127.0.0.1 2 @ mymaster 127.0.0.1 1');
    assert.equal(hints[1], '+sdown from sentinel 127.0.0.1:9000');
    resolver.stop?.();
  });

  it('subscribes again when a connection is lost, ever less often, and looks what it missed', async () => {
    const resolver = start();
    for (let i = 0; i < 20; i++) {
      subscriptions.at(-1)?.events.lost(refused('127.0.0.1:9001'));
      await time.tickAsync(5_001);
    }
    assert.equal(subscriptions.length, 22);
    assert.deepEqual(hints, ['lost sentinel 127.0.0.1:9001'], 'one hint, however long it lasts');
    subscriptions.at(-1)?.events.ready();
    assert.equal(hints.at(-1), 'subscribed to sentinel 127.0.0.1:9001');
    resolver.stop?.();
  });

  it('leaves no timer and hears nothing after stop', async () => {
    const resolver = start();
    subscriptions[1]?.events.lost(refused('127.0.0.1:9001'));
    hints.length = 0;
    resolver.stop?.();
    subscriptions[0]?.events.message('+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2');
    subscriptions[0]?.events.lost(refused('127.0.0.1:9000'));
    assert.deepEqual(hints, []);
    assert.equal(time.countTimers(), 0);
  });
});
