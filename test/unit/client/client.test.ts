import assert from 'node:assert/strict';
import { ClosedError, cluster, createClient, type Redis, single } from '../../../lib/index.js';
import { ScriptedReplication } from '../../support/scripted-group.js';
import { ScriptedWorld, silence } from '../../support/scripted-world.js';

describe('close() of a client', () => {
  let world: ScriptedWorld;
  let servers: ScriptedReplication;
  let redis: Redis;
  beforeEach(async () => {
    world = new ScriptedWorld();
    servers = new ScriptedReplication(world, 1);
    servers.script = (_, [name]) => (name === 'GET' || name === 'BLPOP' ? silence : undefined);
    redis = createClient({ topology: single(`redis://${servers.server(0).name}`), timeoutMs: 0 });
    redis.on('error', () => {});
    await world.outcome(redis.connect());
  });
  afterEach(async () => {
    redis.destroy();
    await world.pass(10);
    world[Symbol.dispose]();
  });

  const connectionOf = (command: string) => servers.server(0).connections.find(({ received }) => received.includes(command));

  it('waits for commands that were accepted before it, and refuses those that come after', async () => {
    const accepted = redis.get('k');
    await world.until(() => connectionOf('GET k') !== undefined, 'the command has come');
    let isClosed = false;
    const closed = redis.close().then(() => {
      isClosed = true;
    });
    await assert.rejects(redis.get('l'), (error) => error instanceof ClosedError && error.executed === 'no');
    await world.pass(50);
    assert.equal(isClosed, false);
    connectionOf('GET k')?.send('value');
    assert.equal(await world.outcome(accepted), 'value');
    await world.outcome(closed);
    await world.pass(10);
    assert.equal(servers.server(0).open.length, 0);
  });

  it('waits for commands that no node can take yet', async () => {
    servers.server(0).refuse();
    for (const { end } of servers.server(0).open) end.close();
    await world.pass(100);
    const accepted = redis.echo('accepted');
    const closed = redis.close();
    await world.pass(1_000);
    servers.server(0).listen();
    assert.equal(await world.outcome(accepted), 'accepted');
    await world.outcome(closed);
  });

  it('ends calls that block without limit', async () => {
    const blocked = redis.blpop('queue', 0);
    await world.until(() => connectionOf('BLPOP queue 0') !== undefined, 'the call blocks');
    const isEnded = assert.rejects(blocked, ClosedError);
    const closed = redis.close();
    await world.until(
      () => servers.received(0, 'CLIENT').some((words) => words.startsWith('CLIENT UNBLOCK')),
      'the server is asked to end it',
    );
    connectionOf('BLPOP queue 0')?.send(null);
    await world.outcome(isEnded);
    await world.outcome(closed);
  });
});

describe('what a client says of its options', () => {
  it('is known before the servers are', async () => {
    await using plain = createClient('redis://127.0.0.1:1');
    assert.deepEqual([plain.topologyKind, plain.keyPrefix, plain.topology], ['single', null, null]);
    await using prefixed = createClient({ topology: cluster(['127.0.0.1:1']), keyPrefix: 'app:' });
    const view = prefixed.duplicate().with({ timeoutMs: 1 });
    assert.deepEqual([view.topologyKind, view.keyPrefix, view.topology], ['cluster', 'app:', null]);
  });
});
