import assert from 'node:assert/strict';
import { sentinel } from '../../../../lib/options/topology.js';
import { describeTopology } from '../describe-topology.js';
import { type ResolverCase, testFirstProbe, useFakeTimers } from '../resolver-cases.js';
import {
  DATA_SERVER,
  HUNG,
  NOPERM,
  REPLICA_SERVER,
  refused,
  type Script,
  ScriptedServers,
  SENTINEL_SERVER,
  wrongPassword,
} from '../scripted-servers.js';
import { sentinelScript } from './sentinel-script.js';

const SENTINELS = sentinel(['127.0.0.1:9000', '127.0.0.1:9001'], 'mymaster');
const OTHER_GROUP = sentinel(['127.0.0.1:9000', '127.0.0.1:9001'], 'other');

const GET_PRIMARY = 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster';

const CASES: readonly ResolverCase[] = [
  {
    name: 'a sentinel whose ACL forbids to ask',
    topology: SENTINELS,
    servers: { 9000: { ...SENTINEL_SERVER, [GET_PRIMARY]: NOPERM } },
    expected: { code: 'NOPERM', message: /9000 .*NOPERM .*needs \+sentinel\|get-master-addr-by-name/ },
  },
  {
    name: 'a sentinel whose ACL forbids to ask, whatever mode it says it has',
    topology: SENTINELS,
    servers: { 9000: { ...DATA_SERVER, [GET_PRIMARY]: NOPERM } },
    expected: { code: 'NOPERM', message: /9000 .*NOPERM/ },
  },
  {
    name: 'what a sentinel names and the node confirms',
    topology: SENTINELS,
    servers: { 9000: sentinelScript(), 7000: DATA_SERVER },
    expected: ['7000 < 7001'],
  },
  {
    name: 'what the newest of the sentinels names',
    topology: SENTINELS,
    servers: {
      9000: sentinelScript(),
      9001: sentinelScript({ port: 7001, epoch: 2, replicas: [7001, 7000] }),
      7000: DATA_SERVER,
      7001: DATA_SERVER,
    },
    expected: ['7001 < 7000'],
  },
  {
    name: 'of two equally new answers the one that the node confirms',
    topology: SENTINELS,
    servers: { 9000: sentinelScript(), 9001: sentinelScript({ port: 7001 }), 7000: REPLICA_SERVER, 7001: DATA_SERVER },
    expected: ['7001'],
  },
  {
    name: 'the replica that the leading sentinel promotes, once that one is a primary',
    topology: SENTINELS,
    servers: { 9000: sentinelScript(), 9001: sentinelScript({ promoting: 7001 }), 7000: DATA_SERVER, 7001: DATA_SERVER },
    expected: ['7001'],
  },
  {
    name: 'the old primary as long as the one that is promoted is a replica',
    topology: SENTINELS,
    servers: { 9000: sentinelScript({ promoting: 7001 }), 7000: DATA_SERVER, 7001: REPLICA_SERVER },
    expected: ['7000 < 7001'],
  },
  {
    name: 'the old primary as long as the one that is promoted cannot be asked for its role',
    topology: SENTINELS,
    servers: { 9000: sentinelScript({ promoting: 7001 }), 7000: DATA_SERVER, 7001: { ROLE: NOPERM } },
    expected: ['7000 < 7001'],
  },
  {
    name: 'no replica that is promoted by a sentinel with an older epoch',
    topology: SENTINELS,
    servers: { 9000: sentinelScript({ promoting: 7001 }), 9001: sentinelScript({ epoch: 2 }), 7000: DATA_SERVER, 7001: DATA_SERVER },
    expected: ['7000 < 7001'],
  },
  {
    name: 'a node that says that it is no primary',
    topology: SENTINELS,
    servers: { 9000: sentinelScript(), 7000: REPLICA_SERVER },
    expected: ['- < 7001'],
    problem: 'ERR_ROLE_MISMATCH',
  },
  {
    name: 'a primary that cannot be reached',
    topology: SENTINELS,
    servers: { 9000: sentinelScript() },
    expected: ['7000 < 7001'],
    problem: 'ERR_PRIMARY_UNREACHABLE',
  },
  {
    name: 'a primary whose ACL forbids ROLE',
    topology: SENTINELS,
    servers: { 9000: sentinelScript(), 7000: { ROLE: NOPERM } },
    expected: ['7000 < 7001'],
  },
  {
    name: 'a primary that refuses the password',
    topology: SENTINELS,
    servers: { 9000: sentinelScript(), 7000: wrongPassword('127.0.0.1:7000') },
    expected: { code: 'ERR_AUTH' },
  },
  {
    name: 'one sentinel refusing connections, one hung, one found through a third',
    topology: sentinel(['127.0.0.1:9000', '127.0.0.1:9001', '127.0.0.1:9002'], 'mymaster'),
    servers: { 9001: HUNG, 9002: sentinelScript(), 7000: DATA_SERVER },
    expected: ['7000 < 7001'],
  },
  {
    name: 'no sentinel',
    topology: SENTINELS,
    servers: { 7000: DATA_SERVER },
    expected: { code: 'ERR_NO_SENTINEL_REACHABLE', asked: ['127.0.0.1:9000', '127.0.0.1:9001'] },
  },
  {
    name: 'a name that the sentinels do not know',
    topology: OTHER_GROUP,
    servers: { 9000: sentinelScript(), 7000: DATA_SERVER },
    expected: { code: 'ERR_PRIMARY_NAME_UNKNOWN', message: /"other".*they watch "mymaster"/ },
  },
  {
    name: 'data servers instead of sentinels',
    topology: SENTINELS,
    servers: { 9000: DATA_SERVER },
    expected: { code: 'ERR_NOT_A_SENTINEL', message: /9000/ },
  },
  {
    name: 'sentinels that refuse the password',
    topology: SENTINELS,
    servers: { 9000: wrongPassword('127.0.0.1:9000'), 9001: wrongPassword('127.0.0.1:9001') },
    expected: { code: 'ERR_AUTH', message: /9000/ },
  },
];

describe('SentinelResolver', () => {
  const time = useFakeTimers();
  testFirstProbe(CASES, time);

  it('tells which of the nodes that sentinels name says that it is a replica', async () => {
    const replicas: string[] = [];
    const servers = new ScriptedServers({ 9000: sentinelScript(), 7000: REPLICA_SERVER });
    const probe = servers.resolver({ topology: SENTINELS }).probe(null, undefined, (key) => replicas.push(key));
    await time().tickAsync(10_000);
    await probe;
    assert.deepEqual(replicas, ['127.0.0.1:7000']);
  });

  it('asks sentinels as sentinels and data nodes as data nodes', async () => {
    const servers = new ScriptedServers({ 9000: sentinelScript(), 7000: DATA_SERVER });
    await servers.probe(SENTINELS);
    assert.deepEqual(servers.asked.sort(), ['127.0.0.1:7000 data', '127.0.0.1:9000 sentinel', '127.0.0.1:9001 sentinel']);
  });

  it('applies addressMap to what sentinels announce', async () => {
    const addressMap = (address: string): string => address.replace('127.0.0.1:7', '127.0.0.1:17');
    const servers = new ScriptedServers({ 9000: sentinelScript(), 17000: DATA_SERVER });
    assert.deepEqual(describeTopology(await servers.probe(SENTINELS, null, { addressMap })), ['17000 < 17001']);
  });

  it('goes on with the sentinels it learnt when the configured one is gone', async () => {
    const servers = new ScriptedServers({ 9000: sentinelScript({ sentinels: [9001] }), 9001: sentinelScript(), 7000: DATA_SERVER });
    const resolver = servers.resolver({ topology: sentinel(['127.0.0.1:9000'], 'mymaster') });
    const first = await resolver.probe(null);
    servers.servers = { 9001: sentinelScript({ port: 7001, epoch: 2 }), 7001: DATA_SERVER };
    assert.deepEqual(describeTopology(await resolver.probe(first)), ['7001']);
  });

  it('waits for the moment in which a replica that is being promoted becomes a primary', async () => {
    const sentinels = { 9000: sentinelScript({ promoting: 7001 }), 7000: DATA_SERVER };
    const servers = new ScriptedServers({ ...sentinels, 7001: REPLICA_SERVER });
    const found = servers.probe(SENTINELS);
    await time().tickAsync(150);
    // Its connections are cut by the promotion.
    servers.servers = { ...sentinels, 7001: refused('127.0.0.1:7001') };
    await time().tickAsync(20);
    servers.servers = { ...sentinels, 7001: DATA_SERVER };
    await time().tickAsync(20);
    assert.deepEqual(describeTopology(await found), ['7001']);
  });

  it('does not go back to the old primary while the sentinel that promoted another one is late with its answer', async () => {
    const promoting = sentinelScript({ promoting: 7001 });
    const servers = new ScriptedServers({ 9000: sentinelScript(), 9001: promoting, 7000: DATA_SERVER, 7001: DATA_SERVER });
    const resolver = servers.resolver({ topology: SENTINELS });
    let last = await resolver.probe(null);
    assert.deepEqual(describeTopology(last), ['7001']);
    const next = async (scripts: ScriptedServers['servers']): Promise<string[]> => {
      servers.servers = scripts;
      const found = resolver.probe(last);
      await time().tickAsync(600);
      last = await found;
      assert.equal(last.problem, undefined);
      return describeTopology(last);
    };
    // Late by more than the grace; the old primary is alive and takes writes.
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: HUNG, 7000: DATA_SERVER, 7001: DATA_SERVER }), ['7001']);
    // The promoted one is busy for a moment.
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: promoting, 7000: DATA_SERVER, 7001: HUNG }), ['7001']);
    // The leading sentinel gives the promotion up: the old primary counts again.
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: sentinelScript(), 7000: DATA_SERVER, 7001: REPLICA_SERVER }), [
      '7000 < 7001',
    ]);
    const renamed = sentinelScript({ port: 7001, epoch: 2, replicas: [7000] });
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: renamed, 7000: DATA_SERVER, 7001: DATA_SERVER }), ['7001 < 7000']);
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: HUNG, 7000: DATA_SERVER, 7001: DATA_SERVER }), ['7001 < 7000']);
    await time().tickAsync(2_000);
    assert.deepEqual(
      await next({ 9000: sentinelScript(), 9001: HUNG, 7000: DATA_SERVER, 7001: DATA_SERVER }),
      ['7000 < 7001'],
      'not for ever',
    );
    assert.deepEqual(await next({ 9000: sentinelScript(), 9001: renamed, 7000: DATA_SERVER, 7001: DATA_SERVER }), ['7001 < 7000']);
    assert.deepEqual(
      await next({ 9000: sentinelScript(), 7000: DATA_SERVER, 7001: DATA_SERVER }),
      ['7000 < 7001'],
      'a sentinel that refuses connections is gone',
    );
  });

  it('takes a group that was removed and monitored anew as its sentinels name it, though its epochs begin at 0 again', async () => {
    const both = (script: Script, more: ScriptedServers['servers']): ScriptedServers['servers'] => ({
      9000: script,
      9001: script,
      ...more,
    });
    const servers = new ScriptedServers(both(sentinelScript({ epoch: 7 }), { 7000: DATA_SERVER }));
    const resolver = servers.resolver({ topology: SENTINELS });
    const first = await resolver.probe(null);
    const unknown = { ...(SENTINEL_SERVER as object), 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster': null, 'SENTINEL MASTERS': [] };
    servers.servers = both(unknown, {});
    await assert.rejects(resolver.probe(first), { code: 'ERR_PRIMARY_NAME_UNKNOWN' });
    servers.servers = both(sentinelScript({ port: 7001, epoch: 0, replicas: [7000] }), { 7000: DATA_SERVER, 7001: DATA_SERVER });
    assert.deepEqual(describeTopology(await resolver.probe(first)), ['7001 < 7000']);
  });

  it('waits only a moment for the known primary when it hangs, and keeps it', async () => {
    const servers = new ScriptedServers({ 9000: sentinelScript(), 7000: DATA_SERVER });
    const first = await servers.probe(SENTINELS);
    servers.servers = { 9000: sentinelScript(), 7000: HUNG };
    const began = Date.now();
    const second = servers.probe(SENTINELS, first);
    await time().tickAsync(5_000);
    assert.deepEqual(describeTopology(await second), ['7000 < 7001']);
    assert.equal((await second).problem, undefined);
    assert.ok(Date.now() - began >= 100);
  });

  it('leaves out a node whose address the function in addressMap cannot map, and tells of it', async () => {
    const servers = new ScriptedServers({ 9000: sentinelScript({ replicas: [7001, 7002] }), 7000: DATA_SERVER });
    const addressMap = (address: string): string | undefined => {
      if (address === '127.0.0.1:7001') throw new Error('not in the table');
      return undefined;
    };
    const found = await servers.probe(SENTINELS, null, { addressMap });
    assert.deepEqual(describeTopology(found), ['7000 < 7002']);
  });
});
