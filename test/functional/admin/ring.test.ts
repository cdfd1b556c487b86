import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../../lib/admin/cli/command-line.js';
import { RingAdmin } from '../../../lib/admin/index.js';
import { cluster, createClient, ring, single } from '../../../lib/index.js';
import { compilePlacement } from '../../../lib/placement/compile.js';
import { Cluster } from '../../support/cluster.js';
import { temporaryFolder } from '../../support/processes.js';
import { type Server, startAll, stopAll } from '../../support/server.js';
import { at } from './admin-cluster.js';
import { assertArrived, byModulo, fillRing, keysAt, keysNamed, moveKeys, ringOf } from './ring-servers.js';
import { slotwise } from './slotwise.js';

const COUNT = 1_000;
const keys = keysNamed('user', COUNT);

describe('slotwise ring', function () {
  this.timeout(60_000);
  let servers: Server[] = [];
  let target: Cluster;
  /** When the keys were written. */
  let filledMs = 0;
  const old = (): Server[] => servers.slice(0, 2);
  /** Index of the server that has the key in the ring of two. */
  const homeOf = (key: string): number => byModulo(Buffer.from(key), ['a', 'b']);
  const toCluster = () => cluster(target.servers.map(({ address }) => address));

  before('start three servers and a cluster', async () => {
    servers = await startAll([{}, {}, {}]);
    target = await Cluster.start({ replicas: 0 });
  });
  beforeEach('fill a ring of two servers', async () => {
    for (const server of [...servers, ...target.servers]) await server.ask('FLUSHALL');
    filledMs = performance.now();
    await fillRing(old(), keys);
  });
  after('stop them', () => stopAll([...servers, ...target.servers]));

  it('plans what moves to a third member, and what moves at least', async () => {
    await using admin = new RingAdmin({ topology: ringOf(old()), to: ringOf(servers) });
    const { steps, share, leastShare, totalKeys, sampled, strayShare, notes } = await admin.planMove();
    assert.deepEqual([totalKeys, sampled, strayShare], [COUNT, COUNT, 0]);
    // Of six keys in a row the remainders by two and by three are the same for two.
    assert.ok(Math.abs(share - 2 / 3) < 0.05 && Math.abs(leastShare - 1 / 3) < 1e-9, `${share} ${leastShare}`);
    assert.equal(
      steps.reduce((sum, step) => sum + step.keys, 0),
      Math.round(share * COUNT),
    );
    assert.ok(steps.every(({ bytes }) => bytes !== null && bytes > 0));
    assert.match(notes.join('\n'), /least that any placement could move is 33 %: this one moves 2\.\d times as much/);
    assert.equal(await keysAt(old()), COUNT, 'nothing has moved');
  });

  it('moves to a third member what belongs to another one, once', async () => {
    await using admin = new RingAdmin({ topology: ringOf(old()), to: ringOf(servers) });
    const plan = await admin.planMove();
    const outcome = await admin.run(plan);
    assert.equal(outcome.status, 'done');
    assert.equal(outcome.keys, Math.round(plan.share * COUNT));
    assert.deepEqual(
      [outcome.verified.looked, outcome.verified.there],
      [outcome.keys, outcome.keys].map((n) => Math.min(n, outcome.verified.looked)),
    );
    assert.deepEqual(await keysAt(servers), COUNT);
    const again = await admin.planMove();
    assert.deepEqual(again.steps, []);
    assert.match(again.title, /^nothing to move: all of [\d,]+ keys are where they belong$/);
    assert.equal((await admin.run(again)).keys, 0);
    await using next = new RingAdmin({ topology: ringOf(servers) });
    assert.deepEqual((await next.check()).problems, []);
    for (const [index, server] of servers.entries()) {
      const own = keys.filter((key) => byModulo(Buffer.from(key), ['a', 'b', 'c']) === index);
      const redis = createClient({ topology: single(server.address) });
      const values = await redis.mget(own);
      assert.deepEqual(
        own.filter((key, i) => values[i] !== `value of ${key}`),
        [],
      );
      await redis.close();
    }
  });

  it('moves a ring to a cluster, with times to live', async () => {
    const outcome = await moveKeys({ topology: ringOf(old()), to: toCluster() });
    assert.deepEqual([outcome.status, outcome.keys, await keysAt(old())], ['done', COUNT, 0]);
    assert.deepEqual([outcome.verified.gone, outcome.verified.otherTtl], [[], []]);
    const redis = createClient({ topology: toCluster() });
    await assertArrived(redis, keys, filledMs);
    await redis.close();
  });

  it('lets readers find every key meanwhile, at the one place or at the other', async () => {
    const [before, now] = [createClient({ topology: ringOf(old()) }), createClient({ topology: toCluster() })];
    const missed: string[] = [];
    let isOver = false;
    let reads = 0;
    const readers = Array.from({ length: 8 }, async (_, reader) => {
      for (let index = reader; !isOver; index = (index + 37) % COUNT) {
        const key = at(keys, index);
        // It may have moved between the first look and the second.
        if (((await now.get(key)) ?? (await before.get(key)) ?? (await now.get(key))) !== `value of ${key}`) missed.push(key);
        reads++;
      }
    });
    const outcome = await moveKeys({ topology: ringOf(old()), to: toCluster() }, { batch: 10 });
    isOver = true;
    await Promise.all(readers);
    assert.deepEqual([outcome.status, missed, reads > 8], ['done', [], true]);
    await Promise.all([before.close(), now.close()]);
  });

  it('moves one server to a cluster by the command line, and says that there is nothing left', async () => {
    const [source] = old();
    const size = Number(await source?.ask('DBSIZE'));
    const words = ['--from', source?.address ?? '', '--to', at(target.servers, 0).address];
    const dry = await slotwise('ring', 'move', ...words, '--dry-run');
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /^move \d{3} keys of \d{3} \(100 %\), [\d.]+ KiB, in about \d+ ms\n {3}1 {2}move \d+ keys/);
    const unasked = await slotwise('ring', 'move', ...words);
    assert.deepEqual(
      [unasked.code, unasked.err],
      [2, 'slotwise: nobody can be asked whether to go on: add --yes, or --dry-run to see the plan only\n'],
    );
    const moved = await slotwise('ring', 'move', ...words, '--yes', '--json');
    assert.equal(moved.code, 0, moved.err);
    const { outcome } = JSON.parse(moved.out) as { outcome: { status: string; keys: number } };
    assert.deepEqual([outcome.status, outcome.keys], ['done', size]);
    assert.equal(await keysAt(target.servers), size);
    const again = await slotwise('ring', 'plan', ...words);
    assert.deepEqual([again.code, again.out], [0, 'nothing to move: there are no keys\n']);
  });

  it('stops in between, and goes on where it was', async () => {
    const stop = new AbortController();
    const options = { topology: ringOf(old()), to: toCluster() };
    const first = await moveKeys(options, { stop: stop.signal, batch: 10, onProgress: ({ keys: moved }) => moved > 0 && stop.abort() });
    assert.equal(first.status, 'stopped');
    assert.ok(first.keys > 0 && first.keys < COUNT, `${first.keys}`);
    assert.equal((await keysAt(old())) + (await keysAt(target.servers)), COUNT);
    const second = await moveKeys(options);
    assert.deepEqual([second.status, second.keys + first.keys], ['done', COUNT]);
  });

  it('is stopped by Ctrl-C, and prints the command that goes on', async () => {
    const [source] = old();
    const words = [
      'ring',
      'move',
      '--from',
      source?.address ?? '',
      '--to',
      at(target.servers, 0).address,
      '--keys-per-second',
      '100',
      '--batch',
      '10',
      '--yes',
    ];
    let interrupt = (): void => assert.fail('nobody listens');
    const texts = { out: '', err: '' };
    const code = await runCommandLine(words, {
      stdout: {
        isTTY: true,
        write: (text) => {
          texts.out += text;
          if (/, [1-9]\d* keys moved/.test(text)) interrupt();
        },
      },
      stderr: { write: (text) => (texts.err += text) },
      env: {},
      confirm: null,
      onInterrupt: (listener) => {
        interrupt = listener;
        return () => undefined;
      },
      exit: () => undefined,
    });
    assert.equal(code, 130, texts.err);
    assert.match(texts.out, /\nstopped: \d+ keys \([\d.]+ KiB\) moved in /);
    assert.match(
      texts.err,
      /^stopping after the keys that are on their way; once more stops at once\nTo go on: slotwise ring move --from .* --keys-per-second 100 --batch 10 --yes\n$/,
    );
  });

  it('leaves keys alone that have another value at their new place, unless it is told which one counts', async () => {
    const redis = createClient({ topology: toCluster() });
    const [one = '', two = '', same = ''] = keys;
    await redis.set(one, 'newer');
    await redis.set(two, 'newer', { PX: 600_000 });
    await redis.set(same, `value of ${same}`);
    const options = { topology: ringOf(old()), to: toCluster() };
    const first = await moveKeys(options);
    // One has the same value at both places, as a MIGRATE leaves it whose answer is lost.
    assert.deepEqual([first.status, first.keys, await keysAt(old())], ['incomplete', COUNT - 2, 2]);
    assert.deepEqual(first.conflicts.first.map(({ key }) => key.toString()).sort(), [one, two].sort());
    assert.equal(await redis.get(one), 'newer');
    assert.equal((await moveKeys(options, { duplicates: 'new' })).status, 'done');
    assert.deepEqual([await redis.get(one), await redis.get(two), await keysAt(old())], ['newer', 'newer', 0]);
    await fillRing(old(), [one]);
    assert.equal((await moveKeys(options, { duplicates: 'old' })).status, 'done');
    assert.deepEqual([await redis.get(one), await keysAt(old())], [`value of ${one}`, 0]);
    await redis.close();
  });

  it('refuses a placement that is not that of the keys, and leaves strays', async () => {
    const wrong = { topology: ringOf(old(), (key) => key.length % 2), to: toCluster() };
    await assert.rejects(moveKeys(wrong), /\d+ % of the keys are not where the old placement puts them/);
    assert.equal(await keysAt(old()), COUNT);
    await at(old(), 1 - homeOf('stray')).ask('SET', 'stray', 'of an ejection');
    const outcome = await moveKeys({ topology: ringOf(old()), to: toCluster() });
    assert.deepEqual([outcome.status, outcome.keys, outcome.strays.count], ['done', COUNT, 1]);
    const forced = await moveKeys({ topology: ringOf(old()), to: toCluster() }, { strays: true });
    assert.deepEqual([forced.status, forced.keys, await keysAt(old())], ['done', 1, 0]);
  });

  it('leaves keys that are larger than it is told, and takes large ones last', async () => {
    const source = at(old(), homeOf('large'));
    await source.ask('SETRANGE', 'large', 9 * 1_048_576, 'x');
    const options = { topology: ringOf(old()), to: toCluster() };
    const first = await moveKeys(options, { skipLarger: 1_048_576 });
    assert.deepEqual([first.status, first.keys, first.skipped.first.map(({ key }) => key.toString())], ['done', COUNT, ['large']]);
    const second = await moveKeys(options);
    assert.deepEqual([second.status, second.keys, await keysAt(old())], ['done', 1, 0]);
  });

  it('goes through this process where it is told to, and writers stand still', async () => {
    const options = { topology: ringOf(old()), to: toCluster() };
    await assert.rejects(moveKeys(options, { via: 'client' }), /only while nobody writes: say so/);
    const outcome = await moveKeys(options, { via: 'client', writersStopped: true });
    assert.deepEqual([outcome.status, outcome.keys, await keysAt(old())], ['done', COUNT, 0]);
    const redis = createClient({ topology: toCluster() });
    await assertArrived(redis, keys, filledMs);
    await redis.close();
  });

  it('checks a ring: strays, keys that are twice, a member that is down, members that are one server', async () => {
    const [stray = '', twice = ''] = keys;
    await at(old(), homeOf(stray)).ask('DEL', stray);
    await at(old(), 1 - homeOf(stray)).ask('SET', stray, 'nobody finds it');
    await at(old(), 1 - homeOf(twice)).ask('SET', twice, 'of before');
    await using admin = new RingAdmin({ topology: ringOf(old()) });
    const report = await admin.check();
    assert.deepEqual(
      report.problems.map(({ severity, kind }) => [severity, kind]),
      [
        ['error', 'stray-keys'],
        ['warning', 'stray-keys'],
      ],
    );
    assert.match(report.problems.map(({ text }) => text).join('\n'), new RegExp(`has 1 key that the placement puts elsewhere.*"${stray}"`));
    const one = at(servers, 0);
    const down = '127.0.0.1:1';
    const names = [one.address, `localhost:${one.port}`, down];
    await using other = new RingAdmin({ topology: ring(names, { place: () => 0 }), connectTimeoutMs: 500 });
    const problems = (await other.check()).problems.filter(({ kind }) => kind !== 'stray-keys');
    assert.deepEqual(
      problems.map(({ severity, kind, nodes }) => [severity, kind, nodes]),
      [
        ['error', 'unreachable', [down]],
        ['error', 'same-server', names.slice(0, 2)],
      ],
    );
  });

  it('grows a ring of twemproxy by files, to which keys were written one by one', async () => {
    for (const server of servers) await server.ask('FLUSHALL');
    const folder = temporaryFolder('ring-files');
    const placement = { as: 'twemproxy', hash: 'murmur', distribution: 'ketama' } as const;
    const members = servers.map(({ address }, index) => ({ at: address, name: `server${index}` }));
    const files = [2, 3].map((count) => {
      const file = join(folder, `ring${count}.json`);
      writeFileSync(file, JSON.stringify({ members: members.slice(0, count), placement }));
      return file;
    });
    const [ring2 = '', ring3 = ''] = files;
    const { members: two, ...of } = ring(members.slice(0, 2), placement) as Extract<ReturnType<typeof ring>, { kind: 'ring' }>;
    const placed = compilePlacement(
      of.placement,
      two.map(({ name, weight }, position) => ({ name, weight, position })),
    );
    const clients = old().map(({ address }) => createClient({ topology: single(address) }));
    await Promise.all(keys.map((key) => at(clients, placed.indexOf(key)).set(key, `value of ${key}`)));
    for (const client of clients) await client.close();
    const sound = await slotwise('ring', 'check', ring2, '--all');
    assert.match(
      sound.out,
      /^member +primary +weight +keys +share +strays\nserver0 .*\nserver1 .*\nok: no errors, 1,000 keys of 1,000 looked at\n$/,
    );
    const moved = await slotwise('ring', 'move', '--from', ring2, '--to', ring3, '--yes');
    assert.equal(moved.code, 0, moved.out + moved.err);
    assert.match(moved.out, /^move (2[5-9]|3\d)\d keys of 1,000 \(\d\d %\).*\n {3}1 {2}move \d+ keys .* from server0 to server2\n/);
    assert.match(moved.out, /\nlooked for \d+ keys that moved: all are at their new place\n$/);
    assert.deepEqual([(await slotwise('ring', 'check', ring3)).code, (await slotwise('ring', 'check', ring2)).code], [0, 0]);
  });

  it('reads topologies from files, and says what is wrong with one', async () => {
    const folder = temporaryFolder('ring-files');
    const file = join(folder, 'ring.json');
    writeFileSync(file, JSON.stringify({ kind: 'ring', members: ['127.0.0.1'], placement: { as: 'twemproxi' } }));
    const wrong = await slotwise('ring', 'check', file);
    assert.deepEqual([wrong.code, /TOPOLOGY: .*placement\.as: .*did you mean twemproxy\?/.test(wrong.err)], [2, true], wrong.err);
    writeFileSync(file, JSON.stringify({ topology: { kind: 'single', address: at(old(), 0).address } }));
    const plan = await slotwise('ring', 'plan', '--from', file, '--to', `redis+cluster://${at(target.servers, 1).address}`);
    assert.equal(plan.code, 0, plan.err);
    assert.match(plan.out, /^move \d{3} keys/);
  });
});
