import assert from 'node:assert/strict';
import Redis, { Cluster } from '../../../lib/entries/ioredis/index.js';
import { createClient, type Redis as Native } from '../../../lib/index.js';
import { forEachTopology } from '../../support/topologies.js';

/** Keys of many slots, of all nodes. */
const OTHERS = Array.from({ length: 12 }, (_, at) => `{other${at}}`);

forEachTopology(
  (t) => {
    let native: Native;

    beforeEach(() => {
      native = createClient({ topology: t.createOptions() });
    });
    afterEach(() => native.destroy());

    const kinds: Readonly<Record<string, () => Cluster | Redis>> = {
      'an ioredis Cluster': () => new Cluster(t.running.nodes.slice(0, 2).map(({ port }) => port)),
      'an ioredis Redis over a client': () => new Redis(native),
    };
    for (const [kind, open] of Object.entries(kinds)) {
      describe(kind, () => {
        let redis: Cluster | Redis;

        beforeEach(() => {
          redis = open();
        });
        afterEach(() => redis.disconnect());

        it('watches keys by hand, on the node that has them', async () => {
          await redis.watch('{w}a');
          await native.set('{w}a', 'other');
          assert.equal(await redis.multi().set('{w}a', 'own').exec(), null);
          assert.deepEqual(await redis.multi().set('{w}a', 'own').exec(), [[null, 'OK']]);
          assert.equal(await redis.get('other'), null);
        });

        it('watches keys from within a pipeline', async () => {
          assert.deepEqual(await redis.pipeline().watch('{w}a').get('{w}a').exec(), [
            [null, 'OK'],
            [null, null],
          ]);
          await native.set('{w}a', 'other');
          assert.equal(await redis.multi().set('{w}a', 'own').exec(), null);
        });

        it('runs what belongs to other slots beside a watch, and leaves that as it is', async () => {
          await redis.watch('{w}a');
          for (const key of OTHERS) assert.equal(await redis.set(key, '1'), 'OK');
          assert.deepEqual(
            await redis.mget(OTHERS),
            OTHERS.map(() => '1'),
          );
          assert.deepEqual(await redis.pipeline().get('{other0}').get('{w}a').exec(), [
            [null, '1'],
            [null, null],
          ]);
          for (const key of OTHERS) assert.deepEqual(await redis.multi().get(key).exec(), [[null, '1']]);
          await native.set('{w}a', 'other');
          assert.equal(await redis.multi().set('{w}a', 'own').exec(), null);
          await redis.watch('{w}a');
          await redis.multi({ pipeline: false });
          assert.equal(await redis.set('{w}a', 'own'), 'QUEUED');
          assert.deepEqual(await redis.exec(), [[null, 'OK']]);
        });

        it('refuses a watch of another slot, and keeps the first', async () => {
          await redis.watch('{w}a');
          for (const key of OTHERS) {
            await assert.rejects(redis.watch(key), /WATCH: keys of slot \d+ are watched; end that/);
            const [[error] = []] = (await redis.pipeline().watch(key).exec()) ?? [];
            assert.match(String(error), /WATCH: keys of slot/);
          }
          await redis.watch('{w}b');
          await native.set('{w}b', 'other');
          assert.equal(await redis.multi().set('{w}a', 'own').exec(), null);
          for (const key of OTHERS) {
            assert.equal(await redis.watch(key), 'OK');
            assert.equal(await redis.unwatch(), 'OK');
          }
        });

        it('runs no transaction that has keys of the watched slot and of others', async () => {
          await redis.watch('{w}a');
          for (const key of OTHERS) await assert.rejects(redis.multi().set('{w}a', 'own').set(key, 'own').exec(), /CROSSSLOT|EXECABORT/);
          for (const key of OTHERS) {
            await redis.watch('{w}a');
            await redis.multi({ pipeline: false });
            await redis.set('{w}a', 'own');
            await redis.set(key, 'own').catch(() => {});
            await assert.rejects(redis.exec(), /CROSSSLOT|EXECABORT/);
          }
          assert.deepEqual(
            await native.mget(['{w}a', ...OTHERS]),
            ['{w}a', ...OTHERS].map(() => null),
          );
        });
      });
    }
  },
  ['cluster'],
);
