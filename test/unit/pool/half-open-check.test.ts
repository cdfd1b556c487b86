import assert from 'node:assert/strict';
import type { Connection } from '../../../lib/connection/connection.js';
import { ConnectionLostError } from '../../../lib/errors.js';
import { HalfOpenCheck } from '../../../lib/pool/half-open-check.js';
import { Failure } from '../../simulation/servers/resp.js';
import { type Answer, connectionTo, type ScriptedServer, ScriptedWorld, silence } from '../../support/scripted-world.js';

const LIMIT_MS = 100;
const replaced = new ConnectionLostError('another node took its place');

describe('a check of a stalled connection', () => {
  let world: ScriptedWorld;
  let server: ScriptedServer;
  let check: HalfOpenCheck;
  /** What the check told, and why it ended the connection. */
  let told: string[];
  beforeEach(() => {
    world = new ScriptedWorld();
    server = world.serve('10.0.0.1');
    told = [];
  });
  afterEach(() => {
    if (check.state !== 'ended') check.end();
    world[Symbol.dispose]();
  });

  function start(localAddress: string | null = null): void {
    const stalled = {
      key: server.name,
      state: 'ready',
      server: { id: 7, localAddress },
      liveness: { limitMs: LIMIT_MS },
      isAwaited: true,
      destroy: ({ message }: Error) => {
        told.push(`ended: ${message}`);
        check.end();
      },
    } as unknown as Connection; // all that a check needs of it
    check = new HalfOpenCheck(connectionTo(server), { minMs: 10, maxMs: 20 }, stalled, {
      unresponsive: () => told.push('unresponsive'),
      replaceable: () => told.push('replaceable'),
    });
  }

  /** The server answers all but what it says of the first connection. */
  function says(answer: Answer): void {
    server.script = ([name, sub]) => (name === 'CLIENT' && sub === 'LIST' ? answer : undefined);
  }

  it('ends the connection to a server that hangs, once another node has its place', async () => {
    server.script = () => silence;
    start();
    await world.until(() => check.state === 'unresponsive', 'it is found to hang');
    assert.deepEqual(told, ['unresponsive']);
    check.replaced(replaced);
    assert.deepEqual(told, ['unresponsive', `ended: ${replaced.message}`]);
  });

  it('ends it as well where the place was taken before the server was found to hang', async () => {
    server.script = () => silence;
    start();
    check.replaced(replaced);
    await world.until(() => check.state === 'ended', 'it has ended');
    assert.deepEqual(told, ['unresponsive', `ended: ${replaced.message}`]);
  });

  it('ends the connection to a server that is busy, once another node has its place', async () => {
    says(new Failure('BUSY Redis is busy running a script.'));
    start();
    await world.until(() => server.received().some((words) => words.startsWith('CLIENT LIST')), 'the server was asked');
    await world.pass(10);
    check.replaced(replaced);
    assert.deepEqual(told, [`ended: ${replaced.message}`]);
  });

  const cases: readonly (readonly [name: string, said: Answer, after: readonly string[]])[] = [
    ['ends a connection that the server does not have', '', ['ended: 10.0.0.1:6379 answers, but not on this connection']],
    ['gives a connection up of which the server has heard nothing for 3 s', 'id=7 idle=60 flags=N cmd=set\n', ['replaceable']],
    ['waits for a server that hears of it', 'id=7 idle=0 flags=N cmd=set\n', []],
    ['waits for a server that works for it', 'id=7 idle=9 flags=b cmd=ft.search\n', []],
    ['gives a connection up of which the server may not tell', new Failure('NOPERM no permissions'), ['replaceable']],
  ];
  for (const [name, said, after] of cases) {
    it(name, async () => {
      says(said);
      start();
      await world.pass(3_500);
      assert.deepEqual(told, after);
    });
  }

  it('asks anew where the address was reached by other means, and gives the connection up if another server is there', async () => {
    server.script = () => silence;
    start('10.0.0.1:6379');
    await world.until(() => check.state === 'unresponsive', 'it is found to hang');
    server.script = ([name, sub]) => (name === 'CLIENT' && sub === 'INFO' ? 'id=1 laddr=10.0.0.2:6379' : undefined);
    await world.pass(50);
    assert.deepEqual([told, server.open.length], [['unresponsive'], 1], 'the question waits for the server that hangs');
    check.askNow();
    await world.pass(10);
    assert.equal(told.at(-1), 'replaceable');
    assert.equal(server.open.length, 1);
  });

  it('waits 3 s for a server that was not found to hang, though another one is at the address', async () => {
    server.script = ([name, sub]) => (name === 'CLIENT' && sub === 'INFO' ? 'id=1 laddr=10.0.0.2:6379' : undefined);
    start('10.0.0.1:6379');
    check.askNow();
    await world.pass(2_900);
    assert.deepEqual(told, []);
    await world.pass(200);
    assert.deepEqual(told, ['replaceable']);
  });

  it('that has ended leaves no connection open, and no timer', async () => {
    start();
    await world.until(() => check.state === 'answered', 'the server has answered');
    check.end();
    await world.pass(10);
    assert.deepEqual([server.open.length, world.openTimers], [0, []]);
  });
});
