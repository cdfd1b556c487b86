import assert from 'node:assert/strict';
import { sentinel } from '../../../../lib/options/topology.js';
import type { Resolver } from '../../../../lib/topology/resolver-api.js';
import { groupOfEvent } from '../../../../lib/topology/sentinel/events.js';
import { useFakeTimers } from '../resolver-cases.js';
import { DATA_SERVER, refused, ScriptedServers } from '../scripted-servers.js';
import { sentinelScript } from './sentinel-script.js';

describe('SentinelEvents', () => {
  const time = useFakeTimers();
  let servers: ScriptedServers;
  let resolver: Resolver;
  let hints: string[];
  const subscribed = (): { key: string; ended: boolean }[] => servers.subscriptions.map(({ key, ended }) => ({ key, ended }));

  beforeEach(() => {
    servers = new ScriptedServers({});
    resolver = servers.resolver({ topology: sentinel(['127.0.0.1:9000', '127.0.0.1:9001'], 'mymaster') });
    hints = [];
    resolver.watch?.((reason, urgent) => hints.push(`${urgent ? 'now: ' : ''}${reason}`));
  });
  afterEach(() => resolver.stop?.());

  it('subscribes to all configured sentinels at once', () => {
    assert.deepEqual(subscribed(), [
      { key: '127.0.0.1:9000', ended: false },
      { key: '127.0.0.1:9001', ended: false },
    ]);
    resolver.stop?.();
    assert.ok(servers.subscriptions.every(({ ended }) => ended));
  });

  it('follows sentinels that are learnt and leaves those that are gone', async () => {
    servers.servers = { 9000: sentinelScript({ sentinels: [9002] }), 7000: DATA_SERVER };
    await resolver.probe(null);
    assert.deepEqual(servers.subscriptions.at(-1)?.key, '127.0.0.1:9002');
    servers.servers = { 9000: sentinelScript(), 7000: DATA_SERVER };
    await resolver.probe(null);
    assert.ok(servers.subscriptions.at(-1)?.ended);
  });

  it('hints at events of its group and of no other', () => {
    const [first] = servers.subscriptions;
    first?.events.message('+switch-master', 'other 127.0.0.1 1 127.0.0.1 2');
    assert.deepEqual(hints, []);
    first?.events.message('+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2');
    assert.deepEqual(hints, ['now: +switch-master from sentinel 127.0.0.1:9000'], 'a promotion cannot wait');
    first?.events.message('+sdown', 'slave 127.0.0.1:2 127.0.0.1 2 @ mymaster 127.0.0.1 1');
    assert.equal(hints[1], '+sdown from sentinel 127.0.0.1:9000');
  });

  it('subscribes again when a connection is lost, ever less often, and hints at what it missed', async () => {
    for (let i = 0; i < 20; i++) {
      servers.subscriptions.at(-1)?.events.lost(refused('127.0.0.1:9001'));
      await time().tickAsync(5_001);
    }
    assert.equal(servers.subscriptions.length, 22);
    assert.deepEqual(hints, ['lost sentinel 127.0.0.1:9001'], 'one hint, however long it lasts');
    servers.subscriptions.at(-1)?.events.ready();
    assert.equal(hints.at(-1), 'subscribed to sentinel 127.0.0.1:9001');
  });

  it('leaves no timer and gives no hint after stop', async () => {
    servers.subscriptions[1]?.events.lost(refused('127.0.0.1:9001'));
    hints.length = 0;
    resolver.stop?.();
    servers.subscriptions[0]?.events.message('+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2');
    servers.subscriptions[0]?.events.lost(refused('127.0.0.1:9000'));
    assert.deepEqual(hints, []);
    assert.equal(time().countTimers(), 0);
  });
});

describe('groupOfEvent', () => {
  const cases: readonly (readonly [channel: string, payload: string, group: string | null])[] = [
    ['+switch-master', 'mymaster 127.0.0.1 6379 127.0.0.1 6380', 'mymaster'],
    ['+slave', 'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379', 'mymaster'],
    ['+sdown', 'master mymaster 127.0.0.1 6379', 'mymaster'],
    ['+sdown', 'sentinel 061aca 127.0.0.1 26380 @ other 127.0.0.1 6379', 'other'],
    ['+odown', 'master mymaster 127.0.0.1 6379 #quorum 2/2', 'mymaster'],
    ['+sentinel-address-switch', 'master mymaster 127.0.0.1 6379 ip 1.2.3.4 port 26379 for 061aca', 'mymaster'],
    ['+tilt', '#tilt mode entered', null],
  ];
  for (const [channel, payload, group] of cases) {
    it(`finds ${group ?? 'no group'} in ${channel} ${payload}`, () => assert.equal(groupOfEvent(channel, payload), group));
  }
});
