import assert from 'node:assert/strict';
import { CommandRefusedError } from '../../../../lib/errors.js';
import { FakeServer } from '../../../support/fake-server.js';
import { assertNoPendingCommands, clientOf, rejected } from '../scripted.js';

describe('a client with commands that change the state of their connection', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });

  for (const words of [
    ['SELECT', 1],
    ['MULTI'],
    ['WATCH', 'k'],
    ['SUBSCRIBE', 'c'],
    ['MONITOR'],
    ['HELLO', 3],
    ['RESET'],
    ['CLIENT', 'REPLY', 'OFF'],
    ['client', 'no-evict', 'on'],
    ['PSYNC', '?', -1],
    ['quit'],
  ] as const) {
    it(`refuses ${words.join(' ')} and says what to do instead`, async () => {
      const redis = clientOf(server);
      const reason = await rejected(redis.call(...(words as readonly [string])));
      assert.ok(reason instanceof CommandRefusedError);
      assert.equal(reason.executed, 'no');
      assert.match(reason.message, /: (use|it|every) .+/);
      assert.equal(server.received.length, 0);
    });
  }
});
