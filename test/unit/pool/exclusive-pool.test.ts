import assert from 'node:assert/strict';
import { blockingCall, exclusiveDeadline } from '../../../lib/client/dispatch/blocking-call.js';
import { ClosedError, NoNodeError } from '../../../lib/errors.js';
import { ExclusivePool, type ExclusivePoolConfig } from '../../../lib/pool/exclusive-pool.js';
import type { Lease } from '../../../lib/pool/lease.js';
import { type AttemptFailure, type Call, type CallOwner, newCall } from '../../../lib/protocol/call.js';
import { extrasOf } from '../../../lib/protocol/call-extras.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { connectionTo, type ScriptedServer, ScriptedWorld, silence } from '../../support/scripted-world.js';

/** Owner of calls for a lease each: keeps what they get. */
class Callers implements CallOwner {
  readonly usage = { commands: 0, bytes: 0 };
  readonly idempotent = false;
  readonly leases: Lease[] = [];
  readonly errors: unknown[] = [];

  make(timeoutMs: number): Call {
    const exclusive = { ...blockingCall(null, timeoutMs), kind: 'lease' as const };
    const sink = { onValue: (_: number, lease: unknown) => this.leases.push(lease as Lease), onError: this.#refused };
    const extras = extrasOf({ exclusive, sink });
    this.usage.commands++;
    return newCall(command('PING'), [], null, 0, this, exclusiveDeadline(exclusive, timeoutMs), extras);
  }

  readonly #refused = (_: number, error: unknown): void => void this.errors.push(error);

  failed(call: Call, { error }: AttemptFailure): void {
    call.fail(error);
  }
}

describe('an exclusive pool', () => {
  let world: ScriptedWorld;
  let server: ScriptedServer;
  let callers: Callers;
  let pool: ExclusivePool;
  beforeEach(() => {
    world = new ScriptedWorld();
    server = world.serve('10.0.0.1');
    callers = new Callers();
  });
  afterEach(() => {
    pool.destroy(new ClosedError('the test is over'));
    world[Symbol.dispose]();
  });

  function start(config: Partial<ExclusivePoolConfig> = {}): void {
    const usual = { max: 2, min: 0, maxConnecting: 2, idleMs: 10_000, maxLifetimeMs: 0, acquireTimeoutMs: 0 };
    pool = new ExclusivePool(
      { connection: connectionTo(server), reconnect: { minMs: 10, maxMs: 100 }, ...usual, ...config },
      { backoffEnded: () => {}, suspect: () => {} },
    );
  }

  const ask = (timeoutMs = 0): void => pool.send(callers.make(timeoutMs));
  /** Asks for a lease, and waits for it. */
  async function acquire(): Promise<Lease> {
    const before = callers.leases.length;
    ask();
    await world.until(() => callers.leases.length > before, 'there is another lease');
    return callers.leases[before] as Lease; // it is there by now
  }

  it('lends a connection again that comes back clean', async () => {
    start();
    const first = await acquire();
    first.release(false);
    assert.equal((await acquire()).connection, first.connection);
  });

  const dirty: readonly (readonly [name: string, give: (lease: Lease) => void])[] = [
    ['dirty', (lease) => lease.release(true)],
    [
      'with a reply to come',
      (lease) => {
        lease.connection.request(['BLPOP', 'x', '0']).catch(() => {});
        lease.release(false);
      },
    ],
  ];
  for (const [name, give] of dirty) {
    it(`closes a connection that comes back ${name}`, async () => {
      start();
      server.script = ([command]) => (command === 'BLPOP' ? silence : undefined);
      const first = await acquire();
      give(first);
      assert.equal(first.connection.state, 'closed');
      assert.notEqual((await acquire()).connection, first.connection);
    });
  }

  it('opens no more connections than it may, and serves those who wait when one comes back', async () => {
    start({ max: 3 });
    for (let caller = 0; caller < 10; caller++) ask();
    await world.pass(1_000);
    assert.deepEqual([callers.leases.length, pool.size, pool.waiting, server.connections.length], [3, 3, 7, 3]);
    callers.leases[0]?.release(false);
    assert.deepEqual([callers.leases.length, pool.waiting], [4, 6]);
  });

  it('closes what was lent before it was cleared, when that comes back', async () => {
    start();
    const before = await acquire();
    pool.clear(new NoNodeError('another node has its place'));
    assert.equal(before.connection.state, 'ready', 'whoever has a connection may go on');
    before.release(false);
    assert.equal(before.connection.state, 'closed');
    const after = await acquire();
    after.release(false);
    assert.equal((await acquire()).connection, after.connection, 'what was opened since is reused');
  });

  for (const [by, acquireTimeoutMs, timeoutMs] of [
    ['deadline', 0, 100],
    ['acquireTimeoutMs', 100, 0],
  ] as const) {
    it(`ends the wait for a connection by its ${by}`, async () => {
      start({ max: 1, acquireTimeoutMs });
      await acquire();
      ask(timeoutMs);
      await world.pass(90);
      assert.deepEqual(callers.errors, []);
      await world.pass(30);
      assert.match(String(callers.errors[0]), /^TimeoutError: .*all 1 connections .* are in use/);
      assert.equal(pool.waiting, 0);
    });
  }
});
