import assert from 'node:assert/strict';
import { ClosedError, cluster, createClient, type Redis, replication } from '../../../../lib/index.js';
import { Failure, OK } from '../../../simulation/servers/resp.js';
import { ScriptedCluster, ScriptedReplication, SLOT_OF_B } from '../../../support/scripted-group.js';
import { ScriptedWorld, silence } from '../../../support/scripted-world.js';

describe('a dispatcher in a cluster', () => {
  let world: ScriptedWorld;
  let servers: ScriptedCluster;
  let redis: Redis;
  beforeEach(() => {
    world = new ScriptedWorld();
    servers = new ScriptedCluster(world, 3);
    redis = createClient({ topology: cluster([`redis://${servers.server(0).name}`]), monitor: { periodMs: 100 } });
  });
  afterEach(async () => {
    redis.destroy();
    await world.pass(10);
    world[Symbol.dispose]();
  });

  /** The commands that a server got, without those of its handshake and of the monitor. */
  const sentTo = (index: number): string[] => servers.received(index, 'ASKING', 'GET', 'SET');

  it('sends what was answered ASK to the other node with ASKING, and once only', async () => {
    servers.script = (server, [name, key]) => {
      if (name !== 'GET') return undefined;
      return server === 0 && key === 'b' ? servers.error('ASK', SLOT_OF_B, 1) : `server ${server}`;
    };
    assert.equal(await world.outcome(redis.get('b')), 'server 1');
    assert.deepEqual([sentTo(0), sentTo(1)], [['GET b'], ['ASKING', 'GET b']]);
  });

  it('takes a call that servers redirect in circles by what is known of its slot, once it has waited', async () => {
    let calls = 0;
    const to = (server: number): Failure => new Failure(`REDIRECT ${servers.server(server).name}`);
    servers.script = (server, [name]) => {
      if (name !== 'GET') return undefined;
      if (server !== 0) return to(0);
      return ++calls < 3 ? to(1) : 'found';
    };
    assert.equal(await world.outcome(redis.get('b')), 'found');
    assert.deepEqual([sentTo(0), sentTo(1)], [['GET b', 'GET b', 'GET b'], ['GET b']]);
  });

  it('sends a further attempt to the owner of the slot, without ASKING', async () => {
    let asks = 0;
    servers.script = (server, [name]) => {
      if (name !== 'SET') return undefined;
      if (server === 0) return asks++ === 0 ? servers.error('ASK', SLOT_OF_B, 1) : OK;
      return new Failure('TRYAGAIN Multiple keys request during rehashing of slot');
    };
    await world.outcome(redis.set('b', 'v'));
    assert.deepEqual(
      [sentTo(0), sentTo(1)],
      [
        ['SET b v', 'SET b v'],
        ['ASKING', 'SET b v'],
      ],
    );
  });

  it('holds newer writes of a slot that has moved until its former node has answered the older ones', async () => {
    servers.script = (server, [name, key]) => (name !== 'SET' ? undefined : server === 0 && key === 'b' ? silence : OK);
    const older = [redis.set('b', '1'), redis.set('b', '2')];
    await world.until(() => sentTo(0).length === 2, 'the older writes have come');
    let topologies = 0;
    redis.on('topology', () => topologies++);
    servers.moveSlot(SLOT_OF_B, 1);
    await world.until(() => topologies > 0, 'the client knows that the slot has moved');
    const newer = [redis.set('b', '3'), redis.set('b', '4')];
    await world.outcome(redis.set('{b}2', '0'));
    assert.deepEqual(sentTo(1), ['SET {b}2 0'], 'a write of another key, issued last');
    const moved = servers.error('MOVED', SLOT_OF_B, 1);
    servers
      .server(0)
      .connections.find(({ received }) => received.includes('SET b 1'))
      ?.send(moved, moved);
    await world.outcome(Promise.all([...older, ...newer]));
    assert.deepEqual(sentTo(1), ['SET {b}2 0', 'SET b 1', 'SET b 2', 'SET b 3', 'SET b 4']);
  });

  it('takes what waits unwritten for a node that does not answer to the new owner of its slot', async () => {
    servers.script = (server, [name]) => (name !== 'SET' ? undefined : server === 0 ? silence : OK);
    const outcomes: unknown[] = [];
    const set = (key: string, value: string): void => {
      redis.set(key, value).then(
        () => outcomes.push(value),
        () => {},
      );
    };
    set('b', 'sent');
    await world.until(() => sentTo(0).length === 1, 'the first write has come');
    await world.pass(500);
    set('b', 'moves');
    set('f', 'stays');
    await world.pass(50);
    assert.deepEqual(sentTo(0), ['SET b sent'], 'the others wait for a stalled connection');
    servers.moveSlot(SLOT_OF_B, 1);
    await world.until(() => outcomes.length > 0, 'one of them is answered');
    assert.deepEqual([outcomes, sentTo(0), sentTo(1)], [['moves'], ['SET b sent'], ['SET b moves']]);
  });

  it('counts a call no more whose caller has gone when its connection breaks', async () => {
    servers.script = (_, [name]) => (name === 'GET' ? silence : undefined);
    const abort = new AbortController();
    const aborted = assert.rejects(redis.with({ signal: abort.signal }).get('b'), { name: 'AbortError' });
    await world.until(() => sentTo(0).length === 1, 'the command has come');
    abort.abort();
    await world.outcome(aborted);
    assert.equal(redis.stats().commands, 1, 'its place is kept for the reply');
    for (const { end } of servers.server(0).open) end.close();
    await world.until(() => redis.stats().commands === 0, 'it counts no more');
  });
});

describe('a dispatcher with a read that two nodes were asked', () => {
  it('names the command where the client is destroyed, and that it may have run', async () => {
    const world = new ScriptedWorld();
    const servers = new ScriptedReplication(world, 2);
    servers.script = (_, [name, key]) => (name !== 'GET' ? undefined : key?.startsWith('late') ? silence : 'value');
    const addresses = servers.servers.map(({ name }) => `redis://${name}`);
    const redis = createClient({ topology: replication(addresses), reads: 'nearest', hedge: true });
    await world.outcome(redis.connect());
    for (let reads = 0; reads < 300; reads++) await world.outcome(redis.get(`k${reads}`));
    // Some are sent to one node first, some to the other.
    const late = [1, 2, 3, 4, 5, 6].map((n) => redis.get(`late${n}`));
    const asked = [0, 1].map((server) => () => servers.received(server, 'GET').filter((words) => words.startsWith('GET late')).length);
    await world.until(() => asked.every((count) => count() === late.length), 'both were asked');
    redis.destroy();
    for (const read of late)
      await assert.rejects(read, (error) => error instanceof ClosedError && error.command === 'GET' && error.executed === 'unknown');
    await world.pass(10);
    world[Symbol.dispose]();
  });
});
