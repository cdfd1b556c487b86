import assert from 'node:assert/strict';
import { createClient, type Redis, type SlotwiseError, sentinel } from '../../lib/index.js';
import { clientTls } from '../support/certificates.js';
import { Relay } from '../support/relay.js';
import { ReplicationGroup } from '../support/replication.js';
import type { Reply } from '../support/resp.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server, startAll, stopAll } from '../support/server.js';
import { chosenKinds } from '../support/topologies.js';
import { until } from '../support/wait.js';

const addressesOf = (servers: readonly Server[]): string[] => servers.map(({ address }) => address);
const primaryOf = (redis: Redis): string | undefined => redis.topology?.shards[0]?.primary?.key;

/** Connections of this client's name on a sentinel, by what they did last. */
async function connectionsOn(server: Server, clientName: string): Promise<string[]> {
  const lines = String(await server.ask('CLIENT', 'LIST')).split('\n');
  return lines.filter((line) => line.includes(` name=${clientName} `)).map((line) => (/ sub=1?\d /.test(line) ? 'events' : 'questions'));
}

/** On every sentinel. */
async function everywhere(sentinels: readonly Server[], ...words: (string | number)[]): Promise<Reply[]> {
  return await Promise.all(sentinels.map((one) => one.ask(...words)));
}

/** They look every 10 s and talk every 2 s: for a test, more often. */
async function hurry(sentinels: readonly Server[]): Promise<void> {
  await everywhere(sentinels, 'SENTINEL', 'DEBUG', 'PUBLISH-PERIOD', 100, 'INFO-PERIOD', 300);
}

async function watchToo(sentinels: readonly Server[], name: string, group: ReplicationGroup, password: string): Promise<void> {
  await everywhere(sentinels, 'SENTINEL', 'MONITOR', name, group.primary.host, group.primary.port, 2);
  await everywhere(sentinels, 'SENTINEL', 'SET', name, 'auth-pass', password);
  const others = async (sentinel: Server): Promise<number> => {
    const [replicas, peers] = await Promise.all([sentinel.ask('SENTINEL', 'REPLICAS', name), sentinel.ask('SENTINEL', 'SENTINELS', name)]);
    return (replicas as Reply[]).length + (peers as Reply[]).length;
  };
  await hurry(sentinels);
  await until(
    async () => (await Promise.all(sentinels.map(others))).every((count) => count === group.replicas.length + sentinels.length - 1),
    { timeoutMs: 15_000, what: `the sentinels know all of ${name}` },
  );
}

describe('sentinels', function () {
  this.timeout(60_000);
  before(function () {
    if (!chosenKinds().includes('sentinel')) this.skip();
  });

  describe('that watch several groups', () => {
    let main: SentinelGroup;
    let other: ReplicationGroup;
    before('start the servers', async () => {
      [main, other] = await Promise.all([
        SentinelGroup.start({ replicas: 1 }),
        ReplicationGroup.start({ replicas: 1, server: { password: 'other' } }),
      ]);
      await watchToo(main.sentinels, 'other', other, 'other');
    });
    after('stop the servers', () => Promise.all([main?.stop(), other?.stop()]));

    const open = (clientName: string): Redis =>
      createClient({ topology: sentinel(addressesOf(main.sentinels), main.name), clientName, timeoutMs: 10_000 });
    const everyHas = (clientName: string, expected: readonly string[]): Promise<unknown> =>
      until(
        async () => {
          const lists = await Promise.all(main.sentinels.map((one) => connectionsOn(one, clientName)));
          return lists.every((list) => JSON.stringify([...list].sort()) === JSON.stringify(expected));
        },
        { what: `connections of ${clientName}: ${expected.join(' and ') || 'none'}` },
      );

    it('are asked about all of them over one connection for questions and one for events each', async () => {
      const redis = open('sharing');
      await using group = redis.group('other', { password: 'other' });
      await using again = group.group(main.name, { password: 'any will do' });
      await using third = redis.group('other', { password: 'other' });
      await Promise.all([redis.set('who', 'main'), group.set('who', 'other')]);
      assert.deepEqual(await Promise.all([redis.get('who'), group.get('who'), third.get('who')]), ['main', 'other', 'other']);
      assert.equal(await again.get('who'), 'main');
      await using wrong = redis.group('other');
      await assert.rejects(wrong.get('who'), { code: 'ERR_AUTH' }, 'the data nodes of that group want a password');
      await everyHas('sharing', ['events', 'questions']);
      const [one] = main.sentinels as [Server];
      await one.kill();
      await one.restart();
      await everyHas('sharing', ['events', 'questions']);
      // Each group has statistics of its own.
      assert.deepEqual(
        [redis, group].map((client) => client.stats().nodes.some(({ node }) => node === other.primary.address)),
        [false, true],
      );
      await third.close();
      await assert.rejects(third.get('who'), { code: 'ERR_CLOSED' });
      assert.deepEqual([await redis.get('who'), await group.get('who')], ['main', 'other'], 'it closed itself and no other');
      await everyHas('sharing', ['events', 'questions']);
      const closed: string[] = [];
      redis.on('close', () => closed.push('main'));
      group.on('close', () => closed.push('other'));
      await redis.close();
      assert.deepEqual(closed, ['other', 'main'], 'the groups end with the client they came from');
      await assert.rejects(group.get('who'), { code: 'ERR_CLOSED' });
      await assert.rejects(redis.group('other').get('who'), { code: 'ERR_CLOSED' });
      await everyHas('sharing', []);
    });

    it('need no command on the client that the groups came from, and tell when they do not know a group', async () => {
      const redis = open('unused');
      const group = redis.group('other', { password: 'other', database: 1 });
      const nobody = redis.with({ timeoutMs: 2_000 }).group('nobody');
      assert.equal(await group.set('in', 'database 1'), 'OK');
      assert.equal(redis.topology, null);
      await assert.rejects(nobody.get('a'), (error: SlotwiseError) => {
        assert.equal(error.code, 'ERR_PRIMARY_NAME_UNKNOWN');
        assert.match(error.message, /"nobody".*"mymaster".*"other"|"nobody".*"other".*"mymaster"/);
        return true;
      });
      assert.equal(await group.get('in'), 'database 1');
      redis.destroy();
      await assert.rejects(group.get('in'), { code: 'ERR_CLOSED' });
      await assert.rejects(nobody.get('in'), { code: 'ERR_CLOSED' });
      await everyHas('unused', []);
    });

    it('fail one over without a word to the clients of the others', async () => {
      await using redis = open('failing');
      const group = redis.group('other', { password: 'other' });
      const failovers: string[] = [];
      redis.on('failover', ({ to }) => failovers.push(`main ${to}`));
      group.on('failover', ({ from, to }) => failovers.push(`other ${from} ${to}`));
      await Promise.all([redis.set('a', '1'), group.set('a', '1')]);
      const [from, to] = [other.primary, other.replicas[0] as Server];
      await until(() => main.sentinels[0]?.ask('SENTINEL', 'FAILOVER', 'other'));
      await until(() => primaryOf(group) === to.address, { timeoutMs: 15_000 });
      assert.equal(await group.set('a', '2'), 'OK');
      assert.deepEqual(failovers, [`other ${from.address} ${to.address}`]);
      assert.equal(primaryOf(redis), (await main.primary()).address);
      assert.equal(await redis.get('a'), '1');
    });
  });

  it('are reached over TLS, with a password of their own, like the data nodes with theirs', async () => {
    const server = { tls: true, password: 'of the data nodes'.replaceAll(' ', '-'), config: ['tls-replication yes'] };
    const started: Server[] = [];
    try {
      const primary = await Server.start(server);
      started.push(primary);
      const replica = await Server.start({ ...server, config: [...server.config, `replicaof 127.0.0.1 ${primary.tlsPort}`] });
      started.push(replica);
      const config = [
        'tls-replication yes',
        `sentinel monitor mymaster 127.0.0.1 ${primary.tlsPort} 2`,
        `sentinel auth-pass mymaster ${server.password}`,
        'sentinel sentinel-pass of-the-sentinels',
      ];
      const one = { tls: true, password: 'of-the-sentinels', sentinel: true, config };
      const sentinels = await startAll([one, one, one]);
      started.push(...sentinels);
      await hurry(sentinels);
      const known = (what: string) => async (): Promise<boolean> =>
        (await everywhere(sentinels, 'SENTINEL', what, 'mymaster')).every(
          (list) => (list as Reply[]).length === (what === 'REPLICAS' ? 1 : 2),
        );
      await until(known('REPLICAS'), { timeoutMs: 15_000 });
      await until(known('SENTINELS'), { timeoutMs: 15_000 });

      // A name, so that the certificate is checked against it; the others are learnt, by their addresses.
      const seed = `localhost:${sentinels[0]?.tlsPort}`;
      const access = { password: 'of-the-sentinels', tls: clientTls() };
      const topology = sentinel([seed], 'mymaster', access);
      await using redis = createClient({ topology, password: server.password, tls: clientTls(), clientName: 'secure' });
      const errors: unknown[] = [];
      redis.on('error', (error) => errors.push(error));
      assert.equal(await redis.set('a', '1'), 'OK');
      assert.equal(primaryOf(redis), `127.0.0.1:${primary.tlsPort}`);
      await until(
        async () => (await Promise.all(sentinels.map((each) => connectionsOn(each, 'secure')))).every((list) => list.length === 2),
        {
          what: 'questions and events on all sentinels',
        },
      );
      await until(() => sentinels[1]?.ask('SENTINEL', 'FAILOVER', 'mymaster'));
      await until(() => primaryOf(redis) === `127.0.0.1:${replica.tlsPort}`, { timeoutMs: 15_000 });
      assert.equal(await redis.set('a', '2'), 'OK');
      assert.deepEqual(errors, []);

      const ca = clientTls();
      for (const [what, options, code] of [
        [
          'the password of the others',
          { topology: sentinel([seed], 'mymaster', { ...access, password: server.password }), tls: ca },
          'ERR_AUTH',
        ],
        ['no TLS', { topology: sentinel([seed], 'mymaster', { password: 'of-the-sentinels' }), tls: ca }, 'ERR_NO_SENTINEL_REACHABLE'],
        ['no CA', { topology: sentinel([seed], 'mymaster', { ...access, tls: true }), tls: ca }, 'ERR_TLS'],
        ['TLS for the sentinels alone', { topology }, 'ERR_PRIMARY_UNREACHABLE'],
      ] as const) {
        await using wrong = createClient({ ...options, password: server.password, failFast: true, timeoutMs: 2_000 });
        await assert.rejects(wrong.connect(), (error: SlotwiseError) => error.code === code, `with ${what}`);
      }
    } finally {
      await stopAll(started);
    }
  });

  describe('and their losses', () => {
    let group: SentinelGroup;
    before('start the servers', async () => {
      group = await SentinelGroup.start({ replicas: 1, sentinels: 3 });
      await hurry(group.sentinels);
    });
    after('stop the servers', () => group?.stop());

    it('may all be down: data flows, they are looked for, and what happened meanwhile is found', async () => {
      await using redis = createClient({ topology: sentinel(addressesOf(group.sentinels.slice(0, 1)), group.name) });
      const errors: SlotwiseError[] = [];
      redis.on('error', (error) => errors.push(error));
      await redis.set('a', '1');
      await Promise.all(group.sentinels.map((one) => one.kill()));
      await until(() => errors.length > 0);
      assert.equal(errors[0]?.code, 'ERR_NO_SENTINEL_REACHABLE');
      for (let i = 0; i < 20; i++) assert.equal(await redis.set('a', String(i)), 'OK');
      // The one that was configured stays away: the learnt ones do.
      const [, ...others] = group.sentinels;
      await Promise.all(others.map((one) => one.restart()));
      await hurry(others);
      const old = await group.primary();
      await until(() => others[0]?.ask('SENTINEL', 'FAILOVER', group.name), { timeoutMs: 10_000 });
      const next = await group.failedOver(old);
      await until(() => primaryOf(redis) === next.address, { timeoutMs: 10_000 });
      assert.equal(await redis.set('a', 'next'), 'OK');
      assert.ok(errors.length < 5, 'the same failure is told once in a row');
      await group.sentinels[0]?.restart();
    });

    it('may forget a group and watch it anew, from epoch 0, with another primary', async () => {
      await using redis = createClient({ topology: sentinel(addressesOf(group.sentinels), group.name) });
      await redis.set('a', '1');
      const old = await group.settled();
      const [promoted] = (await group.replicas()) as [Server];
      await everywhere(group.sentinels, 'SENTINEL', 'REMOVE', group.name);
      await promoted.ask('REPLICAOF', 'NO', 'ONE');
      await old.ask('REPLICAOF', promoted.host, promoted.port);
      await everywhere(group.sentinels, 'SENTINEL', 'MONITOR', group.name, promoted.host, promoted.port, 2);
      await until(() => primaryOf(redis) === promoted.address);
      assert.equal(await redis.set('a', '2'), 'OK');
    });

    it('and their data nodes may be behind NAT', async () => {
      const behind = [...group.nodes, ...group.sentinels];
      const relays = await Promise.all(behind.map(({ host, port }) => Relay.start({ host, port })));
      try {
        const addressMap = Object.fromEntries(behind.map(({ address }, i) => [address, relays[i]?.address ?? '']));
        const seed = relays[group.nodes.length] as Relay;
        await using redis = createClient({ topology: sentinel([seed.address], group.name), addressMap, reads: 'replicaPreferred' });
        await redis.set('a', '1');
        const primary = await group.primary();
        assert.equal(primaryOf(redis), addressMap[primary.address]);
        const outside = new Set(relays.map(({ address }) => address));
        assert.ok(redis.stats().nodes.every(({ node }) => outside.has(node)));
        await until(() => relays.slice(group.nodes.length).every(({ connections }) => connections === 2), {
          what: 'all sentinels are used',
        });
      } finally {
        await Promise.all(relays.map((relay) => relay.stop()));
      }
    });
  });
});
