import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import sinon from 'sinon';
import { ReplyError, TimeoutError } from '../../../../lib/errors.js';
import { error, type Handler, ok, status } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { askFrom, checkBooks, clientOf, movedTo, rejected, ScriptedCluster, single, singleAnswers } from '../scripted.js';

// Slots of the keys: b 3300 on server 0, c 7365 on server 1, a 15495 on server 2.
const slotOfB = 3300;

/** Answers GET with the server that answered. */
const whoAnswers =
  (others: (server: number, ...args: Parameters<Handler>) => ReturnType<Handler> = () => undefined) =>
  (server: number, ...args: Parameters<Handler>): ReturnType<Handler> =>
    others(server, ...args) ?? (args[0][0] === 'GET' ? `server ${server}` : undefined);

describe('a client of a cluster', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
    cluster.script = whoAnswers();
  });
  afterEach(async () => {
    sinon.restore();
    await checkBooks();
    await cluster.stop();
  });

  /** From now on the slot of `b` belongs to this server, by the servers' own word. */
  const giveB = (owner: number): void => {
    cluster.ranges = [...cluster.ranges.map((range) => ({ ...range })), { first: slotOfB, last: slotOfB, owner }];
  };

  it('sends each key to the owner of its slot', async () => {
    const redis = cluster.client();
    const replies = await Promise.all(['a', 'b', 'c', '{b}1', Buffer.from('c')].map((key) => redis.get(key)));
    assert.deepEqual(replies, ['server 2', 'server 0', 'server 1', 'server 0', 'server 1']);
  });

  describe('that is told MOVED', () => {
    it('sends the command there, and the next one of that slot at once', async () => {
      cluster.script = whoAnswers((server, [name]) => (server === 0 && name === 'GET' ? movedTo(cluster.server(1), slotOfB) : undefined));
      const redis = cluster.client();
      await redis.get('c');
      giveB(1);
      assert.equal(await redis.get('b'), 'server 1');
      assert.equal(await redis.get('b'), 'server 1');
      assert.deepEqual(cluster.received(0, 'GET'), ['GET b']);
    });

    it('patches that slot only', async () => {
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 0');
      cluster.script = whoAnswers((server, [name, key]) =>
        server === 0 && name === 'GET' && key === 'b' ? movedTo(cluster.server(1), slotOfB) : undefined,
      );
      giveB(1);
      assert.equal(await redis.get('b'), 'server 1');
      assert.equal(await redis.get('f'), 'server 0');
    });

    it('takes an empty host for the host that answered', async () => {
      cluster.script = whoAnswers((server, [name]) =>
        server === 0 && name === 'GET' ? error(`MOVED ${slotOfB} :${cluster.server(1).port}`) : undefined,
      );
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 1');
    });

    for (const host of ['2001:db8::2', '[2001:db8::2]']) {
      it(`splits ${host} on the last colon`, async () => {
        const port = cluster.server(1).port;
        cluster.script = whoAnswers((server, [name]) =>
          server === 0 && name === 'GET' ? error(`MOVED ${slotOfB} ${host}:${port}`) : undefined,
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
        cluster.script = whoAnswers((server, [name]) => (server === 0 && name === 'GET' ? error(text) : undefined));
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
      cluster.script = whoAnswers((server, [name]) =>
        server === 0 && name === 'GET' && nameless ? error(`MOVED ${slotOfB} ?:7000`) : undefined,
      );
      const redis = cluster.client();
      setTimeout(() => {
        nameless = false;
        giveB(1);
      }, 50);
      assert.match((await redis.get('b')) ?? '', /server [01]/);
      assert.ok(cluster.received(0, 'GET').length < 20);
      await until(async () => (await redis.get('b')) === 'server 1');
    });

    it('by another name of a node, sends the command over the connections that it has', async () => {
      const owner = cluster.server(1);
      cluster.script = whoAnswers((server, [name, sub]) => {
        if (server === 0 && name === 'GET') return error(`MOVED ${slotOfB} Other-Name.Example:${owner.port}`);
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
      giveB(1);
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
      other.script = whoAnswers(() => undefined);
      cluster.script = whoAnswers((server, [name]) => (server === 0 && name === 'GET' ? movedTo(other.server(0), slotOfB) : undefined));
      const redis = cluster.client();
      assert.equal(await redis.get('b'), 'server 0');
      assert.deepEqual(other.received(0, 'GET'), ['GET b']);
    });

    it('for a thousand commands at once, keeps their order and asks little', async () => {
      const counters: number[] = [];
      cluster.script = (server, [name, , value]) => {
        if (name !== 'RPUSH') return undefined;
        if (server === 0) return movedTo(cluster.server(1), slotOfB);
        counters.push(Number(value));
        return counters.length;
      };
      const redis = cluster.client();
      await redis.connect();
      giveB(1);
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
      sinon.stub(Math, 'random').returns(0);
      cluster.script = (server, [name]) => (name === 'GET' ? movedTo(cluster.server(1 - server), slotOfB) : undefined);
      const redis = cluster.client();
      const reason = await rejected(redis.get('b'));
      assert.equal(reason.code, 'MOVED');
      assert.equal(reason.attempts, 17);
      assert.match(reason.message, /^GET was redirected 16 times, the last time by 127\.0\.0\.1:\d+: MOVED 3300 /);
      assert.equal(cluster.received(0, 'GET').length + cluster.received(1, 'GET').length, 17);
    });

    it('back and forth, ends at the deadline if that comes first', async () => {
      sinon.stub(Math, 'random').returns(1);
      cluster.script = (server, [name]) => (name === 'SET' ? movedTo(cluster.server(1 - server), slotOfB) : undefined);
      // In the middle of the pause of 320 ms between two attempts, because what is under way at its deadline may run.
      const redis = cluster.client({ timeoutMs: 450 });
      const reason = await rejected(redis.set('b', '1'));
      assert.ok(reason instanceof TimeoutError, String(reason));
      assert.equal(reason.executed, 'no');
    });
  });

  describe('that is told ASK', () => {
    /** Server 1 takes the slot of `b` from 0: it serves who says ASKING first. */
    const importing = (): void => {
      const asking = new Set<unknown>();
      cluster.script = whoAnswers((server, [name, key], connection) => {
        if (name === 'ASKING') asking.add(connection);
        if (key !== 'b') return undefined;
        if (server === 0) return askFrom(cluster.server(1), slotOfB);
        return asking.delete(connection) ? undefined : movedTo(cluster.server(0), slotOfB);
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
      const hops = [movedTo(cluster.server(1), slotOfB), movedTo(cluster.server(0), slotOfB), askFrom(cluster.server(2), slotOfB)];
      cluster.script = whoAnswers((server, [name]) => (name === 'GET' && server !== 2 ? hops.shift() : undefined));
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
      cluster.script = whoAnswers((_, [name]) => (name === 'SET' ? (left-- > 0 ? error(text) : ok) : undefined));
      const redis = cluster.client();
      assert.equal(await redis.set('b', '1'), 'OK');
      assert.equal(cluster.received(0, 'SET').length, 4);
    });
  }

  describe('whose slot has gone while writes are on their way to its old node', () => {
    let release: () => void;
    beforeEach(() => {
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      cluster.script = async (server, [name, key]) => {
        if (name !== 'SET') return undefined;
        if (server !== 0 || key !== 'b') return ok;
        await held;
        return movedTo(cluster.server(1), slotOfB);
      };
    });

    /** Two writes that server 0 holds; once the client knows that the slot is server 1's, two more, and one of another key. */
    const written = async (move = (): void => giveB(1)): Promise<Promise<unknown>[]> => {
      const redis = cluster.client({ monitor: { periodMs: 100 }, timeoutMs: 2_000 });
      const topologies: unknown[] = [];
      const writes = [redis.set('b', '1'), redis.set('b', '2')];
      await until(() => cluster.received(0, 'SET').length === 2);
      redis.on('topology', (topology) => topologies.push(topology));
      move();
      await until(() => topologies.length > 0);
      return [...writes, redis.set('b', '3'), redis.set('b', '4'), redis.set('{b}2', '0')];
    };

    for (const [what, move] of [
      ['does not let newer ones overtake them', () => giveB(1)],
      ['does not either when that node leaves the cluster', () => cluster.forget(0, 1)],
    ] as const) {
      it(what, async () => {
        const writes = await written(move);
        await writes.pop();
        await sleep(30);
        assert.deepEqual(cluster.received(1, 'SET'), ['SET {b}2 0']);
        release();
        await Promise.all(writes);
        assert.deepEqual(cluster.received(1, 'SET'), ['SET {b}2 0', 'SET b 1', 'SET b 2', 'SET b 3', 'SET b 4']);
      });
    }

    it('publishes no sooner than the old node has handed on what it answered', async () => {
      let arrivedAt = 0;
      cluster.script = (server, [name]) => {
        if (name !== 'SPUBLISH') return undefined;
        if (server === 1) arrivedAt ||= performance.now();
        return 0;
      };
      const redis = cluster.client({ monitor: { periodMs: 100 } });
      await redis.spublish('b', 'first');
      let publishedAt = 0;
      let published: Promise<unknown> | null = null;
      redis.on('topology', () => {
        published ??= redis.spublish('b', 'at the change');
      });
      giveB(1);
      while (published === null) {
        publishedAt = performance.now();
        await redis.spublish('b', 'before');
        await sleep(1);
      }
      await published;
      // Deadlines, and with them the clock of what was published, are as exact as their tick.
      assert.ok(arrivedAt - publishedAt > 30, `${arrivedAt - publishedAt} ms`);
      assert.equal(cluster.received(1, 'SPUBLISH')[0], 'SPUBLISH b at the change');
    });

    it('waits for a node that does not answer no longer than 100 ms', async () => {
      const writes = await written();
      const begun = performance.now();
      await Promise.all(writes.slice(2));
      const tookMs = performance.now() - begun;
      assert.ok(tookMs > 50 && tookMs < 1_000, `${tookMs} ms`);
      release();
      await Promise.all(writes);
      assert.deepEqual(cluster.received(1, 'SET').slice(0, 3), ['SET {b}2 0', 'SET b 3', 'SET b 4']);
    });
  });

  it('follows REDIRECT of a Valkey replica that was a primary', async () => {
    cluster.script = whoAnswers((server, [name]) =>
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

  it('spreads commands without keys over the primaries', async () => {
    cluster.script = (_, [name]) => (name === 'ECHO' ? 'x' : undefined);
    const redis = cluster.client();
    await Promise.all(Array.from({ length: 30 }, () => redis.call('ECHO', 'x')));
    assert.deepEqual(
      [0, 1, 2].map((server) => cluster.received(server, 'ECHO').length),
      [10, 10, 10],
    );
  });

  it('sends what is published to one channel to one primary, and to another one while that cannot be reached', async () => {
    cluster.script = (_, [name]) => (name === 'PUBLISH' ? 0 : undefined);
    const redis = cluster.client({ timeoutMs: 5_000 });
    const counts = (): number[] => [0, 1, 2].map((server) => cluster.received(server, 'PUBLISH').length);
    await Promise.all(Array.from({ length: 10 }, () => redis.call('PUBLISH', 'channel', 'x')));
    const home = counts().indexOf(10);
    assert.notEqual(home, -1, `${counts()}`);
    cluster.server(home).refuse();
    cluster.server(home).disconnect();
    await until(() => redis.stats().nodes.some(({ reachable }) => !reachable));
    for (let n = 0; n < 10; n++) await redis.call('PUBLISH', 'channel', 'x');
    assert.equal(counts()[home], 10);
    assert.deepEqual(
      [...counts()].sort((a, b) => a - b),
      [0, 10, 10],
    );
    await cluster.server(home).listen();
    await until(() => redis.stats().nodes.every(({ reachable }) => reachable));
    // What goes through two nodes may arrive in any order: it stays.
    await redis.call('PUBLISH', 'channel', 'x');
    assert.equal(counts()[home], 10);
  });

  describe('in a transaction', () => {
    type Refusal = (server: number, name: string, asked: boolean) => ReturnType<typeof error> | undefined;

    /** Servers that queue and execute, unless `refuse` says no to a command. */
    const transactional = (refuse: Refusal): void => {
      const states = new WeakMap<object, { asking: boolean; asked: boolean; queued: string[]; broken: boolean }>();
      cluster.script = (server, [name = '', ...args], connection) => {
        const state = states.get(connection) ?? { asking: false, asked: false, queued: [], broken: false };
        states.set(connection, state);
        if (name === 'ASKING') {
          state.asking = true;
          return ok;
        }
        if (name === 'MULTI') {
          Object.assign(state, { asked: state.asking, asking: false, queued: [], broken: false });
          return ok;
        }
        if (!['SET', 'INCR', 'EXISTS', 'MSETEX', 'EXEC'].includes(name)) return undefined;
        const refusal = refuse(server, name, state.asked);
        if (refusal !== undefined) {
          state.broken = true;
          return refusal;
        }
        if (name !== 'EXEC') {
          state.queued.push([name, ...args].join(' '));
          return status('QUEUED');
        }
        return state.broken
          ? error('EXECABORT Transaction discarded because of previous errors.')
          : state.queued.map((text) => `${server}: ${text}`);
      };
    };

    const run = (): Promise<unknown> => cluster.client().multi().set('b', '1').incr('{b}n').exec({ errors: 'inline' });

    it('goes as one piece to where MOVED says', async () => {
      transactional((server, name) => (server === 0 && name !== 'EXEC' ? movedTo(cluster.server(1), slotOfB) : undefined));
      assert.deepEqual(await run(), ['1: SET b 1', '1: INCR {b}n']);
      assert.deepEqual(cluster.received(1, 'ASKING', 'MULTI', 'SET', 'INCR', 'EXEC'), ['MULTI', 'SET b 1', 'INCR {b}n', 'EXEC']);
    });

    it('goes as one piece when only EXEC is answered MOVED', async () => {
      transactional((server, name) => (server === 0 && name === 'EXEC' ? movedTo(cluster.server(1), slotOfB) : undefined));
      assert.deepEqual(await run(), ['1: SET b 1', '1: INCR {b}n']);
    });

    it('asks once, before MULTI', async () => {
      transactional((server, name, asked) => {
        if (server === 0 && name === 'SET') return askFrom(cluster.server(1), slotOfB);
        return server === 1 && !asked ? movedTo(cluster.server(0), slotOfB) : undefined;
      });
      assert.deepEqual(await run(), ['1: SET b 1', '1: INCR {b}n']);
      assert.deepEqual(cluster.received(1, 'ASKING', 'MULTI', 'SET', 'INCR', 'EXEC'), ['ASKING', 'MULTI', 'SET b 1', 'INCR {b}n', 'EXEC']);
    });

    it('is tried again as one piece after TRYAGAIN', async () => {
      let left = 2;
      transactional((_, name) => (name === 'INCR' && left-- > 0 ? error('TRYAGAIN Multiple keys request') : undefined));
      assert.deepEqual(await run(), ['0: SET b 1', '0: INCR {b}n']);
      assert.equal(cluster.received(0, 'MULTI').length, 3);
    });

    it('rejects with what was wrong with the queued command, not with EXECABORT', async () => {
      transactional((_, name) => (name === 'INCR' ? error("ERR wrong number of arguments for 'incr' command") : undefined));
      const reason = await rejected(run());
      assert.equal(reason.message, "ERR wrong number of arguments for 'incr' command");
    });

    it('is what MSETEX goes in, because there is a server that does not look whose its keys are', async () => {
      transactional((server, name) => (server === 0 && name === 'EXISTS' ? movedTo(cluster.server(1), slotOfB) : undefined));
      const redis = cluster.client();
      assert.equal(await redis.call('MSETEX', 2, 'b', '1', '{b}2', '2', 'EX', 9), '1: MSETEX 2 b 1 {b}2 2 EX 9');
      assert.deepEqual(cluster.received(0, 'EXISTS'), ['EXISTS b {b}2']);
      assert.equal(await redis.call('MSETEX', 1, 'b', '1'), '1: MSETEX 1 b 1');
    });

    it('over two slots is refused before anything is sent', async () => {
      const redis = cluster.client();
      assert.equal((await rejected(redis.multi().set('a', '1').set('b', '1').exec())).code, 'ERR_CROSS_SLOT');
      assert.equal(
        cluster.servers.reduce((sum, server) => sum + server.count('MULTI'), 0),
        0,
      );
    });
  });
});

describe('a client of a single server that is told READONLY', () => {
  afterEach(checkBooks);

  it('connects anew, because the address may lead to another server now', async () => {
    await using cluster = await ScriptedCluster.start(1);
    const server = cluster.server(0);
    server.handler = single(([name], connection) => {
      if (name === 'SET') return connection.index < 2 ? error("READONLY You can't write against a read only replica.") : ok;
      return undefined;
    });
    const redis = clientOf(server);
    assert.equal(await redis.set('k', '1'), 'OK');
    const sets = server.connections.filter(({ received }) => received.some(([name]) => name === 'SET'));
    assert.equal(sets.length, 2);
    await until(() => sets[0]?.socket.destroyed, { what: 'the connection to the replica is closed' });
  });

  it('holds what was refused until the address leads to a primary, by the word of a fresh connection', async () => {
    await using cluster = await ScriptedCluster.start(1);
    const server = cluster.server(0);
    let moved = false;
    let roleBefore: 'master' | 'slave' = 'master';
    // What was connected before the address moved stays where it was.
    const old = new Set<number>();
    server.handler = (command, connection) => {
      if (!moved) old.add(connection.index);
      const isReplica = old.has(connection.index) && roleBefore === 'slave';
      if (command[0] === 'SET') return isReplica ? error("READONLY You can't write against a read only replica.") : ok;
      return singleAnswers(command, isReplica ? 'slave' : 'master');
    };
    const redis = clientOf(server);
    assert.equal(await redis.set('k', '0'), 'OK');
    roleBefore = 'slave';
    const writes = Promise.all(Array.from({ length: 100 }, (_, i) => redis.set('k', `${i}`)));
    await until(() => redis.topology?.shards[0]?.primary?.role === 'replica');
    await sleep(300);
    const before = server.count('SET');
    assert.ok(before < 2_000, `no hot loop: ${before} attempts`);
    await sleep(500);
    assert.equal(server.count('SET'), before, 'nothing is sent to a replica');
    moved = true;
    const began = performance.now();
    await writes;
    assert.ok(performance.now() - began < 1_000);
  });

  it('sends nothing of what it held back to a server that wakes up as a replica', async () => {
    await using cluster = await ScriptedCluster.start(1);
    const server = cluster.server(0);
    let wake = (): void => {};
    const paused = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // The first connection's writer is paused while the roles change; what connects later reaches the new primary.
    server.handler = async (command, connection) => {
      if (command[0] !== 'SET') return singleAnswers(command);
      if (connection.received.some(([name, key]) => name === 'SET' && key === 'warm')) {
        if (command[1] === 'warm') return ok;
        await paused;
        return error("READONLY You can't write against a read only replica.");
      }
      return ok;
    };
    const redis = clientOf(server);
    await redis.set('warm', '1');
    const writes = [redis.set('first', '1')];
    await until(() => server.count('SET') === 2);
    // Silent for long enough: the rest waits unwritten.
    await sleep(250);
    for (let i = 0; i < 20; i++) writes.push(redis.set('held', `${i}`));
    await sleep(50);
    wake();
    assert.deepEqual(new Set(await Promise.all(writes)), new Set(['OK']));
    const first = server.connections.find(({ received }) => received.some(([name, key]) => name === 'SET' && key === 'warm'));
    assert.deepEqual(
      first?.received.filter(([name]) => name === 'SET').map(([, key]) => key),
      ['warm', 'first'],
    );
  });
});
