import assert from 'node:assert/strict';
import { createClient, type Redis, replication, single } from '../../../../lib/index.js';
import { Failure, OK } from '../../../simulation/servers/resp.js';
import { ScriptedReplication } from '../../../support/scripted-group.js';
import { ScriptedWorld } from '../../../support/scripted-world.js';

describe('a pipeline whose reads go to replicas', () => {
  let world: ScriptedWorld;
  let servers: ScriptedReplication;
  let redis: Redis;
  beforeEach(async () => {
    world = new ScriptedWorld();
    servers = new ScriptedReplication(world, 2);
    servers.script = (server, [name]) => (name === 'SET' ? OK : name === 'GET' ? `of ${server}` : undefined);
    const addresses = servers.servers.map(({ name }) => `redis://${name}`);
    redis = createClient({ topology: replication(addresses), reads: 'replicaPreferred' });
    await world.outcome(redis.connect());
  });
  afterEach(async () => {
    redis.destroy();
    await world.pass(10);
    world[Symbol.dispose]();
  });

  const cases = [
    ['reads from the primary what it may have written before', () => redis.pipeline().set('k', 'v').get('k'), ['OK', 'of 0']],
    ['reads from a replica what it writes only later', () => redis.pipeline().get('k').set('k', 'v'), ['of 1', 'OK']],
    ['reads from a replica where it writes nothing', () => redis.pipeline().get('k').get('l'), ['of 1', 'of 1']],
  ] as const;
  for (const [name, pipeline, replies] of cases) {
    it(name, async () => assert.deepEqual(await world.outcome(pipeline().exec()), replies));
  }
});

describe('a pipeline through an address that leads to another server', () => {
  it('reads what it wrote, not what the old server had, which refused the writes and served the reads', async () => {
    const world = new ScriptedWorld();
    const servers = new ScriptedReplication(world, 1);
    let old: number | null = null;
    let answeredByOld = 0;
    servers.script = (_, [name = '', key], { index }) => {
      if (name !== 'SET' && name !== 'GET') return undefined;
      old ??= index;
      if (index !== old) return name === 'SET' ? OK : `new ${key}`;
      answeredByOld++;
      return name === 'SET' ? new Failure("READONLY You can't write against a read only replica.") : `old ${key}`;
    };
    const redis = createClient({ topology: single(`redis://${servers.server(0).name}`) });
    await world.outcome(redis.connect());
    const replies = await world.outcome(redis.pipeline().set('k', 'v').get('l').get('k').set('m', 'v').get('m').exec());
    assert.deepEqual(replies, ['OK', 'old l', 'new k', 'OK', 'new m']);
    assert.equal(answeredByOld, 5, 'all of it was on its way to the old server');
    redis.destroy();
    await world.pass(10);
    world[Symbol.dispose]();
  });
});
