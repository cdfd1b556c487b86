import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError, CommandRefusedError, PartialFailureError, ReplyError, TimeoutError } from '../../../../lib/errors.js';
import { close, error, FakeServer, type Handler, ok, silence, status } from '../../../support/fake-server.js';
import type { ReplyValue } from '../../../support/resp.js';
import { until } from '../../../support/wait.js';
import { checkBooks, clientOf, movedTo, rejected, ScriptedCluster, single } from '../scripted.js';

describe('a client with special commands', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(async () => {
    await checkBooks();
    await server.stop();
  });
  const script = (handler: Handler): void => {
    server.handler = single(handler);
  };
  const connectionsOf = (name: string): number[] =>
    server.connections.filter(({ received }) => received.some(([first]) => first === name)).map(({ index }) => index);

  describe('that block', () => {
    it('sends them on connections of their own, and lets others pass', async () => {
      let pop = (_: unknown): void => {};
      script(([name]) => {
        if (name === 'BLPOP') return new Promise((resolve) => (pop = resolve as typeof pop));
        return name === 'GET' ? 'value' : undefined;
      });
      const redis = clientOf(server);
      const popped = redis.call('BLPOP', 'list', 0);
      await until(() => server.count('BLPOP') === 1);
      assert.equal(await redis.get('k'), 'value');
      pop(['list', 'item']);
      assert.deepEqual(await popped, ['list', 'item']);
      assert.notDeepEqual(connectionsOf('BLPOP'), connectionsOf('GET'));
    });

    it('uses such a connection again', async () => {
      script(([name]) => (name === 'BLPOP' ? null : undefined));
      const redis = clientOf(server);
      for (let i = 0; i < 5; i++) assert.equal(await redis.call('BLPOP', 'list', 0.01), null);
      assert.equal(connectionsOf('BLPOP').length, 1);
    });

    it('opens as many connections as commands block, up to the bound, and serves the others in turn', async () => {
      script(async ([name]) => {
        if (name !== 'BLPOP') return undefined;
        await sleep(30);
        return null;
      });
      const redis = clientOf(server, { pool: { maxExclusive: 3 } });
      assert.deepEqual(await Promise.all(Array.from({ length: 8 }, () => redis.call('BLPOP', 'list', 1))), Array(8).fill(null));
      assert.equal(connectionsOf('BLPOP').length, 3);
    });

    it('closes the connection of a caller who gave up, so that nothing is popped for nobody', async () => {
      script(([name]) => (name === 'BLPOP' ? silence : undefined));
      const redis = clientOf(server);
      const controller = new AbortController();
      const aborted = rejected(redis.with({ signal: controller.signal }).call('BLPOP', 'list', 0));
      await until(() => server.count('BLPOP') === 1);
      controller.abort();
      assert.equal((await aborted).executed, 'unknown');
      await until(() => server.openConnections.every(({ index }) => !connectionsOf('BLPOP').includes(index)));
    });

    it('never sends one whose caller gave up while it waited for a connection', async () => {
      script(async ([name]) => {
        if (name !== 'BLPOP') return undefined;
        await sleep(100);
        return null;
      });
      const redis = clientOf(server, { pool: { maxExclusive: 1 } });
      const first = redis.call('BLPOP', 'first', 1);
      const controller = new AbortController();
      const aborted = rejected(redis.with({ signal: controller.signal }).call('BLPOP', 'second', 1));
      const late = rejected(redis.with({ timeoutMs: 30 }).call('BLPOP', 'third', 0.01));
      await sleep(10);
      controller.abort();
      assert.equal((await aborted).executed, 'no');
      assert.equal((await late).executed, 'no');
      await first;
      await redis.call('BLPOP', 'fourth', 1);
      assert.deepEqual(
        server.received.filter(([name]) => name === 'BLPOP').map(([, key]) => key),
        ['first', 'fourth'],
      );
    });

    it('does not hammer a server that hangs up on them', async () => {
      script(([name]) => (name === 'BLPOP' ? null : undefined));
      const redis = clientOf(server, { timeoutMs: 500 });
      assert.equal(await redis.call('BLPOP', 'list', 0.01), null);
      const before = server.connections.length;
      server.handler = () => close;
      server.disconnect();
      await until(() => redis.stats().nodes.every((node) => node.exclusiveConnections === 0));
      const late = await rejected(redis.call('BLPOP', 'list', 0.01));
      assert.equal(late.executed, 'no');
      const more = server.connections.length - before;
      assert.ok(more >= 2 && more < 60, `${more} connections in half a second`);
    });

    it('does not hammer a server that lets nobody in, and says so at the deadline', async () => {
      const redis = clientOf(server, { timeoutMs: 300 });
      await redis.connect();
      server.handler = single(([name]) => (name === 'HELLO' ? close : undefined));
      const before = server.connections.length;
      const late = await rejected(redis.call('BLPOP', 'list', 0.1));
      assert.ok(late instanceof TimeoutError);
      assert.equal(late.executed, 'no');
      assert.match(late.message, /cannot connect/);
      const attempts = server.connections.length - before;
      assert.ok(attempts >= 2 && attempts < 25, `${attempts} attempts`);
    });

    it('fails at once with failFast where no connection can be had', async () => {
      const redis = clientOf(server, { failFast: true });
      await redis.connect();
      server.handler = single(([name]) => (name === 'HELLO' ? close : undefined));
      const started = performance.now();
      assert.equal((await rejected(redis.call('BLPOP', 'list', 0))).executed, 'no');
      assert.ok(performance.now() - started < 500);
    });

    it('ends with close(), though the server does not let go', async () => {
      script(([name]) => (name === 'BLPOP' ? silence : undefined));
      const redis = clientOf(server);
      const late = rejected(redis.call('BLPOP', 'list', 0));
      await until(() => server.count('BLPOP') === 1);
      await redis.close();
      assert.ok((await late) instanceof ClosedError);
      assert.equal((await late).executed, 'unknown');
    });
  });

  describe('that change their connection', () => {
    for (const words of [
      ['SELECT', 1],
      ['MULTI'],
      ['WATCH', 'k'],
      ['SUBSCRIBE', 'c'],
      ['MONITOR'],
      ['HELLO', 3],
      ['RESET'],
      ['CLIENT', 'REPLY', 'OFF'],
      ['client', 'no-evict', 'on'],
      ['PSYNC', '?', -1],
      ['quit'],
    ] as const) {
      it(`refuses ${words.join(' ')} and says what to do instead`, async () => {
        const redis = clientOf(server);
        const reason = await rejected(redis.call(...(words as readonly [string])));
        assert.ok(reason instanceof CommandRefusedError);
        assert.equal(reason.executed, 'no');
        assert.match(reason.message, /: (use|it|every) .+/);
        assert.equal(server.received.length, 0);
      });
    }

    it('lends a connection to one caller for them, and closes it if its state is not what it was', async () => {
      script(([name]) => {
        if (name === 'WATCH' || name === 'MULTI') return ok;
        if (name === 'SET') return status('QUEUED');
        return name === 'EXEC' ? ['OK'] : name === 'GET' ? 'value' : undefined;
      });
      const redis = clientOf(server);
      const reply = await redis.lease(async (one) => {
        await one.call('WATCH', 'k');
        assert.equal(await one.get('k'), 'value');
        await one.call('MULTI');
        await one.call('SET', 'k', '1');
        return one.call('EXEC');
      });
      assert.deepEqual(reply, ['OK']);
      const [used] = connectionsOf('WATCH');
      assert.ok(server.openConnections.some(({ index }) => index === used));
      await redis.lease((one) => one.call('WATCH', 'k'));
      assert.deepEqual(connectionsOf('WATCH'), [used], 'a transaction that has ended leaves nothing behind');
      await until(() => server.openConnections.every(({ index }) => index !== used), { what: 'a used connection is closed' });
    });

    it('gives a clean connection to the next caller', async () => {
      script(([name]) => (name === 'GET' ? 'value' : undefined));
      const redis = clientOf(server);
      for (let i = 0; i < 4; i++) await redis.lease((one) => one.get('k'));
      assert.equal(connectionsOf('GET').length, 1);
    });

    it('takes a lease back when its user throws, and refuses what comes after', async () => {
      script(([name]) => (name === 'GET' ? 'value' : undefined));
      const redis = clientOf(server);
      let kept: { get(key: string): Promise<unknown> } | undefined;
      const broken = new Error('user');
      await assert.rejects(
        redis.lease((one) => {
          kept = one;
          return Promise.reject(broken);
        }),
        (reason) => reason === broken,
      );
      assert.ok(kept !== undefined);
      assert.ok((await rejected(kept.get('k'))) instanceof CommandRefusedError);
      assert.equal(await redis.lease((one) => one.get('k')), 'value');
    });

    it('ends the commands of a lease whose connection breaks', async () => {
      script(([name]) => (name === 'INCR' ? close : undefined));
      const redis = clientOf(server);
      await redis.lease(async (one) => {
        const reason = await rejected(one.incr('k'));
        assert.equal(reason.code, 'ERR_CONNECTION_LOST');
        assert.equal(reason.executed, 'unknown');
        assert.equal((await rejected(one.get('k'))).executed, 'no');
      });
    });

    it('ends the commands of a lease at their deadline', async () => {
      script(([name]) => (name === 'INCR' ? silence : undefined));
      const redis = clientOf(server, { timeoutMs: 50 });
      await redis.lease(async (one) => assert.ok((await rejected(one.incr('k'))) instanceof TimeoutError));
    });
  });

  describe('that it does not know', () => {
    const entry = (name: string): ReplyValue => [name.toLowerCase(), -3, [status('readonly')], 2, 2, 1, [], [], [], []];

    it('asks the server for their keys once, and sends them', async () => {
      script(([name, sub, asked]) => {
        if (name === 'COMMAND') return sub?.toUpperCase() === 'INFO' ? [entry(asked ?? '')] : undefined;
        return name === 'MY.READ' ? 'mine' : undefined;
      });
      const redis = clientOf(server);
      assert.deepEqual(await Promise.all([redis.call('my.read', 'x', 'key'), redis.call('MY.READ', 'x', 'key')]), ['mine', 'mine']);
      assert.equal(await redis.call('MY.READ', 'x', 'key'), 'mine');
      assert.equal(server.count('COMMAND'), 1);
      assert.equal(server.count('MY.READ'), 3);
    });

    it('passes on what the server says to a command that nobody knows, and asks again the next time', async () => {
      script(([name]) => (name === 'COMMAND' ? [null] : undefined));
      const redis = clientOf(server);
      for (let i = 0; i < 2; i++) {
        const reason = await rejected(redis.call('NO.SUCH', 'key'));
        assert.ok(reason instanceof ReplyError);
        assert.match(reason.message, /unknown command 'NO.SUCH'/);
      }
      assert.equal(server.count('COMMAND'), 2);
    });

    it('rejects when the server cannot be asked, and asks again the next time', async () => {
      let left = 1;
      script(([name]) => {
        if (name === 'COMMAND') return left-- > 0 ? error('NOPERM no permissions') : [entry('my.read')];
        return name === 'MY.READ' ? 'mine' : undefined;
      });
      const redis = clientOf(server);
      assert.equal((await rejected(redis.call('MY.READ', 'x', 'key'))).code, 'NOPERM');
      assert.equal(await redis.call('MY.READ', 'x', 'key'), 'mine');
    });

    it('does not fail with the signal of another caller, who asked first', async () => {
      script(async ([name]) => {
        if (name !== 'COMMAND') return name === 'MY.READ' ? 'mine' : undefined;
        await sleep(30);
        return [entry('my.read')];
      });
      const redis = clientOf(server);
      const stop = new AbortController();
      const first = rejected(redis.with({ signal: stop.signal }).call('MY.READ', 'x', 'key'));
      const second = redis.call('MY.READ', 'x', 'key');
      await until(() => server.count('COMMAND') === 1);
      stop.abort();
      assert.equal((await first).code, 'ERR_ABORTED');
      assert.equal(await second, 'mine');
    });

    /** A command whose keys only the server can find. */
    const obscure = (name: string): ReplyValue => [
      name.toLowerCase(),
      -2,
      [status('write'), status('movablekeys')],
      0,
      0,
      0,
      [],
      [],
      [],
      [],
    ];
    const obscureScript = (keys: (words: readonly string[]) => ReplyValue): void =>
      script(([name, sub, asked, ...words]) => {
        if (name === 'COMMAND') return sub?.toUpperCase() === 'INFO' ? [obscure(asked ?? '')] : keys(words);
        return name === 'MY.MOVE' ? 'moved' : undefined;
      });

    it('asks for the keys of each call where the server does not describe them', async () => {
      obscureScript(([, from = '', , to = '']) => [from, to]);
      const redis = clientOf(server, { keyPrefix: 'app:' });
      for (const count of [1, 2]) assert.equal(await redis.call('MY.MOVE', 'FROM', 'a', 'TO', 'b', count), 'moved');
      assert.deepEqual(
        server.received.filter(([name]) => name === 'MY.MOVE'),
        [1, 2].map((count) => ['MY.MOVE', 'FROM', 'app:a', 'TO', 'app:b', String(count)]),
      );
      assert.equal(server.received.filter(([name, sub]) => name === 'COMMAND' && sub === 'GETKEYS').length, 2);
      assert.equal(server.received.filter(([name, sub]) => name === 'COMMAND' && sub === 'INFO').length, 1);
    });

    it('sends what has no keys with these arguments', async () => {
      obscureScript(() => error('ERR The command has no key arguments'));
      const redis = clientOf(server, { keyPrefix: 'app:' });
      assert.equal(await redis.call('MY.MOVE', 'NOTHING'), 'moved');
      assert.deepEqual(server.received.at(-1), ['MY.MOVE', 'NOTHING']);
    });

    it('refuses what would get its key prefix by guessing, and sends it where there is none', async () => {
      obscureScript(() => ['a']);
      const reason = await rejected(clientOf(server, { keyPrefix: 'app:' }).call('MY.MOVE', 'a', 'a'));
      assert.equal(reason.code, 'ERR_COMMAND_REFUSED');
      assert.equal(server.count('MY.MOVE'), 0);
      assert.equal(await clientOf(server).call('MY.MOVE', 'a', 'a'), 'moved');
    });

    it('rejects when it may not ask for the keys', async () => {
      obscureScript(() => error('NOPERM no permissions'));
      assert.equal((await rejected(clientOf(server).call('MY.MOVE', 'a'))).code, 'NOPERM');
    });

    it('asks on behalf of a lease, too', async () => {
      script(([name, , asked]) => (name === 'COMMAND' ? [entry(asked ?? '')] : name === 'MY.READ' ? 'mine' : undefined));
      const redis = clientOf(server, { keyPrefix: 'app:' });
      assert.equal(await redis.lease((one) => one.call('MY.READ', 'x', 'key')), 'mine');
      assert.deepEqual(
        server.received.filter(([name]) => name === 'MY.READ'),
        [['MY.READ', 'x', 'app:key']],
      );
    });

    it('sends them to the owner of their key in a cluster', async () => {
      await using cluster = await ScriptedCluster.start(3);
      cluster.script = (index, [name, , asked]) => {
        if (name === 'COMMAND') return [entry(asked ?? '')];
        return name === 'MY.READ' ? `server ${index}` : undefined;
      };
      const redis = cluster.client();
      // Slots: a 15495, b 3300, c 7365.
      const replies = await Promise.all(['a', 'b', 'c'].map((key) => redis.call('MY.READ', 'x', key)));
      assert.deepEqual(replies, ['server 2', 'server 0', 'server 1']);
      redis.destroy();
    });
  });

  describe('in a pipeline', () => {
    it('sends everything at once and keeps replies and errors in their places', async () => {
      script(([name, key]) =>
        name === 'GET' ? (key === 'bad' ? error('WRONGTYPE no') : `value of ${key}`) : name === 'INCR' ? 7 : undefined,
      );
      const redis = clientOf(server);
      const [a, bad, n] = await redis.pipeline().get('a').get('bad').incr('n').exec({ errors: 'inline' });
      assert.equal(a, 'value of a');
      assert.ok(bad instanceof ReplyError);
      assert.equal(n, 7);
      const reason = await rejected(redis.pipeline().get('a').get('bad').incr('n').exec());
      assert.equal(reason.code, 'WRONGTYPE');
      assert.equal(server.count('INCR'), 2);
    });

    it('without commands gives no replies', async () => {
      const redis = clientOf(server);
      assert.deepEqual(await redis.pipeline().exec(), []);
      assert.deepEqual(await redis.multi().exec(), []);
    });

    it('of a client that ended, rejects', async () => {
      const redis = clientOf(server);
      await redis.close();
      assert.ok((await rejected(redis.pipeline().get('a').exec())) instanceof ClosedError);
    });
  });
});

describe('a client of a cluster with commands over several slots', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
  });
  afterEach(async () => {
    await checkBooks();
    await cluster.stop();
  });

  it('splits MGET and gives the values in the order of the keys', async () => {
    cluster.script = (_, [name, ...keys]) => (name === 'MGET' ? keys.map((key) => `value of ${key}`) : undefined);
    const redis = cluster.client();
    assert.deepEqual(await redis.mget(['a', 'b', 'c', '{b}2']), ['value of a', 'value of b', 'value of c', 'value of {b}2']);
    assert.deepEqual(
      [0, 1, 2].map((index) => cluster.received(index, 'MGET')),
      [['MGET b {b}2'], ['MGET c'], ['MGET a']],
    );
  });

  it('follows a redirection of one part', async () => {
    cluster.script = (index, [name, ...keys]) => {
      if (name !== 'MGET') return undefined;
      return index === 0 ? movedTo(cluster.server(1), 3300) : keys.map((key) => `${index}: ${key}`);
    };
    const redis = cluster.client();
    assert.deepEqual(await redis.mget(['a', 'b', 'c']), ['2: a', '1: b', '1: c']);
  });

  it('says which keys failed when one part does', async () => {
    cluster.script = (index, [name, ...keys]) => (name === 'DEL' ? (index === 0 ? error('ERR no') : keys.length) : undefined);
    const redis = cluster.client();
    const reason = await rejected(redis.call('DEL', 'a', 'b', 'c', '{b}2'));
    assert.ok(reason instanceof PartialFailureError);
    assert.deepEqual(
      reason.failures.map(({ keys }) => keys),
      [['b', '{b}2']],
    );
  });

  it('rejects an MSET with a value missing, and sends nothing', async () => {
    const redis = cluster.client();
    assert.equal((await rejected(redis.call('MSET', 'a', '1', 'b'))).code, 'ERR_ARGUMENT');
    assert.equal(
      cluster.servers.reduce((sum, each) => sum + each.count('MSET'), 0),
      0,
    );
  });

  it('refuses those that may not be split', async () => {
    const redis = cluster.client();
    for (const words of [
      ['RENAME', 'a', 'b'],
      ['MSETNX', 'a', '1', 'b', '2'],
      ['EVAL', 'return 1', 2, 'a', 'b'],
      ['MSETEX', 2, 'a', '1', 'b', '2', 'EX', 9],
    ] as const) {
      const reason = await rejected(redis.call(...(words as unknown as readonly [string])));
      assert.equal(reason.code, 'ERR_CROSS_SLOT');
      assert.match(reason.message, /"a" \(slot 15495\), "b" \(slot 3300\)/);
    }
  });

  it('asks every shard and adds up', async () => {
    cluster.script = (index, [name]) => (name === 'DBSIZE' ? index + 1 : undefined);
    assert.equal(await cluster.client().dbsize(), 6);
  });

  it('rejects when one shard of all failed', async () => {
    cluster.script = (index, [name]) => (name === 'FLUSHALL' ? (index === 1 ? error('ERR no') : ok) : undefined);
    const reason = await rejected(cluster.client().call('FLUSHALL'));
    assert.ok(reason instanceof PartialFailureError);
    assert.match(reason.message, /FLUSHALL: 1 of 3 parts failed/);
  });
});
