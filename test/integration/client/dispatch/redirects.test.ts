import assert from 'node:assert/strict';
import sinon from 'sinon';
import { ReplyError, TimeoutError } from '../../../../lib/errors.js';
import { error, ok } from '../../../support/fake-server.js';
import { fakeRandom } from '../../../support/fake-time.js';
import { closedGate, until } from '../../../support/wait.js';
import { askFrom, assertNoPendingCommands, movedTo, namingServer, rejected, ScriptedCluster, SLOT_OF_B } from '../scripted.js';

describe('a client of a cluster', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
    cluster.script = namingServer();
  });
  afterEach(async () => {
    sinon.restore();
    await assertNoPendingCommands();
    await cluster.stop();
  });

  describe('that is told MOVED', () => {
    it('sends the command there, and the next one of that slot at once', async () => {
      cluster.script = namingServer((server, [name]) =>
        server === 0 && name === 'GET' ? movedTo(cluster.server(1), SLOT_OF_B) : undefined,
      );
      const redis = cluster.client();
      await redis.get('c');
      cluster.moveSlot(SLOT_OF_B, 1);
      assert.equal(await redis.get('b'), 'server 1');
      assert.equal(await redis.get('b'), 'server 1');
      assert.deepEqual(cluster.received(0, 'GET'), ['GET b']);
    });

    it('learns it from the reply to a command whose caller has gone', async () => {
      const gate = closedGate();
      cluster.script = namingServer((server, [name]) =>
        server === 0 && name === 'GET' ? gate.opened.then(() => movedTo(cluster.server(1), SLOT_OF_B)) : undefined,
      );
      const redis = cluster.client();
      await redis.connect();
      cluster.moveSlot(SLOT_OF_B, 1);
      const leaving = new AbortController();
      const left = rejected(redis.with({ signal: leaving.signal }).get('b'));
      await until(() => cluster.received(0, 'GET').length === 1);
      leaving.abort();
      await left;
      const questions = cluster.servers.reduce((sum, server) => sum + server.count('CLUSTER'), 0);
      gate.open();
      await until(() => cluster.servers.reduce((sum, server) => sum + server.count('CLUSTER'), 0) > questions);
      assert.equal(await redis.get('b'), 'server 1');
      assert.deepEqual(cluster.received(0, 'GET'), ['GET b']);
    });

    it('patches that slot only', async () => {
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 0');
      cluster.script = namingServer((server, [name, key]) =>
        server === 0 && name === 'GET' && key === 'b' ? movedTo(cluster.server(1), SLOT_OF_B) : undefined,
      );
      cluster.moveSlot(SLOT_OF_B, 1);
      assert.equal(await redis.get('b'), 'server 1');
      assert.equal(await redis.get('f'), 'server 0');
    });

    it('takes an empty host for the host that answered', async () => {
      cluster.script = namingServer((server, [name]) =>
        server === 0 && name === 'GET' ? error(`MOVED ${SLOT_OF_B} :${cluster.server(1).port}`) : undefined,
      );
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 1');
    });

    for (const host of ['2001:db8::2', '[2001:db8::2]']) {
      it(`splits ${host} on the last colon`, async () => {
        const port = cluster.server(1).port;
        cluster.script = namingServer((server, [name]) =>
          server === 0 && name === 'GET' ? error(`MOVED ${SLOT_OF_B} ${host}:${port}`) : undefined,
        );
        const redis = cluster.client({ addressMap: { [`[2001:db8::2]:${port}`]: cluster.server(1).address } });
        assert.equal(await redis.get('b'), 'server 1');
      });
    }

    for (const text of [
      'MOVED 3300 127.0.0.1',
      'MOVED 3300 127.0.0.1:65536',
      'MOVED 99999 127.0.0.1:7000',
      'MOVED 3300 127.0.0.1:0',
      'MOVED',
    ]) {
      it(`gives the caller ${text}, which leads nowhere`, async () => {
        cluster.script = namingServer((server, [name]) => (server === 0 && name === 'GET' ? error(text) : undefined));
        const redis = cluster.client();
        const reason = await rejected(redis.get('b'));
        assert.ok(reason instanceof ReplyError);
        assert.equal(reason.code, 'MOVED');
        assert.equal(reason.message, text);
        assert.equal(cluster.received(0, 'GET').length, 1);
      });
    }

    it('to a node whose name the server does not know yet, waits for the monitor to learn it', async () => {
      let nameless = true;
      cluster.script = namingServer((server, [name]) =>
        server === 0 && name === 'GET' && nameless ? error(`MOVED ${SLOT_OF_B} ?:7000`) : undefined,
      );
      const redis = cluster.client();
      setTimeout(() => {
        nameless = false;
        cluster.moveSlot(SLOT_OF_B, 1);
      }, 50);
      assert.match((await redis.get('b')) ?? '', /server [01]/);
      assert.ok(cluster.received(0, 'GET').length < 20);
      await until(async () => (await redis.get('b')) === 'server 1');
    });

    it('by another name of a node, sends the command over the connections that it has', async () => {
      const owner = cluster.server(1);
      cluster.script = namingServer((server, [name, sub]) => {
        if (server === 0 && name === 'GET') return error(`MOVED ${SLOT_OF_B} Other-Name.Example:${owner.port}`);
        if (name !== 'CLUSTER' || sub !== 'SHARDS') return undefined;
        const ends = (index: number): string[] => (index === 1 ? ['hostname', 'other-name.example'] : []);
        return cluster.servers.map(({ host, port }, index) => [
          'slots',
          cluster.ranges.flatMap(({ first, last, owner: by }) => (by === index ? [first, last] : [])),
          'nodes',
          [
            [
              'id',
              String(index).padStart(40, 'a'),
              'port',
              port,
              'ip',
              host,
              'endpoint',
              host,
              ...ends(index),
              'role',
              'master',
              'health',
              'online',
            ],
          ],
        ]);
      });
      const redis = cluster.client();
      assert.equal(await redis.get('c'), 'server 1');
      cluster.moveSlot(SLOT_OF_B, 1);
      assert.equal(await redis.get('b'), 'server 1');
      assert.deepEqual(
        redis
          .stats()
          .nodes.map(({ node }) => node)
          .sort(),
        cluster.servers.map(({ address }) => address).sort(),
      );
    });

    it('to a server that is in no view, opens a connection to it', async () => {
      await using other = await ScriptedCluster.start(1);
      other.script = namingServer(() => undefined);
      cluster.script = namingServer((server, [name]) => (server === 0 && name === 'GET' ? movedTo(other.server(0), SLOT_OF_B) : undefined));
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 0');
      assert.deepEqual(other.received(0, 'GET'), ['GET b']);
    });

    it('for a thousand commands at once, keeps their order and asks little', async () => {
      const counters: number[] = [];
      cluster.script = (server, [name, , value]) => {
        if (name !== 'RPUSH') return undefined;
        if (server === 0) return movedTo(cluster.server(1), SLOT_OF_B);
        counters.push(Number(value));
        return counters.length;
      };
      const redis = cluster.client();
      await redis.connect();
      cluster.moveSlot(SLOT_OF_B, 1);
      const asked = cluster.servers.reduce((sum, server) => sum + server.count('CLUSTER'), 0);
      await Promise.all(Array.from({ length: 1_000 }, (_, i) => redis.rpush('b', String(i))));
      assert.deepEqual(
        counters,
        Array.from({ length: 1_000 }, (_, i) => i),
      );
      assert.equal(cluster.received(0, 'RPUSH').length, 1_000);
      const askedMore = cluster.servers.reduce((sum, server) => sum + server.count('CLUSTER'), 0) - asked;
      assert.ok(askedMore <= 2 * 3 * 2, `${askedMore} questions about the cluster`);
      assert.ok(cluster.server(1).connections.length <= 3, `${cluster.server(1).connections.length} connections`);
    });

    it('back and forth, gives up after 16 redirections and says so', async () => {
      fakeRandom(0);
      cluster.script = (server, [name]) => (name === 'GET' ? movedTo(cluster.server(1 - server), SLOT_OF_B) : undefined);
      const redis = cluster.client();
      const reason = await rejected(redis.get('b'));
      assert.equal(reason.code, 'MOVED');
      assert.equal(reason.attempts, 17);
      assert.match(reason.message, /^GET was redirected 16 times, the last time by 127\.0\.0\.1:\d+: MOVED 3300 /);
      assert.equal(cluster.received(0, 'GET').length + cluster.received(1, 'GET').length, 17);
    });

    it('back and forth, ends at the deadline if that comes first', async () => {
      fakeRandom(1);
      cluster.script = (server, [name]) => (name === 'SET' ? movedTo(cluster.server(1 - server), SLOT_OF_B) : undefined);
      // In the middle of the pause of 320 ms between two attempts, because what is under way at its deadline may run.
      const redis = cluster.client();
      await redis.connect();
      // On a machine that stalls the attempts come later, and the deadline may be in the middle of one.
      const seen = new Set<string>();
      for (let tries = 0; tries < 10 && !seen.has('no'); tries++) {
        const reason = await rejected(redis.with({ timeoutMs: 450 }).set('b', '1'));
        assert.ok(reason instanceof TimeoutError, String(reason));
        seen.add(reason.executed);
      }
      assert.ok(seen.has('no'), [...seen].join(', '));
    });
  });

  describe('that is told ASK', () => {
    /** Server 1 takes the slot of `b` from 0: it serves commands of that slot only after ASKING. */
    const importing = (): void => {
      const asking = new Set<unknown>();
      cluster.script = namingServer((server, [name, key], connection) => {
        if (name === 'ASKING') asking.add(connection);
        if (key !== 'b') return undefined;
        if (server === 0) return askFrom(cluster.server(1), SLOT_OF_B);
        return asking.delete(connection) ? undefined : movedTo(cluster.server(0), SLOT_OF_B);
      });
    };

    it('asks there, once, right before the command', async () => {
      importing();
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 1');
      assert.deepEqual(cluster.received(1, 'ASKING', 'GET'), ['ASKING', 'GET b']);
    });

    it('leaves the slot where it is', async () => {
      importing();
      const redis = cluster.client();
      await redis.get('b');
      await redis.get('b');
      assert.deepEqual(cluster.received(0, 'GET'), ['GET b', 'GET b']);
      assert.deepEqual(cluster.received(1, 'ASKING', 'GET'), ['ASKING', 'GET b', 'ASKING', 'GET b']);
    });

    it('asks for each of a hundred commands, among others of the same connection', async () => {
      importing();
      const redis = cluster.client();
      const replies = await Promise.all(Array.from({ length: 200 }, (_, i) => redis.get(i % 2 === 0 ? 'b' : 'c')));
      assert.deepEqual([...new Set(replies)], ['server 1']);
      const sent = cluster.received(1, 'ASKING', 'GET');
      assert.equal(sent.filter((text) => text === 'ASKING').length, 100);
      for (const [at, text] of sent.entries()) if (text === 'ASKING') assert.equal(sent[at + 1], 'GET b');
    });

    it('after other redirections, still asks', async () => {
      const hops = [movedTo(cluster.server(1), SLOT_OF_B), movedTo(cluster.server(0), SLOT_OF_B), askFrom(cluster.server(2), SLOT_OF_B)];
      cluster.script = namingServer((server, [name]) => (name === 'GET' && server !== 2 ? hops.shift() : undefined));
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 2');
      assert.deepEqual(cluster.received(2, 'ASKING', 'GET'), ['ASKING', 'GET b']);
    });
  });

  for (const text of [
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'CLUSTERDOWN Hash slot not served',
    'LOADING',
    'MASTERDOWN Link down',
  ]) {
    it(`tries again after ${text}`, async () => {
      let left = 3;
      cluster.script = namingServer((_, [name]) => (name === 'SET' ? (left-- > 0 ? error(text) : ok) : undefined));
      const redis = cluster.client();
      assert.equal(await redis.set('b', '1'), 'OK');
      assert.equal(cluster.received(0, 'SET').length, 4);
    });
  }

  it('follows REDIRECT of a Valkey replica that was a primary', async () => {
    cluster.script = namingServer((server, [name]) =>
      server === 0 && name === 'GET' ? error(`REDIRECT ${cluster.server(1).address}`) : undefined,
    );
    const redis = cluster.client();
    assert.equal(await redis.get('b'), 'server 1');
  });

  it('gives the caller a redirection of another slot that a script made up', async () => {
    cluster.script = (_, [name]) => (name === 'EVAL' ? error(`MOVED 1 ${cluster.server(1).address}`) : undefined);
    const redis = cluster.client();
    assert.equal((await rejected(redis.call('EVAL', 'return redis.error_reply(ARGV[1])', 1, 'b'))).code, 'MOVED');
    assert.equal(cluster.received(1, 'EVAL').length, 0);
  });
});
