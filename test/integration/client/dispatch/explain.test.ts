import assert from 'node:assert/strict';
import { FakeServer } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, ScriptedCluster, single } from '../scripted.js';

describe('explain', () => {
  afterEach(assertNoPendingCommands);

  it('says so before anything is known of the servers, and connects to none', async () => {
    await using server = await FakeServer.start();
    const explained = clientOf(server).explain('GET', 'a');
    assert.equal(explained.node, null);
    assert.equal(String(explained), 'GET -> nobody\nreads primary\nnothing is known of the servers yet');
    assert.equal(server.received.length, 0);
  });

  it('names node, domain and mode, and sends nothing', async () => {
    await using server = await FakeServer.start();
    server.handler = single(() => 'OK');
    const redis = clientOf(server, { domains: { video: { keys: 'video:*', reads: 'primaryPreferred' } }, keyPrefix: 'app:' });
    await redis.connect();
    const before = server.received.length;
    const node = `${server.host}:${server.port}`;
    const read = redis.explain('get', 'video:1');
    assert.deepEqual(
      { ...read, steps: read.steps.map(({ step, reducer, left, removed }) => [step, reducer, left, removed]) },
      {
        command: 'GET',
        node,
        candidates: [node],
        domain: 'video',
        slot: null,
        shard: 0,
        mode: 'primaryPreferred',
        fallback: false,
        steps: ['not deprioritised', 'mode', 'link up, not loading', 'priority'].map((reducer) => ['primary', reducer, [node], []]),
        parts: [],
        notes: [],
      },
    );
    const write = redis.explain('SET', 'video:1', 'x');
    assert.deepEqual([write.node, write.mode, write.notes], [node, 'primary', ['it does not only read']]);
    assert.deepEqual(redis.explain('GET', 'x').domain, null);
    assert.equal(redis.domain('video').explain('GET', 'x').domain, 'video');
    assert.deepEqual(redis.explain('SUBSCRIBE', 'a').node, null);
    assert.match(String(redis.explain('SUBSCRIBE', 'a')), /it would be refused: /);
    assert.match(String(redis.explain('NO.SUCH', 'a')), /it is not known here/);
    assert.equal(server.received.length, before);
  });

  it('shows the parts of a command that is split, and what goes to every node', async () => {
    await using cluster = await ScriptedCluster.start(2);
    const redis = cluster.client();
    await redis.connect();
    await until(() => redis.topology !== null);
    const [first, second] = cluster.servers.map(({ host, port }) => `${host}:${port}`);
    // Slots 15495 and 3300.
    const split = redis.explain('MGET', 'a', 'b');
    assert.deepEqual(
      split.parts.map(({ command, slot, node }) => [command, slot, node]),
      [
        ['MGET', 15_495, second],
        ['MGET', 3_300, first],
      ],
    );
    assert.deepEqual([split.node, split.candidates], [null, []]);
    assert.match(String(split), /^MGET is split in 2\n {2}MGET -> /);
    assert.deepEqual([...redis.explain('DBSIZE').candidates].sort(), [first, second].sort());
    assert.equal(redis.explain('GET', 'b').slot, 3_300);
    const published = redis.explain('PUBLISH', 'b', 'x');
    assert.deepEqual([published.slot, published.node], [3_300, first], 'what is published to a channel keeps to one node');
    assert.match(String(redis.explain('RENAME', 'a', 'b')), /it would be refused: .*slot/);
  });

  it('knows of guards, offloaded commands and sessions', async () => {
    await using server = await FakeServer.start();
    server.handler = single(() => 'OK');
    const redis = clientOf(server, {
      domains: { video: { keys: 'video:*', guard: { write: [] } } },
      offload: { commands: 'SORT', fallback: ['primary'] },
    });
    await redis.connect();
    const refused = redis.explain('SET', 'video:1', 'x');
    assert.deepEqual([refused.node, refused.domain], [null, 'video']);
    assert.match(refused.notes.join(), /^it would be refused: SET: the guard of domain video lets it write nothing/);
    assert.deepEqual(
      redis.stats().domains.map(({ guarded }) => guarded),
      [0, 0],
      'nobody asked for it',
    );
    const sorted = redis.explain('SORT', 'list');
    assert.deepEqual([sorted.command, sorted.mode, sorted.notes], ['SORT_RO', 'replica', ['it is offloaded']]);
    assert.equal(redis.explain('SORT', 'list', 'STORE', 'to').command, 'SORT');
    const own = redis.session().with({ reads: 'nearest' }).explain('GET', 'a');
    assert.match(own.notes.join(), /^in a session: to the primary while/);
  });
});
