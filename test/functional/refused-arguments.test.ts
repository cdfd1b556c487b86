import assert from 'node:assert/strict';
import { ArgumentError, createClient, type Redis } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';
import { leasedMethods, type Misuse, misusesOf, sharedMethods } from '../unit/commands/arguments/misuse.js';

type Method = (...args: readonly unknown[]) => unknown;

const misuses: readonly Misuse[] = sharedMethods.flatMap((method) => [...misusesOf(method)]);
/** One of each kind a method: the rest is what the unit test of all methods is for. */
const few = (list: readonly Misuse[]): readonly Misuse[] => list.filter((_, at) => at % 7 === 0);

function call(target: object, { method, args }: Misuse): unknown {
  return ((target as Readonly<Record<string, unknown>>)[method] as Method).apply(target, [...args]);
}

/** The calls that did not reject with an `ArgumentError`. */
async function unrefused(calls: readonly Misuse[], make: (misuse: Misuse) => unknown): Promise<string[]> {
  const outcomes = await Promise.allSettled(calls.map(async (misuse) => make(misuse)));
  return outcomes.flatMap((outcome, at) => {
    const reason: unknown = outcome.status === 'rejected' ? outcome.reason : 'a success';
    return reason instanceof ArgumentError ? [] : [`${calls[at]?.method} with ${calls[at]?.what}: ${reason}`];
  });
}

const sentBy = (redis: Redis): number => redis.stats().nodes.reduce((sum, { sent }) => sum + sent, 0);

describe('arguments that no command method takes', () => {
  forEachTopology(
    (t) => {
      it('are refused by clients and views, and nothing is sent', async () => {
        await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'p:' });
        await redis.set('{a}1', 'kept');
        const before = sentBy(redis);
        assert.deepEqual(await unrefused(misuses, (misuse) => call(redis, misuse)), []);
        assert.deepEqual(await unrefused(few(misuses), (misuse) => call(redis.with({ reads: 'primary' }), misuse)), []);
        assert.equal(sentBy(redis), before);
        assert.equal(await redis.get('{a}1'), 'kept');
      });

      it('are refused by pipelines and transactions, whose other commands are not sent either', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        await redis.set('{a}1', '1');
        const before = sentBy(redis);
        const refused = await unrefused(few(misuses), (misuse) => {
          const batch = misuse.args.length % 2 === 0 ? redis.pipeline() : redis.multi();
          batch.incr('{a}1');
          assert.equal(call(batch, misuse), batch, 'the chain goes on');
          return batch.incr('{a}1').exec({ errors: 'inline' });
        });
        assert.deepEqual(refused, []);
        assert.equal(sentBy(redis), before);
        assert.equal(await redis.get('{a}1'), '1');
      });

      it('are refused on leases and in watch, whose connections stay as they are', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        const own = leasedMethods.flatMap((method) => [...misusesOf(method)]);
        const onLease = await redis.lease(async (one) => [
          await unrefused([...few(misuses), ...own], (misuse) => call(one, misuse)),
          await one.ping(),
        ]);
        assert.deepEqual(onLease, [[], 'PONG']);
        const inWatch = await redis.watch('{a}1', async (tx) => [
          await unrefused(few(misuses), (misuse) => call(tx, misuse)),
          await tx.ping(),
        ]);
        assert.deepEqual(inWatch, [[], 'PONG']);
        let attempts = 0;
        const refused = redis.watch('{a}1', (tx) => {
          attempts++;
          const batch = tx.multi();
          call(batch, { method: 'set', command: 'SET', what: 'no value', args: ['{a}1'] });
          return batch;
        });
        await assert.rejects(refused, ArgumentError);
        assert.equal(attempts, 1);
        assert.deepEqual(await redis.watch('{a}1', (tx) => tx.multi().set('{a}1', '2')), ['OK']);
      });
    },
    ['single', 'cluster'],
  );
});
