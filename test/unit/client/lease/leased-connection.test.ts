import assert from 'node:assert/strict';
import { CommandRefusedError, createClient, type Leased, type Redis, single } from '../../../../lib/index.js';
import { OK } from '../../../simulation/servers/resp.js';
import { ScriptedReplication } from '../../../support/scripted-group.js';
import { type ScriptedConnection, ScriptedWorld } from '../../../support/scripted-world.js';

describe('a leased connection', () => {
  let world: ScriptedWorld;
  let servers: ScriptedReplication;
  let redis: Redis;
  beforeEach(() => {
    world = new ScriptedWorld();
    servers = new ScriptedReplication(world, 1);
    servers.script = (_, [name]) => (name === 'GET' ? 'value' : name === 'WATCH' || name === 'MULTI' ? OK : undefined);
    redis = createClient({ topology: single(`redis://${servers.server(0).name}`) });
  });
  afterEach(async () => {
    redis.destroy();
    await world.pass(10);
    world[Symbol.dispose]();
  });

  /** Connections that got this command. */
  const connectionsWith = (command: string): ScriptedConnection[] =>
    servers.server(0).connections.filter(({ received }) => received.includes(command));

  it('refuses what comes when the lease is over, and sends nothing of it into the commands of the next caller', async () => {
    let kept: Leased | undefined;
    await world.outcome(
      redis.lease(async (leased) => {
        kept = leased;
        return leased.get('first');
      }),
    );
    await world.outcome(
      redis.lease(async (leased) => {
        await assert.rejects(kept?.get('late') ?? Promise.resolve(), CommandRefusedError);
        await leased.get('second');
      }),
    );
    assert.deepEqual(servers.received(0, 'GET'), ['GET first', 'GET second']);
    assert.deepEqual(connectionsWith('GET first'), connectionsWith('GET second'), 'the next caller has the same connection');
  });

  for (const command of ['WATCH', 'MULTI']) {
    it(`is not lent again after ${command}`, async () => {
      const words = command === 'WATCH' ? ['k'] : [];
      await world.outcome(redis.lease((leased) => leased.call(command, ...words)));
      await world.outcome(redis.lease((leased) => leased.get('next')));
      const [used] = connectionsWith([command, ...words].join(' '));
      assert.ok(used !== undefined && connectionsWith('GET next')[0] !== used);
      assert.ok(used.end.isClosed);
    });
  }
});
