import assert from 'node:assert/strict';
import { AddressRefusedError, createClient, type Redis, replication } from '../../../../lib/index.js';
import { error, FakeServer } from '../../../support/fake-server.js';
import { askFrom, assertNoPendingCommands, movedTo, namingServer, rejected, ScriptedCluster, SLOT_OF_B } from '../scripted.js';

/** The host 127.0.0.1 is not allowed; only seeds are. */
const allowedAddresses = ['10.0.0.0/8'];

describe('allowedAddresses', () => {
  let cluster: ScriptedCluster;
  let foreign: FakeServer;
  let refused: string[];
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(2);
    cluster.script = namingServer();
    foreign = await FakeServer.start();
    refused = [];
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await Promise.all([cluster.stop(), foreign.stop()]);
  });

  const listen = (redis: Redis): Redis =>
    redis.on('error', (problem) => {
      if (problem instanceof AddressRefusedError) refused.push(String(problem.node));
    });

  for (const [kind, redirection] of [
    ['MOVED', () => movedTo(foreign, SLOT_OF_B)],
    ['ASK', () => askFrom(foreign, SLOT_OF_B)],
    ['REDIRECT', () => error(`REDIRECT ${foreign.address}`)],
  ] as const) {
    it(`refuses a ${kind} to another address: the call rejects, others are served, nothing is sent there`, async () => {
      const answer = redirection();
      cluster.script = namingServer((_, [name, key]) => (name === 'GET' && key === 'b' ? answer : undefined));
      const redis = listen(cluster.client({ allowedAddresses, password: 'secret' }, [0, 1]));
      const outcomes = await Promise.all([rejected(redis.get('b')), redis.get('a'), rejected(redis.get('b'))]);
      for (const problem of [outcomes[0], outcomes[2]]) {
        assert.ok(problem instanceof AddressRefusedError);
        assert.equal(problem.executed, 'no');
        assert.match(
          problem.message,
          new RegExp(`^GET was redirected by .* to ${foreign.address}, which allowedAddresses does not allow$`),
        );
      }
      assert.equal(outcomes[1], 'server 1');
      assert.deepEqual(refused, [foreign.address]);
      assert.equal(foreign.connections.length, 0);
    });
  }

  it('leaves a node out of a cluster that is not allowed, and says so to calls for it', async () => {
    const redis = listen(cluster.client({ allowedAddresses }, [0]));
    assert.equal(await redis.get('b'), 'server 0');
    const problem = await rejected(redis.with({ timeoutMs: 200 }).get('a'));
    assert.match(problem.message, new RegExp(`allowedAddresses refuses ${cluster.server(1).address}`));
    assert.equal(problem.executed, 'no');
    assert.deepEqual(refused, [cluster.server(1).address]);
    assert.equal(cluster.server(1).connections.length, 0);
  });

  it('refuses a subscription that is redirected elsewhere', async () => {
    cluster.script = (_, [name]) => (name === 'SSUBSCRIBE' ? movedTo(foreign, SLOT_OF_B) : undefined);
    const redis = listen(cluster.client({ allowedAddresses }, [0, 1]));
    await assert.rejects(
      redis.ssubscribe('b', () => {}),
      { code: 'ERR_ADDRESS_REFUSED' },
    );
    assert.equal(foreign.connections.length, 0);
  });

  it('allows what an address map makes of an address', async () => {
    const answer = error(`MOVED ${SLOT_OF_B} 172.17.0.2:6379`);
    cluster.script = namingServer((server, [name, key]) => (server === 0 && name === 'GET' && key === 'b' ? answer : undefined));
    const redis = cluster.client({ allowedAddresses, addressMap: { '172.17.0.2:6379': cluster.server(1).address } }, [0, 1]);
    assert.equal(await redis.get('b'), 'server 1');
  });

  it('keeps a replica group to the addresses that are allowed', async () => {
    const primary = await FakeServer.start(([name, what]) => {
      if (name === 'ROLE') return ['master', 1, [['127.0.0.1', String(foreign.port), '1']]];
      if (name !== 'INFO') return undefined;
      return what === 'replication'
        ? `# Replication\r\nrole:master\r\nslave0:ip=127.0.0.1,port=${foreign.port},state=online,offset=1,lag=0\r\nmaster_repl_offset:1\r\n`
        : '# Server\r\nredis_mode:standalone\r\n';
    });
    try {
      await using group = createClient({ topology: replication(primary.address), allowedAddresses });
      listen(group);
      assert.equal(await group.ping(), 'PONG');
      assert.equal(foreign.connections.length, 0);
      assert.deepEqual(refused, [foreign.address]);
    } finally {
      await primary.stop();
    }
  });
});
