import assert from 'node:assert/strict';
import { CredentialRefresher } from '../../../../lib/client/nodes/credential-refresher.js';
import type { ClientOptions, Redis } from '../../../../lib/index.js';
import { ControlConnections } from '../../../../lib/topology/control/control-connections.js';
import { type FakeConnection, FakeServer, type Handler } from '../../../support/fake-server.js';
import { PubsubScript } from '../../../support/pubsub-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, single } from '../scripted.js';

/** A server that keeps handshakes waiting while the test wants it. */
class Doorkeeper {
  isHolding = false;
  #open = (): void => {};
  readonly #opened = new Promise<void>((resolve) => (this.#open = resolve));

  readonly #pubsub = new PubsubScript().handler();
  readonly handler: Handler = single(async (words, connection) => {
    if (words[0] === 'HELLO' && this.isHolding) await this.#opened;
    return this.#pubsub(words, connection);
  });

  release(): void {
    this.isHolding = false;
    this.#open();
  }
}

/** What a connection has logged in with last. */
function passwordOf({ received }: FakeConnection): string | undefined {
  return received
    .filter((words) => words.includes('AUTH'))
    .at(-1)
    ?.find((word) => word === 'old' || word === 'new');
}

describe('a connection whose handshake is under way when credentials change', () => {
  let server: FakeServer;
  let door: Doorkeeper;
  let password: string;
  beforeEach(async () => {
    password = 'old';
    door = new Doorkeeper();
    server = await FakeServer.start(door.handler);
  });
  afterEach(async () => {
    door.release();
    await assertNoPendingCommands();
    await server.stop();
  });

  /** Nobody is logged in with what was valid before. */
  async function assertNew(count: number): Promise<void> {
    await until(() => server.openConnections.length >= count && server.openConnections.every((one) => passwordOf(one) === 'new'), {
      what: `all log in again: ${server.openConnections.map(passwordOf)}`,
      everyMs: 2,
    });
  }

  const lanes: readonly (readonly [lane: string, connections: number, open: (redis: Redis) => Promise<unknown>])[] = [
    ['shared', 2, (redis) => redis.get('k')],
    ['lent to one caller', 2, (redis) => redis.lease((one) => one.ping())],
    ['for subscriptions', 2, (redis) => redis.subscribe('c', () => {})],
  ];
  for (const protocol of [3, 2] as const) {
    for (const [lane, connections, open] of lanes) {
      it(`logs in with the new ones before it is used: ${lane}, RESP${protocol}`, async () => {
        const options: Omit<ClientOptions, 'topology'> = { credentials: () => ({ password }), protocol };
        const redis = clientOf(server, options);
        // The connection of the monitor.
        await redis.reauthenticate();
        redis.connect().catch(() => {});
        await until(() => server.count('ROLE') > 0, { everyMs: 2 });
        door.isHolding = protocol === 3;
        const opened = open(redis);
        await until(() => server.openConnections.length >= connections, { everyMs: 2 });
        password = 'new';
        await redis.reauthenticate();
        door.release();
        await opened.catch(() => {});
        await assertNew(connections);
      });
    }
  }

  it('logs in with the new ones before it is used: monitor and sentinels, for questions and for events', async () => {
    const refresher = new CredentialRefresher(
      () => ({ password }),
      () => {},
      1_000,
    );
    const control = new ControlConnections({
      connectTimeoutMs: 1_000,
      keepAliveMs: 0,
      clientName: null,
      credentials: refresher.source,
      tls: null,
    });
    refresher.add(() => [control]);
    try {
      door.isHolding = true;
      const answer = control.send(server, [['PING']], { timeoutMs: 1_000 });
      control.subscribe(server, ['c'], { ready: () => {}, message: () => {}, lost: () => {} });
      await until(() => server.count('HELLO') === 2, { everyMs: 2 });
      password = 'new';
      await refresher.renew();
      door.release();
      await answer;
      await assertNew(2);
    } finally {
      control.destroy();
    }
  });

  it('is made anew where a subscriber speaks RESP2, and its listeners are told of the gap', async () => {
    const redis = clientOf(server, { credentials: () => ({ password }), protocol: 2 });
    const gaps: string[] = [];
    await redis.subscribe('c', () => {}, { onGap: ({ reason }) => gaps.push(reason) });
    password = 'new';
    await redis.reauthenticate();
    await until(() => gaps.length > 0, { everyMs: 2 });
    assert.deepEqual(gaps, ['connection']);
    await assertNew(2);
  });
});
