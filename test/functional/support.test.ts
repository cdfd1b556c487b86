import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { AskConnection } from '../support/ask.js';
import { clientTls } from '../support/certificates.js';
import { Cluster } from '../support/cluster.js';
import { close, error, FakeServer, ok, pieces, silence } from '../support/fake-server.js';
import { Relay } from '../support/relay.js';
import { caughtUp, ReplicationGroup } from '../support/replication.js';
import { type Reply, ReplyFailure } from '../support/resp.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server } from '../support/server.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

describe('test support: a server', () => {
  it('answers, and loses its data but not its address when it is killed and restarted', async () => {
    await using server = await Server.start();
    assert.equal(await server.ask('SET', 'a', 'b'), 'OK');
    const before = server.pid;
    await server.kill();
    assert.equal(server.state, 'ended');
    await assert.rejects(server.ask('PING'), /ECONNREFUSED/);
    await server.restart();
    assert.notEqual(server.pid, before);
    assert.equal(await server.ask('GET', 'a'), null);
  });

  it('accepts connections but does not answer while it is paused', async () => {
    await using server = await Server.start();
    server.pause();
    using connection = await server.connect({ timeoutMs: 200 });
    await assert.rejects(connection.ask('PING'), /no reply to PING within 200 ms/);
    server.resume();
    assert.equal(await server.ask('PING'), 'PONG');
  });

  it('listens with TLS and on a socket file, and wants its password', async () => {
    await using server = await Server.start({ tls: true, unixSocket: true, password: 'secret' });
    assert.equal(await server.ask('PING'), 'PONG');
    using stranger = await AskConnection.open({ path: server.socketPath });
    await assert.rejects(stranger.ask('PING'), (reply) => reply instanceof ReplyFailure && reply.message.startsWith('NOAUTH'));
    const socket = connectTls({ host: server.host, port: server.tlsPort ?? 0, ...clientTls() });
    socket.write('AUTH secret\r\n');
    const [answer] = await new Promise<Buffer[]>((resolve) => socket.once('data', (chunk: Buffer) => resolve([chunk])));
    assert.equal(String(answer), '+OK\r\n');
    assert.equal(socket.authorized, true);
    socket.destroy();
  });

  it('shows what the server said when it does not start, and leaves nothing', async () => {
    // Redis 8 takes it for the option of a module first.
    const said = /no-such-directive[\s\S]*(?:Bad directive|Module Configuration detected without loadmodule)/;
    await assert.rejects(Server.start({ config: ['no-such-directive 1'] }), said);
  });

  it('does not survive its starter, however that ends', async () => {
    const script = fileURLToPath(new URL('../integration/support/fixtures/start-server.ts', import.meta.url));
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const starter = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [pid = '', folder = ''] = await new Promise<string[]>((resolve) =>
        starter.stdout.once('data', (chunk: Buffer) => resolve(String(chunk).trim().split(' '))),
      );
      process.kill(Number(pid), 0);
      starter.kill(signal);
      await until(() => !isRunning(Number(pid)) && !existsSync(folder), { what: `the server ends after ${signal}` });
    }
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('test support: groups of servers', function () {
  this.timeout(60_000);

  it('chains replicas behind a primary', async () => {
    await using group = await ReplicationGroup.start({ replicas: 2, cascaded: 1 });
    await group.primary.ask('SET', 'a', 'b');
    await caughtUp(group.primary, [...group.replicas, ...group.cascaded]);
    for (const server of group.servers) assert.equal(await server.ask('GET', 'a'), 'b');
    const [first] = group.replicas;
    const [last] = group.cascaded;
    assert.equal((await last?.info('replication'))?.master_port, String(first?.port));
  });

  it('lets sentinels replace a primary that was killed', async () => {
    await using group = await SentinelGroup.start();
    const old = await group.primary();
    assert.equal((await group.replicas()).length, 2);
    await old.kill();
    const primary = await group.failedOver(old);
    assert.notEqual(primary, old);
    assert.equal(await group.primary(), primary);
    assert.equal((await primary.info('replication')).role, 'master');
  });

  it('fails a Sentinel group over when asked', async () => {
    await using group = await SentinelGroup.start({ server: { password: 'data' }, sentinel: { password: 'watch' } });
    const old = await group.primary();
    const primary = await group.failover();
    assert.notEqual(primary, old);
  });

  it('moves the keys of a slot range between nodes of a cluster, and all nodes agree', async () => {
    await using group = await Cluster.start();
    const [from, to] = await group.primaries();
    assert.ok(from !== undefined && to !== undefined);
    // One slot, and a key that is not ASCII.
    for (const key of ['b', 'a{b}', '{b}\xff']) await from.ask('SET', key, 'x');
    assert.equal(await from.ask('CLUSTER', 'KEYSLOT', 'b'), 3300);
    assert.equal(await group.nodeForSlot(3300), from);
    assert.equal(await group.moveSlots(from, to, 3290, 3310), 3);
    await group.settled();
    assert.equal(await group.nodeForSlot(3300), to);
    assert.equal(await to.ask('GET', 'a{b}'), 'x');
    await assert.rejects(from.ask('GET', 'b'), { message: `MOVED 3300 ${to.address}` });
    assert.equal(await group.nodeForSlot(3289), from);
  });

  it('hands a shard of a cluster to its replica when asked', async () => {
    await using group = await Cluster.start({ primaries: 3, replicas: 1 });
    const { replicas } = await group.shardForSlot(0);
    assert.equal(await group.failover(replicas[0]), replicas[0]);
    assert.equal(await group.nodeForSlot(0), replicas[0]);
  });

  it('lists the replicas of a cluster in CLUSTER SLOTS, or, if it should be as fresh as a real one, does not', async () => {
    const replicasListed = async (replicasInSlots: boolean): Promise<number> => {
      await using group = await Cluster.start({ replicasInSlots });
      assert.equal((await group.replicas()).length, 3);
      const slots = (await group.servers[0]?.ask('CLUSTER', 'SLOTS')) as Reply[][];
      return slots.flatMap((range) => range.slice(3)).length;
    };
    // Valkey 9 writes to its replicas from the start.
    const { product, major } = Server.version();
    const asFresh = product === 'valkey' && major >= 9 ? 3 : 0;
    assert.deepEqual(await Promise.all([replicasListed(true), replicasListed(false)]), [3, asFresh]);
  });
});

forEachTopology((t) => {
  describe('the shared servers', () => {
    it('are empty, hold a key on a primary, and are named to clients', async () => {
      const primaries = await t.primaries();
      for (const node of t.running.nodes) assert.equal(await node.ask('DBSIZE'), 0);
      // Slot 0 belongs to the first node of a cluster.
      await primaries[0]?.ask('SET', '{3560}', 'x');
      assert.equal(t.createOptions().kind, t.kind);
      assert.equal(primaries.length, t.kind === 'cluster' || t.kind === 'ring' ? 3 : 1);
      assert.equal((await t.replicas()).length, { single: 0, replication: 2, sentinel: 2, cluster: 3, ring: 0 }[t.kind]);
    });

    it('are empty again for the next test', async () => {
      for (const node of t.running.nodes) assert.equal(await node.ask('DBSIZE'), 0);
    });
  });
});

describe('test support: a scripted server', () => {
  it('answers as told, in the order of the commands, and remembers them', async () => {
    await using server = await FakeServer.start(async ([name, key]) => {
      if (name === 'GET') {
        if (key === 'slow') await sleep(20);
        return key === 'pieces' ? pieces(['in', 'pieces'], 3) : (key ?? null);
      }
      return name === 'SET' ? ok : name === 'DEL' ? error('ERR no') : undefined;
    });
    using connection = await AskConnection.open(server);
    const replies = await Promise.all(['slow', 'fast', 'pieces'].map((key) => connection.ask('get', key)));
    assert.deepEqual(replies, ['slow', 'fast', ['in', 'pieces']]);
    assert.equal(await connection.ask('SET', 'a', 'b'), 'OK');
    assert.equal(await connection.ask('PING'), 'PONG');
    await assert.rejects(connection.ask('DEL', 'a'), { message: 'ERR no' });
    assert.deepEqual(server.received[3], ['SET', 'a', 'b']);
    assert.equal(server.count('get'), 3);
    assert.equal(server.connections.length, 1);
  });

  it('keeps silent, closes and refuses as told', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'GET' ? silence : name === 'SET' ? close : undefined));
    using connection = await AskConnection.open(server, { timeoutMs: 100 });
    await assert.rejects(connection.ask('GET', 'a'), /no reply/);
    using second = await AskConnection.open(server);
    await assert.rejects(second.ask('SET', 'a', 'b'), /closed the connection/);
    server.refuse();
    await assert.rejects((await AskConnection.open(server)).ask('PING'), /ECONNREFUSED/);
    await server.listen();
    using third = await AskConnection.open(server);
    assert.equal(await third.ask('PING'), 'PONG');
  });
});

describe('test support: a relay', () => {
  const named = (name: string) => FakeServer.start(([command]) => (command === 'GET' ? name : undefined));

  it('leads new connections to another server, and old ones too once they are cut', async () => {
    await using a = await named('a');
    await using b = await named('b');
    await using relay = await Relay.start(a);
    using first = await AskConnection.open(relay);
    assert.equal(await first.ask('GET', 'name'), 'a');
    relay.repoint(b);
    using second = await AskConnection.open(relay);
    assert.equal(await second.ask('GET', 'name'), 'b');
    assert.equal(await first.ask('GET', 'name'), 'a');
    relay.cut();
    await assert.rejects(first.ask('GET', 'name'), /closed|ECONNRESET|EPIPE/);
    assert.equal(await until(() => relay.connections === 0), true);
  });

  it('swallows everything while it is paused, the end of the connection too, and delivers it afterwards', async () => {
    await using server = await named('a');
    await using relay = await Relay.start(server);
    const socket = connect(relay.port, relay.host);
    let ended = false;
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('close', () => {
      ended = true;
    });
    socket.write('*2\r\n$3\r\nGET\r\n$1\r\nx\r\n');
    await until(() => text === '$1\r\na\r\n');
    relay.pause();
    socket.write('*2\r\n$3\r\nGET\r\n$1\r\nx\r\n');
    await sleep(50);
    assert.equal(server.count('GET'), 1);
    relay.resume();
    await until(() => text === '$1\r\na\r\n$1\r\na\r\n');
    relay.pause();
    server.disconnect();
    await sleep(50);
    assert.equal(ended, false);
    relay.resume();
    await until(() => ended);
  });

  it('delays both ways', async () => {
    await using server = await named('a');
    await using relay = await Relay.start(server);
    relay.delayMs = 40;
    using connection = await AskConnection.open(relay);
    const start = performance.now();
    await connection.ask('GET', 'x');
    assert.ok(performance.now() - start >= 79);
  });

  it('is as slow as told both ways, and brings everything in its order', async () => {
    await using server = await FakeServer.start(([command, text]) => (command === 'GET' ? text : command === 'REPLCONF' ? ok : undefined));
    await using relay = await Relay.start(server);
    relay.line = { bytesPerSecond: 500_000, slice: 1_000 };
    using connection = await AskConnection.open(relay);
    const text = Array.from({ length: 5_000 }, (_, i) => String(i).padStart(10)).join('');
    const start = performance.now();
    const [echo, pong] = await Promise.all([connection.ask('GET', text), connection.ask('PING')]);
    // 100 ms each way, and no more ahead than a few of them.
    assert.ok(performance.now() - start >= 180);
    assert.deepEqual({ isSame: echo === text, pong }, { isSame: true, pong: 'PONG' });
  });

  it('slows down nobody who replicates', async () => {
    await using server = await FakeServer.start(([command, text]) => (command === 'GET' ? text : command === 'REPLCONF' ? ok : undefined));
    await using relay = await Relay.start(server);
    relay.line = { bytesPerSecond: 1, slice: 1 };
    using client = await AskConnection.open(relay);
    using replica = await AskConnection.open(relay);
    let answered = false;
    const slow = client.ask('PING').then(
      () => {
        answered = true;
      },
      () => {},
    );
    assert.equal(await replica.ask('REPLCONF', 'capa', 'eof'), 'OK');
    assert.equal(answered, false);
    client.close();
    await slow;
  });
});
