import assert from 'node:assert/strict';
import { ClosedError } from '../../../lib/errors.js';
import { Multiplexer, type MultiplexerEvents } from '../../../lib/pool/multiplexer.js';
import { connectionTo, ScriptedWorld, silence } from '../../support/scripted-world.js';
import { RecordedCalls } from '../connection/recorded-calls.js';

describe('a multiplexer', () => {
  let world: ScriptedWorld;
  beforeEach(() => {
    world = new ScriptedWorld();
  });
  afterEach(() => world[Symbol.dispose]());

  it('whose server hangs hands back what it has not written, and what only reads', async () => {
    const server = world.serve('10.0.0.1');
    const calls = new RecordedCalls();
    const told: string[] = [];
    const tell = (name: keyof MultiplexerEvents) => (): void => void told.push(name);
    const multiplexer = new Multiplexer(
      { connection: connectionTo(server), size: 1, reconnect: { minMs: 10, maxMs: 100 } },
      {
        up: tell('up'),
        down: tell('down'),
        suspect: tell('suspect'),
        lost: tell('lost'),
        stalling: () => {},
        overdue: () => {},
      },
    );
    multiplexer.send(calls.make('ECHO a'));
    await world.until(() => calls.outcomes.length === 1, 'the first command is answered');
    server.script = () => silence;
    multiplexer.send(calls.make('SET k v'));
    multiplexer.send(calls.make('GET k'));
    await world.until(() => told.includes('suspect'), 'the server is suspected');
    multiplexer.send(calls.make('SET k w'));
    await world.until(() => told.includes('down'), 'the server is given up');
    assert.deepEqual(calls.outcomes, ['ECHO a: a', 'GET k handed back: connection-lost', 'SET k w handed back: not-sent']);
    assert.deepEqual(server.received('SET'), ['SET k v']);
    assert.notEqual(multiplexer.unreachableReason, null);
    multiplexer.destroy(new ClosedError('the test is over'));
  });
});
