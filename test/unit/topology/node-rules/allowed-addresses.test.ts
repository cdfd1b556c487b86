import assert from 'node:assert/strict';
import { cluster, replication, sentinel } from '../../../../lib/options/topology.js';
import { describeTopology } from '../describe-topology.js';
import { CLUSTER_SERVER, DATA_SERVER, REPLICA_SERVER, type Script, ScriptedServers } from '../scripted-servers.js';
import { sentinelScript } from '../sentinel/sentinel-script.js';

/** Only the ports of this list are allowed, and the seeds. */
const only = (...ports: readonly number[]) => ({ allowedAddresses: ports.map((port) => `127.0.0.1:${port}`) });
const refusedBy = ({ refused }: ScriptedServers): string[] => refused.map(({ node }) => String(node).replace('127.0.0.1:', '')).sort();
/** Ports of the servers that were asked anything. */
const asked = (servers: ScriptedServers): string[] => [
  ...new Set(
    [...servers.asked, ...servers.subscriptions.map(({ key }) => key)].map((text) => /127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? text),
  ),
];

describe('a resolver with allowedAddresses', () => {
  const node = (...lines: readonly string[]): Script => ({
    ...(CLUSTER_SERVER as object),
    'CLUSTER NODES': lines.join('\n'),
    'CLUSTER SHARDS': [],
  });
  const lines = [
    'a 127.0.0.1:7000@1 myself,master - 0 0 1 connected 0-8191',
    'b 127.0.0.1:7001@1 master - 0 0 2 connected 8192-16383',
    'c 127.0.0.1:7002@1 slave a 0 0 1 connected',
  ];

  it('leaves nodes of a cluster out, primaries and replicas', async () => {
    const servers = new ScriptedServers({ '127.0.0.1:7000': node(...lines) });
    const found = await servers.probe(cluster('127.0.0.1:7000'), null, only(7009));
    assert.deepEqual(describeTopology(found), ['0-8191 7000', '8192-16383 -']);
    assert.deepEqual([refusedBy(servers), asked(servers)], [['7001', '7002'], ['7000']]);
  });

  it('keeps those of a cluster that are allowed', async () => {
    const servers = new ScriptedServers({ '127.0.0.1:7000': node(...lines) });
    const found = await servers.probe(cluster('127.0.0.1:7000'), null, only(7001, 7002));
    assert.deepEqual(describeTopology(found), ['0-8191 7000 < 7002', '8192-16383 7001']);
    assert.deepEqual(refusedBy(servers), []);
  });

  it('leaves replicas of a group out, and its primary, which it says then', async () => {
    const replica: Script = {
      ...(REPLICA_SERVER as object),
      'INFO replication': 'role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:7000',
    };
    const servers = new ScriptedServers({ '127.0.0.1:7000': DATA_SERVER, '127.0.0.1:7001': replica });
    const found = await servers.probe(replication('127.0.0.1:7001'), null, only(7009));
    assert.equal(found.shards[0]?.primary, null);
    assert.match(found.problem?.message ?? '', /no member is a primary; allowedAddresses refuses 127\.0\.0\.1:7000/);
    assert.deepEqual([refusedBy(servers), asked(servers)], [['7000'], ['7001']]);
  });

  it('leaves replicas and sentinels out that a sentinel names', async () => {
    const servers = new ScriptedServers({
      '127.0.0.1:9000': sentinelScript({ replicas: [7001, 7002], sentinels: [9001, 9002] }),
      '127.0.0.1:7000': DATA_SERVER,
    });
    const resolver = servers.resolver({ topology: sentinel('127.0.0.1:9000', 'mymaster'), ...only(7000, 7002, 9002) });
    resolver.watch?.(() => {});
    const found = await resolver.probe(null);
    assert.deepEqual(describeTopology(found), ['7000 < 7002']);
    await resolver.probe(found);
    assert.deepEqual(asked(servers).sort(), ['7000', '9000', '9002']);
    assert.deepEqual(refusedBy(servers), ['7001', '9001']);
    resolver.stop?.();
  });

  it('refuses a primary that sentinels name, and the replica that one promotes', async () => {
    const servers = new ScriptedServers({ '127.0.0.1:9000': sentinelScript({ promoting: 7001 }), '127.0.0.1:7000': DATA_SERVER });
    await assert.rejects(servers.probe(sentinel('127.0.0.1:9000', 'mymaster'), null, only(7009)), {
      code: 'ERR_ADDRESS_REFUSED',
      message: /the sentinels name 127\.0\.0\.1:7001, 127\.0\.0\.1:7000 as the primary of mymaster, which allowedAddresses does not allow/,
    });
    assert.deepEqual(asked(servers), ['9000']);
  });

  it('says of a primary that cannot be mapped that addressMap fails', async () => {
    const servers = new ScriptedServers({ '127.0.0.1:9000': sentinelScript() });
    const addressMap = (address: string): string | undefined => (address.endsWith(':7000') ? 'nonsense' : undefined);
    await assert.rejects(servers.probe(sentinel('127.0.0.1:9000', 'mymaster'), null, { addressMap }), {
      code: 'ERR_PRIMARY_UNREACHABLE',
      message: 'the sentinels name 127.0.0.1:7000 as the primary of mymaster; addressMap fails for 127.0.0.1:7000',
    });
  });

  it('goes to the old primary while the one that is promoted is refused', async () => {
    const servers = new ScriptedServers({
      '127.0.0.1:9000': sentinelScript({ promoting: 7001 }),
      '127.0.0.1:7000': DATA_SERVER,
      '127.0.0.1:7001': DATA_SERVER,
    });
    const found = await servers.probe(sentinel('127.0.0.1:9000', 'mymaster'), null, only(7000));
    assert.equal(found.shards[0]?.primary?.key, '127.0.0.1:7000');
    assert.ok(!asked(servers).includes('7001'));
  });
});
