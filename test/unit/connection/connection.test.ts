import assert from 'node:assert/strict';
import { Connection, type ConnectionEvents } from '../../../lib/connection/connection.js';
import { ConnectionLostError } from '../../../lib/errors.js';
import { clock } from '../../../lib/util/clock.js';
import { Failure, OK } from '../../simulation/servers/resp.js';
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

  describe('rejects a call at its own deadline', () => {
    const cases: readonly (readonly [name: string, timeoutsMs: readonly number[]])[] = [
      ['that was sent', [100]],
      ['behind one that may take longer', [1_000, 100]],
      ['before one that may take longer', [100, 1_000]],
      ['behind one that may take for ever', [0, 100]],
    ];
    for (const [name, timeoutsMs] of cases) {
      it(name, async () => {
        const { calls, connection } = await open();
        for (const ms of timeoutsMs) connection.send(calls.make(`ECHO ${ms}`, clock.deadlineIn(ms)));
        await world.pass(90);
        assert.equal(calls.outcomes.length, 0);
        await world.pass(30);
        assert.equal(calls.outcomes.length, 1);
        assert.match(calls.outcomes[0] ?? '', /^ECHO 100: TimeoutError: /);
        assert.equal(calls.executed, 'unknown');
        connection.destroy(null);
      });
    }
  });

  it('does not write a call that settled while it waited, and counts it no more', async () => {
    const server = world.serve('10.0.0.2', ([name]) => (name === 'HELLO' ? silence : undefined));
    const calls = new RecordedCalls();
    const connection = new Connection(connectionTo(server), { ready: () => {}, closed: () => {} });
    const [settled, other] = [calls.make('ECHO settled'), calls.make('ECHO other')];
    for (const call of [settled, other]) connection.send(call);
    await world.until(() => server.received('HELLO').length === 1, 'the handshake has begun');
    settled.fail(new ConnectionLostError('its caller has gone'));
    server.connections[0]?.send(new Failure("ERR unknown command 'HELLO'"));
    server.script = ([name]) => (name === 'SELECT' ? OK : undefined);
    await world.until(() => calls.outcomes.length === 2, 'the other call is answered');
    assert.deepEqual([server.received('ECHO'), calls.outcomes[1]], [['ECHO other'], 'ECHO other: other']);
    assert.deepEqual(calls.usage, { commands: 0, bytes: 0 });
    connection.destroy(null);
  });
});
