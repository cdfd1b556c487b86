import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLostError, ReplyError, TimeoutError } from '../../../../lib/errors.js';
import type { Redis } from '../../../../lib/index.js';
import { close, error, FakeServer, type Handler, ok, silence } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, ScriptedCluster, single } from '../scripted.js';

const CLOSES = /the server closes the connection at this command/;

/** Closes the connection at a command with the argument `poison`, and answers all others. */
const poisoned: Handler = (words) => {
  if (words.includes('poison')) return close;
  switch (words[0]) {
    case 'GET':
    case 'EVAL_RO':
      return 'value';
    case 'INCR':
      return 1;
    case 'MULTI':
    case 'SET':
    case 'WATCH':
    case 'UNWATCH':
      return ok;
    default:
      return undefined;
  }
};

/** Commands of this key that came on a connection that carried others as well. */
const shared = ({ connections }: FakeServer, key: string): number =>
  connections.filter(({ received }) => received.some((words) => words.includes(key)) && received.some((words) => words.includes('other')))
    .length;

const kinds: readonly (readonly [what: string, run: (redis: Redis) => Promise<unknown>])[] = [
  ['a read', (redis) => redis.get('poison')],
  ['a write that may run twice', (redis) => redis.with({ idempotent: true }).set('poison', '1')],
  ['a script that only reads', (redis) => redis.eval_ro('return 1', ['poison'])],
  ['a blocking read', (redis) => redis.xread({ poison: '0' }, { BLOCK: 0 })],
  ['a transaction that may run twice', (redis) => redis.with({ idempotent: true }).multi().get('poison').exec()],
  ['a read of several keys', (redis) => redis.mget(['poison', 'b'])],
  ['a scan', async (redis) => redis.scanSet('poison')[Symbol.asyncIterator]().next()],
  ['a read of `watch`', (redis) => redis.watch(['k'], async (tx) => void (await tx.get('poison')))],
];

describe('a command at which the server closes the connection', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(single(poisoned));
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });

  for (const [what, run] of kinds) {
    it(`rejects by itself, if it is ${what}, and touches others at its first two losses at most`, async () => {
      const redis = clientOf(server);
      await redis.get('other');
      let failed = 0;
      let ended = false;
      const load = (async () => {
        for (; !ended; await sleep(2)) {
          await redis.incr('other').catch((reason: unknown) => {
            assert.ok(reason instanceof ConnectionLostError);
            failed++;
          });
        }
      })();
      const reason = await rejected(run(redis));
      ended = true;
      await load;
      assert.ok(reason instanceof ConnectionLostError, String(reason));
      assert.match(reason.message, CLOSES);
      assert.ok(reason.cause instanceof ConnectionLostError);
      assert.ok(shared(server, 'poison') <= 2, `${shared(server, 'poison')} shared connections were lost`);
      assert.ok(failed <= 2, `${failed} of the others failed`);
    });
  }

  it('leaves the others of its pipeline alone', async () => {
    const [first, bad, last] = await clientOf(server).pipeline().get('a').get('poison').get('b').exec({ errors: 'inline' });
    assert.deepEqual([first, last], ['value', 'value']);
    assert.ok(bad instanceof ConnectionLostError);
    assert.match(bad.message, CLOSES);
  });

  it('is told from a command whose answer cannot be read', async () => {
    server.handler = single((words, connection) => (words.includes('poison') ? Buffer.from('?garbage\r\n') : poisoned(words, connection)));
    const reason = await rejected(clientOf(server).get('poison'));
    assert.match(reason.message, /what the server answers to this command cannot be read/);
  });

  it('is no reason to reject while the node answers nobody', async () => {
    let down = false;
    server.handler = single((words, connection) => {
      if (down) return close;
      return poisoned(words, connection);
    });
    const redis = clientOf(server);
    await redis.get('other');
    down = true;
    const reason = await rejected(redis.with({ timeoutMs: 700 }).get('k'));
    assert.ok(reason instanceof TimeoutError, String(reason));
    down = false;
    assert.equal(await redis.get('k'), 'value');
  });

  it('is sent once more, alone, where the third time succeeds', async () => {
    let left = 2;
    server.handler = single((words, connection) =>
      words.includes('poison') && left-- > 0 ? close : words.includes('poison') ? 'value' : poisoned(words, connection),
    );
    const redis = clientOf(server);
    await redis.get('other');
    assert.equal(await redis.get('poison'), 'value');
    assert.equal(server.count('GET'), 4);
    assert.ok(shared(server, 'poison') <= 2);
  });

  it('passes its deadline on its own connection without an answer', async () => {
    let left = 0;
    server.handler = single((words, connection) =>
      words.includes('poison') ? (left-- > 0 ? close : silence) : poisoned(words, connection),
    );
    const redis = clientOf(server);
    await redis.connect();
    // A machine that stalls may need more time until it is sent for the third time.
    for (let timeoutMs = 300; left >= 0 && timeoutMs < 10_000; timeoutMs *= 2) {
      left = 2;
      const reason = await rejected(redis.with({ timeoutMs }).get('poison'));
      assert.ok(reason instanceof TimeoutError, String(reason));
      assert.equal(reason.executed, 'unknown');
    }
    assert.equal(left, -1);
  });

  it('is not hedged after its first loss', async () => {
    await using cluster = await ScriptedCluster.start(1);
    cluster.script = (_, words, connection) => poisoned(words, connection);
    const redis = cluster.client({ hedge: true, reads: 'nearest' });
    const reason = await rejected(redis.get('poison'));
    assert.match(reason.message, CLOSES);
  });

  it('of a client that closes ends with it', async () => {
    const redis = clientOf(server, { timeoutMs: 5_000 });
    await redis.get('other');
    const reading = rejected(redis.get('poison'));
    await until(() => server.received.filter((words) => words.includes('poison')).length >= 2);
    await redis.close();
    assert.ok((await reading) instanceof ConnectionLostError);
  });

  it('does not stand for an error reply', async () => {
    server.handler = single((words, connection) => (words.includes('poison') ? error('WRONGTYPE') : poisoned(words, connection)));
    const reason = await rejected(clientOf(server).get('poison'));
    assert.ok(reason instanceof ReplyError);
  });
});
