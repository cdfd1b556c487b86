import assert from 'node:assert/strict';
import { createClient, type Redis, single } from '../../../../lib/index.js';
import { OK, type ReplyValue, Status } from '../../../simulation/servers/resp.js';
import { ScriptedReplication } from '../../../support/scripted-group.js';
import { ScriptedWorld } from '../../../support/scripted-world.js';

const ANSWERS: Readonly<Record<string, ReplyValue>> = {
  WATCH: OK,
  UNWATCH: OK,
  MULTI: OK,
  GET: '1',
  SET: new Status('QUEUED'),
  EXEC: [OK],
};

describe('watch()', () => {
  let world: ScriptedWorld;
  let servers: ScriptedReplication;
  let redis: Redis;
  beforeEach(() => {
    world = new ScriptedWorld();
    servers = new ScriptedReplication(world, 1);
    servers.script = (_, [name = '']) => ANSWERS[name];
    redis = createClient({ topology: single(`redis://${servers.server(0).name}`) });
  });
  afterEach(async () => {
    redis.destroy();
    await world.pass(10);
    world[Symbol.dispose]();
  });

  it('watches its keys before its function reads them, on the connection of the transaction', async () => {
    const replies = await world.outcome(
      redis.watch(['a', 'b'], async (watched) => {
        const value = Number(await watched.get('a'));
        return watched
          .multi()
          .set('a', value + 1)
          .exec();
      }),
    );
    assert.deepEqual(replies, ['OK']);
    const [used, ...others] = servers.server(0).connections.filter(({ received }) => received.some((words) => /^[A-Z]+ a/.test(words)));
    assert.deepEqual(others, []);
    assert.deepEqual(
      used?.received.filter((words) => !/^(?:HELLO|CLIENT)/.test(words)),
      ['WATCH a b', 'GET a', 'MULTI', 'SET a 2', 'EXEC'],
    );
  });

  it('ends the watching where its function sends no transaction', async () => {
    await world.outcome(redis.watch('a', (watched) => watched.get('a')));
    await world.pass(10);
    assert.deepEqual(servers.received(0, 'WATCH', 'GET', 'UNWATCH', 'EXEC'), ['WATCH a', 'GET a', 'UNWATCH']);
  });
});
