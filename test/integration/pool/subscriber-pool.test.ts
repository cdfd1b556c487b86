import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageHandler } from '../../../lib/connection/channel-subscription.js';
import type { Subscriber } from '../../../lib/connection/subscriber.js';
import { SubscriberPool, type SubscriberPoolConfig } from '../../../lib/pool/subscriber-pool.js';
import { close, error, FakeServer, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { quickConfig } from '../connection/opened.js';

const ignore = (): void => {};
const handler: MessageHandler = {
  message: ignore,
  confirmed: ignore,
  refused: ignore,
  notPrimary: ignore,
  serverUnsubscribed: ignore,
  lost: ignore,
};

describe('a pool of subscribers', () => {
  let server: FakeServer;
  let pool: SubscriberPool;
  let events: string[];
  beforeEach(async () => {
    server = await FakeServer.start(([name, channel = '']) => (name === 'SUBSCRIBE' ? ['subscribe', channel, 1] : undefined));
    events = [];
    open();
  });
  afterEach(async () => {
    pool.destroy();
    await server.stop();
  });

  function open({ connectTimeoutMs = 1_000, ...config }: Partial<SubscriberPoolConfig> & { connectTimeoutMs?: number } = {}): void {
    pool = new SubscriberPool(
      { connection: { ...quickConfig, connectTimeoutMs }, reconnect: { minMs: 10, maxMs: 20 }, idleMs: 10_000, ...config },
      {
        stalled: () => events.push('stalled'),
        recovered: () => events.push('recovered'),
        lost: () => events.push('lost'),
        backoffEnded: () => events.push('backoffEnded'),
      },
    );
  }

  const at = (): Subscriber | null => pool.at({ host: server.host, port: server.port });

  async function ready(): Promise<Subscriber> {
    const subscriber = at();
    assert.ok(subscriber !== null);
    await until(() => events.includes('recovered'));
    return subscriber;
  }

  it('opens one connection an address', async () => {
    assert.equal(pool.size, 0);
    const subscriber = await ready();
    assert.equal(at(), subscriber);
    assert.equal(pool.size, 1);
    assert.deepEqual(pool.keys(), [server.address]);
    assert.equal(server.connections.length, 1);
  });

  it('gives no connection while the backoff runs, and says when it is over', async () => {
    pool.destroy();
    open({ reconnect: { minMs: 100, maxMs: 100 } });
    await ready();
    server.disconnect();
    await until(() => events.includes('lost'));
    assert.equal(at(), null);
    assert.equal(pool.isDown(server.address), false, 'one failure may be no more than a connection that was cut');
    await until(() => events.includes('backoffEnded'));
    assert.ok(at() !== null);
  });

  it('does not wait any longer where the server was reached by other means', async () => {
    pool.destroy();
    open({ reconnect: { minMs: 5_000, maxMs: 5_000 } });
    await ready();
    server.disconnect();
    await until(() => events.includes('lost'));
    pool.reopenNow(server.address);
    assert.deepEqual(events, ['recovered', 'lost', 'backoffEnded']);
    assert.ok(at() !== null);
  });

  it('says that a node is down after two failures in a row, and that it is not once it is reached', async () => {
    server.handler = () => close;
    for (let failures = 1; failures <= 2; failures++) {
      assert.ok(at() !== null);
      await until(() => events.filter((name) => name === 'backoffEnded').length === failures);
      assert.equal(pool.isDown(server.address), failures === 2);
    }
    server.handler = () => undefined;
    await ready();
    assert.equal(pool.isDown(server.address), false);
  });

  it('says so of a node that takes connections and never answers, however long each attempt takes', async () => {
    pool.destroy();
    open({ connectTimeoutMs: 550 });
    server.handler = () => silence;
    for (let failures = 1; failures <= 2; failures++) {
      at();
      await until(() => events.filter((name) => name === 'backoffEnded').length === failures);
    }
    assert.equal(pool.isDown(server.address), true);
  });

  describe('closes a connection, which is no failure,', () => {
    const closed = async (): Promise<void> => {
      await until(() => server.openConnections.length === 0);
      await sleep(30);
      assert.deepEqual(events, ['recovered']);
      assert.deepEqual(pool.keys(), []);
    };

    it('that has been without a channel for too long', async () => {
      pool.destroy();
      open({ idleMs: 20 });
      const subscriber = await ready();
      const subscription = subscriber.subscribe('channel', Buffer.from('channel'), handler);
      pool.channelLeft(subscriber.key);
      await sleep(50);
      assert.equal(pool.size, 1, 'it has a channel');
      void subscriber.unsubscribe(subscription);
      pool.channelLeft(subscriber.key);
      await closed();
    });

    it('whose node left the topology', async () => {
      const subscriber = await ready();
      pool.forget(subscriber.key);
      await closed();
    });
  });

  it('closes a connection whose new credentials are refused', async () => {
    server.handler = ([name]) => (name === 'AUTH' ? error('WRONGPASS invalid username-password pair') : undefined);
    await ready();
    await assert.rejects(pool.reauthenticate({ username: 'default', password: 'old' }), { code: 'ERR_AUTH' });
    assert.deepEqual(events, ['recovered', 'lost']);
  });
});
