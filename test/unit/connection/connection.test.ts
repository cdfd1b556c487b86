import assert from 'node:assert/strict';
import { Connection, type ConnectionEvents } from '../../../lib/connection/connection.js';
import { connectionTo, ScriptedWorld, silence } from '../../support/scripted-world.js';
import { RecordedCalls } from './recorded-calls.js';

describe('a connection', () => {
  let world: ScriptedWorld;
  beforeEach(() => {
    world = new ScriptedWorld();
  });
  afterEach(() => world[Symbol.dispose]());

  /** A connection to a server that answers nothing but the handshake, once it is ready. */
  async function open(events: Partial<ConnectionEvents> = {}) {
    const server = world.serve('10.0.0.1', ([name]) => (name === 'ECHO' ? silence : undefined));
    const calls = new RecordedCalls();
    const closed: unknown[] = [];
    const connection = new Connection(connectionTo(server), { ready: () => {}, closed: (_, error) => closed.push(error), ...events });
    await world.until(() => connection.state === 'ready');
    const answer = (text: string): void => server.connections[0]?.send(text);
    return { server, calls, closed, connection, answer };
  }

  it('writes nothing to a server that owes replies and says nothing, and goes on when it answers', async () => {
    let stalls = 0;
    const { server, calls, connection, answer } = await open({ stalled: () => stalls++ });
    connection.send(calls.make('ECHO a'));
    await world.until(() => stalls === 1, 'the connection stalls');
    connection.send(calls.make('ECHO b'));
    await world.pass(1_000);
    assert.deepEqual(server.received('ECHO'), ['ECHO a']);
    answer('first');
    await world.until(() => server.received('ECHO').length === 2, 'the second command is written');
    answer('second');
    await world.until(() => calls.outcomes.length === 2, 'both are answered');
    assert.deepEqual(calls.outcomes, ['ECHO a: first', 'ECHO b: second']);
    connection.destroy(null);
  });

  it('that closes waits for the replies to what was sent', async () => {
    const { server, calls, closed, connection, answer } = await open();
    connection.send(calls.make('ECHO a'));
    await world.until(() => server.received('ECHO').length === 1, 'the command has come');
    const end = connection.close();
    await world.pass(1_000);
    assert.deepEqual([connection.state, closed], ['draining', []]);
    answer('late');
    await world.outcome(end);
    assert.deepEqual([calls.outcomes, closed], [['ECHO a: late'], [null]]);
  });
});
