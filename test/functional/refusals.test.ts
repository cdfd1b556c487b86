import assert from 'node:assert/strict';
import { createClient, defineScript, type Leased, type Redis, ReplyError, SlotwiseError, TimeoutError } from '../../lib/index.js';
import { Relay } from '../support/relay.js';
import { ReplicationGroup } from '../support/replication.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

const INCR = 'return redis.call("INCR", KEYS[1])';

async function rejected(promise: Promise<unknown>): Promise<SlotwiseError> {
  const reason: unknown = await promise.then(
    (value) => assert.fail(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  assert.ok(reason instanceof SlotwiseError, String(reason));
  return reason;
}

describe('what a server refuses before it runs it', () => {
  let server: Server;
  let redis: Redis;
  before(async () => {
    server = await Server.start({ config: ['busy-reply-threshold 50'] });
    redis = createClient({ topology: { kind: 'single', address: { host: server.host, port: server.port } } });
    await redis.set('text', 'x');
  });
  after(async () => {
    redis?.destroy();
    await server?.stop();
  });

  const under = async (config: readonly string[], run: () => Promise<void>): Promise<void> => {
    const before = (await server.ask('CONFIG', 'GET', config[0] ?? '')) as string[];
    await server.ask('CONFIG', 'SET', ...config);
    try {
      await run();
    } finally {
      await server.ask('CONFIG', 'SET', config[0] ?? '', before[1] ?? '');
    }
  };

  it('did not run, and what a script met may have', async () => {
    await under(['maxmemory', '1'], async () => {
      for (const refused of [
        redis.set('k', '1'),
        redis.pipeline().set('k', '1').exec(),
        redis.multi().set('k', '1').exec(),
        redis.lease((one) => one.set('k', '1')),
        redis.eval(`#!lua\n${INCR}`, ['k']),
      ]) {
        const reason = await rejected(refused);
        assert.deepEqual([reason.code, reason.executed], ['OOM', 'no']);
      }
      const inside = await rejected(redis.eval(INCR, ['k']));
      assert.deepEqual([inside.code, inside.executed], ['OOM', 'yes']);
      const caught = await rejected(redis.eval('return redis.pcall("INCR", KEYS[1])', ['k']));
      assert.deepEqual([caught.code, caught.executed], ['OOM', 'yes']);
    });
    const wrong = await rejected(redis.incr('text'));
    assert.equal(wrong.executed, 'yes');
    const [, inBatch] = await redis.multi().set('k', '1').incr('text').exec({ errors: 'inline' });
    assert.ok(inBatch instanceof ReplyError);
    assert.equal(inBatch.executed, 'yes');
    assert.equal(inBatch.node, `${server.host}:${server.port}`);
  });

  it('is a command that a user may not run, and one that the server does not know', async () => {
    await server.ask('ACL', 'SETUSER', 'reader', 'on', '>secret', '+@read', '+hello', '+client', '+role', '+info', '~*');
    const reader = createClient({
      topology: { kind: 'single', address: { host: server.host, port: server.port } },
      credentials: () => ({ username: 'reader', password: 'secret' }),
    });
    try {
      const refused = await rejected(reader.set('k', '1'));
      assert.deepEqual([refused.code, refused.executed], ['NOPERM', 'no']);
    } finally {
      reader.destroy();
    }
    const unknown = await rejected(redis.call('FROB', 'k'));
    assert.deepEqual([unknown.code, unknown.executed], ['ERR', 'no']);
  });

  it('is everything while a script is busy', async () => {
    using busy = await server.connect({ timeoutMs: 20_000 });
    const running = busy.ask('EVAL', 'while true do end', 0).catch(() => null);
    try {
      let reason: SlotwiseError | null = null;
      await until(
        async () => {
          reason = await redis.set('k', '1').then(
            () => null,
            (error: unknown) => error as SlotwiseError,
          );
          return reason !== null;
        },
        { what: 'the server says BUSY' },
      );
      assert.ok(reason !== null);
      assert.deepEqual([(reason as SlotwiseError).code, (reason as SlotwiseError).executed], ['BUSY', 'no']);
    } finally {
      await server.ask('SCRIPT', 'KILL').catch(() => null);
      await running;
    }
  });
});

describe('a write that too few replicas would have', () => {
  let group: ReplicationGroup;
  before(async () => {
    group = await ReplicationGroup.start({ replicas: 1 });
  });
  after(() => group?.stop());

  it('waits inside its deadline, once and in order, and reads go on meanwhile', async () => {
    const { primary } = group;
    const redis = createClient({ topology: { kind: 'single', address: { host: primary.host, port: primary.port } } });
    try {
      await redis.rpush('list', '0');
      await primary.ask('CONFIG', 'SET', 'min-replicas-to-write', 2);
      const writes = [1, 2, 3, 4, 5].map((n) => redis.rpush('list', String(n)));
      const function_ = redis.eval(`#!lua\nreturn redis.call("RPUSH", KEYS[1], ARGV[1])`, ['list'], ['6']);
      const short = await rejected(redis.with({ timeoutMs: 100 }).incr('n'));
      assert.ok(short instanceof TimeoutError);
      assert.equal(short.executed, 'no');
      assert.ok(short.cause instanceof ReplyError && short.cause.code === 'NOREPLICAS');
      assert.equal(await redis.get('other'), null, 'reads of other keys do not wait');
      await primary.ask('CONFIG', 'SET', 'min-replicas-to-write', 1);
      assert.deepEqual(await Promise.all(writes), [2, 3, 4, 5, 6]);
      assert.equal(await function_, 7);
      assert.deepEqual(await redis.lrange('list', 0, -1), ['0', '1', '2', '3', '4', '5', '6']);
    } finally {
      redis.destroy();
      await primary.ask('CONFIG', 'SET', 'min-replicas-to-write', 0);
    }
  });
});

async function execOnLease(one: Leased): Promise<void> {
  await one.call('MULTI');
  await one.call('EVAL', INCR, 1, 'n');
  const replies = await one.call('EXEC');
  if (Array.isArray(replies) && replies[0] instanceof Error) throw replies[0];
}

describe('a fixed address whose open connections stay on a demoted server', () => {
  const counter = defineScript({ lua: INCR, keys: 1 });
  const cases: readonly (readonly [what: string, run: (redis: Redis) => Promise<unknown>])[] = [
    ['eval', (redis) => redis.eval(INCR, ['n'])],
    ['script', (redis) => redis.script(counter, ['n'])],
    ['a transaction with a script', (redis) => redis.multi().eval(INCR, ['n']).exec()],
    ['a lease', (redis) => redis.lease((one) => one.incr('n'))],
    ['a transaction of a lease', (redis) => redis.lease(execOnLease)],
  ];
  let group: ReplicationGroup;
  let relay: Relay;
  before(async () => {
    group = await ReplicationGroup.start({ replicas: 1 });
    relay = await Relay.start({ host: group.primary.host, port: group.primary.port });
  });
  after(async () => {
    await relay?.stop();
    await group?.stop();
  });

  for (const [what, run] of cases) {
    it(`is connected to anew after one refusal of ${what}`, async () => {
      const from = group.servers.find(({ port }) => port === relay.target.port);
      const to = group.servers.find(({ port }) => port !== relay.target.port);
      assert.ok(from !== undefined && to !== undefined);
      await until(async () => (await to.info('replication')).master_link_status === 'up', { what: 'the replica follows' });
      const redis = createClient({ topology: { kind: 'single', address: { host: relay.host, port: relay.port } } });
      try {
        await redis.incr('n');
        await run(redis).catch(() => null);
        await to.ask('REPLICAOF', 'NO', 'ONE');
        await from.ask('REPLICAOF', to.host, to.port);
        relay.repoint({ host: to.host, port: to.port });
        const codes: string[] = [];
        await until(
          () =>
            run(redis).then(
              () => true,
              (error: unknown) => {
                codes.push((error as SlotwiseError).code);
                return false;
              },
            ),
          { what: 'the address is connected to anew' },
        );
        assert.deepEqual(
          [...new Set(codes)].filter((code) => code !== 'READONLY'),
          [],
        );
      } finally {
        redis.destroy();
      }
    });
  }

  it('does not even refuse a script that says that it writes', async () => {
    const from = group.servers.find(({ port }) => port === relay.target.port);
    const to = group.servers.find(({ port }) => port !== relay.target.port);
    assert.ok(from !== undefined && to !== undefined);
    await until(async () => (await to.info('replication')).master_link_status === 'up', { what: 'the replica follows' });
    const redis = createClient({ topology: { kind: 'single', address: { host: relay.host, port: relay.port } } });
    try {
      await redis.set('m', '0');
      await to.ask('REPLICAOF', 'NO', 'ONE');
      await from.ask('REPLICAOF', to.host, to.port);
      relay.repoint({ host: to.host, port: to.port });
      assert.equal(await redis.eval(`#!lua\n${INCR}`, ['m']), 1);
      assert.equal(await redis.get('m'), '1');
    } finally {
      redis.destroy();
    }
  });
});
