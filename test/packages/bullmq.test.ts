import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FlowProducer, type IRedisClient, type Job, Queue, QueueEvents, Worker } from 'bullmq';
import { type BullConnection, createBullConnection } from 'slotwise/bullmq';
import { SentinelGroup } from '../support/sentinel.js';
import { Stopwatch } from '../support/stopwatch.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';
import { BullLoad } from './support/bullmq-load.js';

/** In a cluster the keys of a queue, and of the queues of a flow, must go together. */
const prefix = '{bull}';
const NAME = 'mails';

/** The types that BullMQ has for a connection take ours. */
const asBullMqHasIt = (connection: BullConnection): IRedisClient => connection;

interface Data {
  readonly x: number;
}

const double = async (job: Job<Data>): Promise<number> => job.data.x * 2;

describe('BullMQ', () => {
  forEachTopology(
    (t) => {
      let connection: BullConnection;
      let queue: Queue<Data>;
      let events: QueueEvents;
      const closing: { close(): Promise<unknown> }[] = [];
      const errors: unknown[] = [];

      const work = (process: (job: Job<Data>) => Promise<unknown> = double, options: object = {}): Worker<Data> => {
        const worker = new Worker<Data>(NAME, process, { connection, prefix, ...options });
        worker.on('error', (error) => errors.push(error));
        closing.unshift(worker);
        return worker;
      };

      beforeEach(async () => {
        errors.length = 0;
        connection = createBullConnection({ topology: t.createOptions() });
        queue = new Queue<Data>(NAME, { connection: asBullMqHasIt(connection), prefix });
        events = new QueueEvents(NAME, { connection, prefix });
        queue.on('error', (error) => errors.push(error));
        events.on('error', (error) => errors.push(error));
        closing.push(events, queue);
        // Each job that is waited for listens.
        queue.setMaxListeners(1_000);
        events.setMaxListeners(1_000);
        await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
        // What BullMQ names its connection before it reads.
        await until(async () => (await queue.getQueueEvents()).length === 1, { what: 'the events are read' });
      });

      afterEach(async () => {
        for (const one of closing.splice(0)) await one.close();
        await connection.quit();
        assert.deepEqual(errors, []);
      });

      it('runs jobs, and tells of them', async () => {
        work();
        const job = await queue.add('one', { x: 21 });
        assert.equal(await job.waitUntilFinished(events, 20_000), 42);
        const jobs = await queue.addBulk(Array.from({ length: 200 }, (_, x) => ({ name: 'many', data: { x } })));
        const results = await Promise.all(jobs.map((each) => each.waitUntilFinished(events, 20_000)));
        assert.deepEqual(
          results,
          jobs.map((_, x) => 2 * x),
        );
        assert.equal((await queue.getJobCounts()).completed, 201);
        assert.equal((await queue.getJobs(['completed'])).length, 201);
      });

      it('runs flows, parents after their children', async () => {
        const flows = new FlowProducer({ connection, prefix });
        closing.unshift(flows);
        const order: number[] = [];
        work(async (job) => {
          order.push(job.data.x);
          return double(job);
        });
        const child = (x: number) => ({ name: 'child', queueName: NAME, data: { x } });
        const { job } = await flows.add({ name: 'parent', queueName: NAME, data: { x: 9 }, children: [child(1), child(2), child(3)] });
        assert.equal(await job.waitUntilFinished(events, 20_000), 18);
        assert.deepEqual(order.slice(0, 3).sort(), [1, 2, 3]);
        assert.equal(order[3], 9);
        assert.deepEqual(Object.values(await job.getChildrenValues()).sort(), [2, 4, 6]);
        assert.equal((await job.getDependencies()).unprocessed?.length, 0);
        const tree = await flows.getFlow({ id: job.id ?? '', queueName: NAME, prefix });
        assert.equal(tree.children?.length, 3);
      });

      it('runs delayed jobs, those of schedulers, and by priority', async () => {
        const done: string[] = [];
        work(async (job) => done.push(job.name));
        const late = await queue.add('late', { x: 1 }, { delay: 300 });
        await queue.add('soon', { x: 1 });
        await queue.upsertJobScheduler('every', { every: 200, limit: 3 }, { name: 'tick', data: { x: 0 } });
        await until(() => done.filter((name) => name === 'tick').length >= 3 && done.includes('late') && done.includes('soon'), {
          timeoutMs: 20_000,
          what: 'all ran',
        });
        const ran = (await queue.getJob(late.id ?? ''))?.processedOn ?? 0;
        assert.ok(ran >= late.timestamp + 300, `${ran - late.timestamp} ms`);
        assert.equal((await queue.getJobSchedulers()).length <= 1, true);
        await queue.removeJobScheduler('every');
      });

      it('tries again what fails, and tells the last failure', async () => {
        let tries = 0;
        const worker = work(async () => {
          if (++tries < 3) throw new Error(`try ${tries}`);
          return tries;
        });
        const failures: string[] = [];
        worker.on('failed', (_job, error) => failures.push(error.message));
        const job = await queue.add('again', { x: 1 }, { attempts: 3, backoff: { type: 'fixed', delay: 20 } });
        assert.equal(await job.waitUntilFinished(events, 20_000), 3);
        assert.deepEqual(failures, ['try 1', 'try 2']);
        const last = await queue.add('never', { x: 1 }, { attempts: 1 });
        tries = -10;
        await assert.rejects(last.waitUntilFinished(events, 20_000), /try -9/);
        assert.equal(await last.getState(), 'failed');
      });

      it('keeps to a rate limit', async () => {
        work(double, { limiter: { max: 2, duration: 300 } });
        const jobs = await queue.addBulk(Array.from({ length: 6 }, (_, x) => ({ name: 'limited', data: { x } })));
        await Promise.all(jobs.map((job) => job.waitUntilFinished(events, 30_000)));
        // Begun before the first period, ended after two: whatever stalls makes it longer.
        const done = await queue.getJobs(['completed']);
        const began = Math.min(...done.map(({ processedOn = 0 }) => processedOn));
        const ended = Math.max(...done.map(({ finishedOn = 0 }) => finishedOn));
        assert.ok(ended - began >= 590, `six of two in 300 ms took ${ended - began} ms`);
      });

      it('pauses and resumes queues and workers', async () => {
        const done: number[] = [];
        const worker = work(async (job) => done.push(job.data.x));
        await worker.waitUntilReady();
        await queue.pause();
        const job = await queue.add('paused', { x: 1 });
        await sleep(200);
        assert.deepEqual(done, []);
        assert.equal(await queue.isPaused(), true);
        await queue.resume();
        await job.waitUntilFinished(events, 20_000);
        await worker.pause();
        const next = await queue.add('paused', { x: 2 });
        await sleep(200);
        assert.deepEqual(done, [1]);
        worker.resume();
        await next.waitUntilFinished(events, 20_000);
        assert.deepEqual(done, [1, 2]);
      });

      it('finds its workers, also while one is busy', async () => {
        let finish = (): void => {};
        const busy = new Promise<void>((resolve) => {
          finish = resolve;
        });
        work(() => busy, { name: 'busy' });
        work(() => busy);
        const jobs = await queue.addBulk([1, 2].map((x) => ({ name: 'long', data: { x } })));
        await until(async () => (await queue.getActiveCount()) === 2, { what: 'both work' });
        const own = `${prefix}:${Buffer.from(NAME).toString('base64')}`;
        // The connection on which a worker has waited gives its name back when the worker has got its job.
        const names = async () => (await queue.getWorkers()).map(({ rawname }) => rawname).sort();
        await until(async () => String(await names()) === String([own, `${own}:w:busy`]), { what: 'each is found, once' });
        assert.equal(await queue.getWorkersCount(), 2);
        finish();
        await Promise.all(jobs.map((job) => job.waitUntilFinished(events, 20_000)));
      });

      it('closes workers that wait at once, and others when their job is done', async () => {
        const idle = work();
        await idle.waitUntilReady();
        await (await queue.add('one', { x: 1 })).waitUntilFinished(events, 20_000);
        await until(async () => /cmd=bzpopmin/.test(await connection.clientList()), { what: 'it waits' });
        const watch = Stopwatch.start();
        await idle.close();
        assert.ok(watch.ownMs < 1_000, `closing took ${watch.ownMs} ms`);
        const done: number[] = [];
        const active = work(async (job) => {
          await sleep(200);
          done.push(job.data.x);
        });
        await queue.add('one', { x: 2 });
        await until(async () => (await queue.getActiveCount()) === 1, { what: 'it works' });
        await active.close();
        assert.deepEqual(done, [2]);
        assert.equal(await queue.getWorkersCount(), 0);
      });

      it('obliterates, drains and cleans', async () => {
        await queue.addBulk(
          Array.from({ length: 30 }, (_, x) => ({ name: 'gone', data: { x }, opts: x % 2 === 0 ? {} : { delay: 60_000 } })),
        );
        await queue.drain();
        assert.deepEqual(await queue.getJobCounts('waiting', 'delayed'), { waiting: 0, delayed: 15 });
        assert.equal((await queue.clean(0, 100, 'delayed')).length, 15);
        await queue.add('gone', { x: 1 });
        await queue.obliterate({ force: true });
        assert.equal(await queue.count(), 0);
      });

      if (t.kind !== 'single') return;
      it('takes no more than five connections of a server for a queue, its events and a worker', async () => {
        work();
        await (await queue.add('one', { x: 1 })).waitUntilFinished(events, 20_000);
        const list = (await connection.clientList()).trim().split('\n');
        assert.ok(list.length <= 5, list.join('\n'));
      });
    },
    ['single', 'sentinel', 'cluster'],
  );

  it('loses no job and does none twice when a Sentinel group loses its primary', async () => {
    const group = await SentinelGroup.start();
    const seeds = group.sentinels.map(({ host, port }) => ({ host, port }));
    const connection = createBullConnection({ topology: { kind: 'sentinel', seeds, name: group.name, access: {} } });
    try {
      const load = new BullLoad('load', connection, { lockDuration: 10_000, stalledInterval: 5_000 });
      await load.start();
      await until(() => load.added > 500, { timeoutMs: 30_000, what: 'jobs are added' });
      const old = await group.primary();
      await old.kill();
      // What it had answered is read before the group has another.
      await sleep(100);
      load.mark();
      await group.failedOver(old);
      const before = load.added;
      await until(() => load.added > before + 500, { timeoutMs: 30_000, what: 'jobs are added again' });
      const report = await load.stop(90_000);
      const shown = JSON.stringify(report);
      assert.deepEqual(report.stuck, [], shown);
      assert.deepEqual(report.twice, [], shown);
      // What the old primary alone knew is lost with it, which is not the client's doing; the new one loses nothing.
      assert.deepEqual(report.lostLater, [], shown);
      assert.deepEqual(report.againLater, [], shown);
      // Of what was under way nobody knows whether it ran; ioredis tells of a lost lock in the same way.
      assert.deepEqual(
        Object.keys({ ...report.refused, ...report.errors }).filter(
          (text) => !/^Connection is closed\.$|^(Missing lock|Lock mismatch|Missing key) for job|not in the active state/.test(text),
        ),
        [],
        shown,
      );
    } finally {
      await connection.quit();
      await group.stop();
    }
  }).timeout(180_000);
});
