import assert from 'node:assert/strict';
import { Connection } from '../../../../lib/connection/connection.js';
import { FakeServer } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { quickConfig, Recorder } from '../opened.js';

describe('a connection that was stalled', () => {
  it('writes what waited as soon as bytes come, and needs no other command for that', async () => {
    let answer = (_: string): void => {};
    const held = new Promise<string>((resolve) => {
      answer = resolve;
    });
    await using server = await FakeServer.start(([name, text]) => (name === 'ECHO' ? (text === 'held' ? held : text) : undefined));
    const owner = new Recorder();
    const told: string[] = [];
    const connection = new Connection(
      { ...quickConfig, address: { host: server.host, port: server.port } },
      { ready: () => {}, closed: () => {}, stalled: () => told.push('stalled'), recovered: () => told.push('recovered') },
    );
    const first = owner.make(['ECHO', 'held']);
    connection.send(first.call);
    await until(() => told.length > 0, { everyMs: 1 });
    const waiting = owner.make(['ECHO', 'waiting']);
    connection.send(waiting.call);
    answer('held');
    assert.deepEqual(await Promise.all([first.outcome, waiting.outcome]), ['held', 'waiting']);
    assert.deepEqual(told, ['stalled', 'recovered']);
    connection.destroy(null);
  });
});
