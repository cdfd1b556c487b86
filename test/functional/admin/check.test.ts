import assert from 'node:assert/strict';
import type { Problem } from '../../../lib/admin/index.js';
import { ClusterAdmin } from '../../../lib/admin/index.js';
import { Cluster } from '../../support/cluster.js';
import { until } from '../../support/wait.js';
import { at, idOf, keysIn, runCommand } from './admin-cluster.js';

describe('the check of a cluster', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let admin: ClusterAdmin;

  before('start a cluster', async () => {
    // A primary without a replica would get one of another shard.
    cluster = await Cluster.start({ server: { config: ['cluster-allow-replica-migration no'] } });
    admin = new ClusterAdmin({ nodes: [at(cluster.servers, 0).address] });
  });
  after('stop it', async () => {
    admin.close();
    await cluster.stop();
  });

  const first = (): string => at(cluster.servers, 0).address;
  const check = (): Promise<{ code: number; output: string }> => runCommand(['check', first()]);
  const kindsOf = (problems: readonly Problem[], severity: Problem['severity']): string[] => [
    ...new Set(problems.filter((problem) => problem.severity === severity).map(({ kind }) => kind)),
  ];

  async function linked(): Promise<void> {
    await until(async () => !(await admin.check()).some(({ kind }) => kind === 'replica-link'), {
      what: 'all replicas follow',
      timeoutMs: 20_000,
    });
  }

  it('says what is in order, and notes what every local cluster has', async () => {
    const { code, output } = await check();
    assert.equal(code, 0, output);
    assert.match(output, /^ok: all slots are covered, .* every primary has a replica that follows it$/m);
    const problems = await admin.check();
    assert.deepEqual(kindsOf(problems, 'error'), []);
    assert.match(output, /^warning: .*keeps nothing on disk/m);
    assert.match(output, /^note: all 6 nodes are on 127.0.0.1/m);
  });

  it('finds a replica that has lost its link for want of a password', async () => {
    // One of them: it begins again and again, as fast as it can.
    const [{ primary, replicas } = assert.fail('no shard')] = await cluster.view();
    const replica = at(replicas, 0);
    // These stay logged in, whatever the password becomes.
    const connections = await Promise.all(cluster.servers.map((server) => server.connect()));
    const onAll = (...words: readonly string[]): Promise<unknown> => Promise.all(connections.map((connection) => connection.ask(...words)));
    try {
      await onAll('CONFIG', 'SET', 'masterauth', 'secret');
      await replica.ask('CONFIG', 'SET', 'masterauth', '');
      await onAll('CONFIG', 'SET', 'requirepass', 'secret');
      await at(connections, cluster.servers.indexOf(replica)).ask('CLIENT', 'KILL', 'TYPE', 'master');
      const { code, output } = await runCommand(['check', first(), '--password', 'secret']);
      assert.equal(code, 1, output);
      assert.match(output, new RegExp(`^error: ${replica.address}: no link to its primary ${primary.address}`, 'm'));
      assert.match(
        output,
        new RegExp(`^error: ${replica.address}: no masterauth, and its primary .* wants a password: CONFIG SET masterauth`, 'm'),
      );
      assert.match(output, new RegExp(`^warning: ${primary.address} has no replica that follows it`, 'm'));
      assert.doesNotMatch(output, /^ok/m);
    } finally {
      await onAll('CONFIG', 'SET', 'requirepass', '', 'masterauth', '');
      for (const connection of connections) connection[Symbol.dispose]();
    }
    await linked();
  });

  it('waits for a replica that synchronises for the first time, and does not count it', async () => {
    const [primary, other] = await cluster.primaries();
    assert.ok(primary !== undefined && other !== undefined);
    const { replicas } = at(
      (await cluster.view()).filter(({ primary: { address } }) => address === primary.address),
      0,
    );
    const replica = at(replicas, 0);
    await other.ask('CONFIG', 'SET', 'repl-diskless-sync-delay', 60);
    await replica.ask('CLUSTER', 'REPLICATE', await idOf(other));
    const { code, output } = await check();
    await other.ask('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`^warning: ${replica.address}: (waits for a|a) full synchronisation with ${other.address}`, 'm'));
    assert.match(output, new RegExp(`^warning: ${primary.address} has no replica:`, 'm'));
    assert.doesNotMatch(output, /every primary has a replica/);
    await primary.ask('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
    await replica.ask('CLUSTER', 'REPLICATE', await idOf(primary));
    await linked();
  });

  it('tells a move that is under way from slots left open, and fix leaves it alone', async () => {
    const [source, target] = await cluster.primaries();
    assert.ok(source !== undefined && target !== undefined);
    const keys = keysIn(400, (slot) => slot < 200);
    {
      using connection = await source.connect();
      await Promise.all(keys.map((key) => connection.ask('SET', key, key)));
    }
    let isWanted = true;
    const move = (async () => {
      // There and back, for as long as it is looked at.
      for (let [from, to] = [source, target]; isWanted; [from, to] = [to, from]) {
        for (let slot = 0; slot < 200 && isWanted; slot += 20) await cluster.moveSlots(from, to, slot, slot + 19, { pauseMs: 5 });
      }
    })();
    try {
      const outputs: string[] = [];
      for (let i = 0; i < 3; i++) {
        const { code, output } = await check();
        outputs.push(output);
        assert.equal(code, 0, output);
      }
      assert.match(outputs.join('\n'), /^note: a move is under way from .* of slots /m);
      const fix = await runCommand(['fix', source.address, '--yes']);
      assert.match(fix.output, /a move is under way from .*run no fix/);
    } finally {
      isWanted = false;
      await move;
    }
  });

  it('says which node does not answer, and does not wait for it longer than for one answer', async () => {
    const [replica] = await cluster.replicas();
    assert.ok(replica !== undefined);
    replica.pause();
    try {
      const { code, output } = await runCommand([
        'check',
        first() === replica.address ? at(cluster.servers, 1).address : first(),
        '--connect-timeout',
        1_500,
      ]);
      assert.equal(code, 0, output);
      assert.match(output, new RegExp(`^warning: replica ${replica.address} .* cannot be asked: `, 'm'));
      assert.match(output, /^warning: .* has no replica that follows it/m);
    } finally {
      replica.resume();
    }
  });

  it('finds a primary that is gone, until a replica has taken over', async () => {
    const [primary] = await cluster.primaries();
    assert.ok(primary !== undefined);
    const seed = at(
      cluster.servers.filter((server) => server !== primary),
      0,
    ).address;
    const { replicas } = at(
      (await cluster.view()).filter((shard) => shard.primary === primary),
      0,
    );
    const allow = (failover: 'yes' | 'no'): Promise<unknown> =>
      Promise.all(
        replicas.map((replica) => replica.ask('CONFIG', 'SET', 'cluster-replica-no-failover', failover === 'yes' ? 'no' : 'yes')),
      );
    await allow('no');
    await primary.kill();
    const { code, output } = await runCommand(['check', seed]);
    await allow('yes');
    assert.equal(code, 1, output);
    assert.match(output, new RegExp(`^error: primary ${primary.address} .* cannot be asked: .*ECONNREFUSED.*owns`, 'm'));
    assert.match(output, /^error: [\d,]+ slots of 16,384 served by no reachable primary/m);
    await until(async () => (await runCommand(['check', seed])).code === 0, { what: 'a replica has taken over', timeoutMs: 30_000 });
  });
});
