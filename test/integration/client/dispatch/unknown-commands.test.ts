import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReplyError } from '../../../../lib/errors.js';
import { error, FakeServer, type Handler, status } from '../../../support/fake-server.js';
import type { ReplyValue } from '../../../support/resp.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, ScriptedCluster, single } from '../scripted.js';

describe('a client with commands that the table does not have', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });
  const script = (handler: Handler): void => {
    server.handler = single(handler);
  };

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
  const obscure = (name: string): ReplyValue => [name.toLowerCase(), -2, [status('write'), status('movablekeys')], 0, 0, 0, [], [], [], []];
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

  /** A container of a module: `BLESS CREATE <key>` writes, `BLESS SEE <x> <key>` reads. */
  const container: ReplyValue = [
    'bless',
    -2,
    [],
    0,
    0,
    0,
    [],
    [],
    [],
    [
      ['bless|create', -3, [status('write')], 2, 2, 1, [], [], [], []],
      ['bless|see', -4, [status('readonly')], 3, 3, 1, [], [], [], []],
      ['bless|help', 2, [], 0, 0, 0, [], [], [], []],
    ],
  ];

  it('knows the keys of the subcommands of a container', async () => {
    script(([name]) => (name === 'COMMAND' ? [container] : name === 'BLESS' ? 'blessed' : undefined));
    const guard = { read: ['job:*'], write: [] };
    const redis = clientOf(server, { domains: { jobs: { keyPrefix: 'j:' }, kept: { guard } } });
    const jobs = redis.domain('jobs');
    assert.equal(await jobs.call('BLESS', 'CREATE', 'user:1'), 'blessed');
    assert.equal(await jobs.call('bless', 'see', 'x', Buffer.from('user:2')), 'blessed');
    assert.equal(await jobs.call('BLESS', 'HELP'), 'blessed');
    assert.equal(await jobs.pipeline().call('BLESS', 'CREATE', 'user:3').exec().then(String), 'blessed');
    assert.equal((await rejected(redis.domain('kept').call('BLESS', 'CREATE', 'job:1'))).code, 'ERR_GUARD');
    assert.equal((await rejected(redis.domain('kept').pipeline().ping().call('BLESS', 'CREATE', 'job:1').exec())).code, 'ERR_GUARD');
    assert.equal(await redis.domain('kept').call('BLESS', 'SEE', 'x', 'job:1'), 'blessed');
    assert.deepEqual(
      server.received.filter(([name]) => name === 'BLESS' || name === 'PING'),
      [
        ['BLESS', 'CREATE', 'j:user:1'],
        ['BLESS', 'see', 'x', 'j:user:2'],
        ['BLESS', 'HELP'],
        ['BLESS', 'CREATE', 'j:user:3'],
        ['BLESS', 'SEE', 'x', 'job:1'],
      ],
    );
    assert.equal(server.count('COMMAND'), 1);
  });

  it('refuses what no server knows where keys matter, and sends it elsewhere', async () => {
    const UNKNOWN: readonly (readonly [string, ...string[]])[] = [
      ['NO.SUCH', 'key'],
      ['BLESS', 'CURSE', 'key'],
      ['BLESS'],
      ['CLUSTER', 'NEWS'],
    ];
    script(([name, , asked]) => (name === 'COMMAND' ? [asked === 'BLESS' ? container : null] : undefined));
    const jobs = { jobs: { keys: ['job:*'] } };
    for (const redis of [
      clientOf(server, { keyPrefix: 'p:' }),
      clientOf(server, { domains: jobs }),
      clientOf(server, { domains: jobs }).domain('jobs'),
    ]) {
      for (const words of UNKNOWN) {
        assert.equal((await rejected(redis.call(...words))).code, 'ERR_COMMAND_REFUSED');
        assert.equal(
          (
            await rejected(
              redis
                .multi()
                .call(...words)
                .exec(),
            )
          ).code,
          'ERR_COMMAND_REFUSED',
        );
        assert.equal((await rejected(redis.lease((one) => one.call(...words)))).code, 'ERR_COMMAND_REFUSED');
      }
    }
    assert.equal(server.count('NO.SUCH') + server.count('BLESS') + server.count('CLUSTER'), 0);
    assert.match((await rejected(clientOf(server).call('BLESS', 'CURSE', 'key'))).message, /unknown command/);
  });

  it('refuses two words as one, and takes them as two afterwards', async () => {
    script(([name, sub, asked]) => {
      if (name === 'COMMAND') return [asked === 'CLUSTER|MIGRATION' ? ['cluster|migration', -3, [], 0, 0, 0, [], [], [], []] : null];
      return name === 'CLUSTER' && sub === 'MIGRATION' ? 'migrated' : undefined;
    });
    const redis = clientOf(server);
    assert.match((await rejected(redis.call('CLUSTER MIGRATION', 'LIST'))).message, /must be one word, got several/);
    assert.equal(await redis.call('CLUSTER', 'MIGRATION', 'LIST'), 'migrated');
    assert.match((await rejected(redis.call('CLUSTER MIGRATION', 'LIST'))).message, /must be one word, got several/);
    assert.equal(await redis.call('cluster', 'migration', 'LIST'), 'migrated');
  });

  it('asks every shard where one does not know them', async () => {
    await using cluster = await ScriptedCluster.start(3);
    cluster.script = (index, [name]) => {
      if (name === 'COMMAND') return [index === 1 ? container : null];
      return name === 'BLESS' ? (index === 1 ? 'blessed' : error("ERR unknown command 'BLESS'")) : undefined;
    };
    const redis = cluster.client({ keyPrefix: '{x}' }, [0, 1, 2]);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => redis.call('BLESS', 'CREATE', 'user:1')));
    // Slot 16287 is of the last server, which knows no such command, and says so of the key that it would have had.
    assert.deepEqual(
      cluster.received(2, 'BLESS'),
      outcomes.map(() => 'BLESS CREATE {x}user:1'),
    );
    assert.ok(outcomes.every((outcome) => outcome.status === 'rejected' && /unknown command/.test(String(outcome.reason))));
    redis.destroy();
  });
});
