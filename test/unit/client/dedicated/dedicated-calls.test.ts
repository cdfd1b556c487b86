import assert from 'node:assert/strict';
import { ConnectionLostError, createClient, type Redis, single } from '../../../../lib/index.js';
import { Failure, OK, type ReplyValue, Status } from '../../../simulation/servers/resp.js';
import { ScriptedReplication } from '../../../support/scripted-group.js';
import { type Answer, ScriptedWorld, silence } from '../../../support/scripted-world.js';

const ANSWERS: Readonly<Record<string, ReplyValue>> = { SELECT: OK, MULTI: OK, SET: new Status('QUEUED'), GET: 'v' };

describe('the calls of a dedicated connection', () => {
  let world: ScriptedWorld;
  let servers: ScriptedReplication;
  let redis: Redis;
  let answers: Readonly<Record<string, Answer>>;
  beforeEach(() => {
    world = new ScriptedWorld();
    servers = new ScriptedReplication(world, 1);
    answers = ANSWERS;
    servers.script = (_, [name = '']) => answers[name];
    redis = createClient({ topology: single(`redis://${servers.server(0).name}`) });
  });
  afterEach(async () => {
    redis.destroy();
    await world.pass(10);
    world[Symbol.dispose]();
  });

  /** The server closes the connections that have sent it this command. */
  const lose = async (command: string): Promise<void> => {
    for (const { end, received } of servers.server(0).open) if (received.includes(command)) end.reset();
    await world.pass(1);
  };

  it('that are lost with a transaction tell of which node', async () => {
    const one = redis.dedicated();
    await world.outcome(one.call('MULTI'));
    await lose('MULTI');
    const error = await world.outcome(one.set('a', '1').catch((thrown: unknown) => thrown));
    assert.ok(error instanceof ConnectionLostError);
    assert.deepEqual([error.node, error.executed], [servers.server(0).name, 'no']);
  });

  it('leave no timer behind when the connection ends while it is left for another one', async () => {
    const one = redis.dedicated();
    await world.outcome(one.connect());
    answers = { ...ANSWERS, GET: silence };
    const outcomes = ['a', 'b'].map((key) => one.get(key).catch((error: unknown) => error));
    await world.pass(1);
    const [used] = servers.server(0).open.filter(({ received }) => received.includes('GET a'));
    // The node is left, once it has answered the other one, too.
    used?.send(new Failure('LOADING Redis is loading the dataset in memory'));
    await world.pass(1);
    one.destroy();
    redis.destroy();
    await world.outcome(Promise.all(outcomes));
    await world.pass(100);
    assert.deepEqual(world.openTimers, []);
  });
});
