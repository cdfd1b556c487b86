import assert from 'node:assert/strict';
import { resolveOptions } from '../../lib/options/resolve.js';
import { single } from '../../lib/options/topology.js';
import { ControlConnections } from '../../lib/topology/control/control-connections.js';
import { SentinelConnections } from '../../lib/topology/control/sentinel-connections.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

describe('control connections', () => {
  let server: Server;
  let control: ControlConnections;
  beforeEach(async () => {
    server = await Server.start();
    control = new ControlConnections(resolveOptions({ topology: single(`redis://${server.address}`), clientName: 'control' }));
  });
  afterEach(async () => {
    control.destroy();
    await server.stop();
  });

  const open = async (): Promise<number> => String(await server.ask('CLIENT', 'LIST')).split('name=control').length - 1;

  it('are one an address, and error replies are values in their place', async () => {
    const [first, second] = await Promise.all([control.send(server, [['PING'], ['NONSENSE'], ['PING']]), control.send(server, [['ROLE']])]);
    assert.deepEqual([first[0], first[1] instanceof Error, first[2], Array.isArray(second[0])], ['PONG', true, 'PONG', true]);
    assert.equal(await open(), 1);
  });

  it('are opened anew after a request without an answer', async () => {
    await control.send(server, [['PING']]);
    server.pause();
    await assert.rejects(control.send(server, [['PING']], { timeoutMs: 50 }), { code: 'ERR_TIMEOUT' });
    server.resume();
    assert.deepEqual(await control.send(server, [['PING']]), ['PONG']);
    await until(async () => (await open()) === 1);
  });

  it('close when the node left', async () => {
    await control.send(server, [['PING']]);
    control.forget(server);
    await until(async () => (await open()) === 0);
    assert.deepEqual(await control.send(server, [['PING']]), ['PONG']);
  });

  it('refuse requests after the end', async () => {
    control.destroy();
    await assert.rejects(control.send(server, [['PING']]), { code: 'ERR_CLOSED' });
  });

  it('deliver messages from the moment they are ready, and none after their end', async () => {
    const messages: string[] = [];
    let end = (): void => {};
    await new Promise<void>((ready, lost) => {
      end = control.subscribe(server, ['a', 'b'], { ready, message: (...words) => messages.push(words.join(' ')), lost });
    });
    assert.equal(await server.ask('PUBLISH', 'b', 'hello'), 1);
    await until(() => messages.length > 0);
    assert.deepEqual(messages, ['b hello']);
    end();
    await until(async () => (await server.ask('PUBLISH', 'b', 'again')) === 0);
    assert.deepEqual(messages, ['b hello']);
  });

  for (const [how, hurt] of [
    ['dies', (one: Server) => one.kill()],
    ['hangs', async (one: Server) => one.pause()],
  ] as const) {
    it(`report that a subscription is lost when the server ${how}`, async () => {
      let isLost = false;
      await new Promise<void>((ready) => {
        const lost = (): void => {
          isLost = true;
        };
        control.subscribe(server, ['a'], { ready, message: () => {}, lost });
      });
      await hurt(server);
      await until(() => isLost);
    });
  }
});

describe('subscriptions to sentinels', () => {
  it('are shared by listeners to the same channels: each gets the messages and the loss, the last one ends it', async () => {
    // Any server publishes.
    await using server = await Server.start();
    const options = resolveOptions({ topology: single(server.address) });
    const connections = new SentinelConnections(options);
    try {
      const events: string[] = [];
      const listen = (name: string, channel = 'a'): (() => void) =>
        connections.subscribe(server, [channel], {
          ready: () => events.push(`${name} ready`),
          message: (_channel, payload) => events.push(`${name} ${payload}`),
          lost: () => events.push(`${name} lost`),
        });
      const publish = (channel: string, payload: string): Promise<unknown> => server.ask('PUBLISH', channel, payload);
      const leave = listen('one');
      await until(() => events.length === 1);
      const leaveToo = listen('two');
      listen('other', 'b');
      await until(() => events.length === 3);
      assert.deepEqual(events, ['one ready', 'two ready', 'other ready']);
      assert.equal(await publish('a', '1'), 1, 'one connection');
      await until(() => events.length === 5);
      assert.deepEqual(events.slice(3), ['one 1', 'two 1']);
      leave();
      leave();
      assert.equal(await publish('a', '2'), 1);
      await until(() => events.length === 6);
      listen('silent')();
      leaveToo();
      await until(async () => (await publish('a', '3')) === 0, { what: 'no listener is left' });
      listen('late');
      listen('later');
      await until(() => events.length === 8);
      await server.kill();
      await until(() => events.length === 11);
      assert.deepEqual(events.slice(5, 8), ['two 2', 'late ready', 'later ready']);
      assert.deepEqual(events.slice(8).sort(), ['late lost', 'later lost', 'other lost']);
      await server.restart();
      listen('again');
      await until(() => events.length === 12);
      assert.equal(events[11], 'again ready');
    } finally {
      connections.destroy();
    }
  });
});
