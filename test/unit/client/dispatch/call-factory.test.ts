import assert from 'node:assert/strict';
import { createClient, QueueFullError, type Redis, single } from '../../../../lib/index.js';
import { type ScriptedServer, ScriptedWorld, silence } from '../../../support/scripted-world.js';

describe('the calls of a client whose server says nothing', () => {
  let world: ScriptedWorld;
  let server: ScriptedServer;
  let redis: Redis;
  const given: Promise<unknown>[] = [];
  beforeEach(() => {
    world = new ScriptedWorld();
    server = world.serve('10.0.0.1', () => silence);
  });
  afterEach(async () => {
    redis.destroy();
    await world.outcome(Promise.allSettled(given.splice(0)));
    world[Symbol.dispose]();
  });

  const start = (queue: { readonly maxCommands?: number; readonly maxBytes?: number }): void => {
    redis = createClient({ topology: single(`redis://${server.name}`), queue });
  };
  const set = (bytes: number): Promise<unknown> => {
    const outcome = redis.set('k', 'v'.repeat(bytes));
    given.push(outcome);
    return outcome;
  };
  const isFull = (error: unknown): boolean => error instanceof QueueFullError && error.executed === 'no';

  it('are as many as the queue may hold', async () => {
    start({ maxCommands: 3 });
    for (let call = 0; call < 3; call++) void set(1);
    await assert.rejects(set(1), isFull);
    assert.equal(redis.stats().commands, 3);
  });

  it('have as many bytes as the queue may hold', async () => {
    start({ maxBytes: 3_000 });
    void set(1_000);
    void set(1_000);
    await assert.rejects(set(1_000), isFull);
    assert.equal(redis.stats().commands, 2);
  });
});
