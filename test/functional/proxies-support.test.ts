import assert from 'node:assert/strict';
import { AskConnection } from '../support/ask.js';
import { HAProxy } from '../support/haproxy.js';
import { Nutcracker } from '../support/nutcracker.js';
import { describeBehind, type ProxyProcess } from '../support/proxy-process.js';
import { caughtUp, ReplicationGroup } from '../support/replication.js';
import type { CommandArg, Reply } from '../support/resp.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

async function ask({ host, port }: ProxyProcess, ...args: readonly CommandArg[]): Promise<Reply> {
  using connection = await AskConnection.open({ host, port }, { timeoutMs: 500 });
  return await connection.ask(...args);
}

describeBehind(['nutcracker'], 'test support: nutcracker', () => {
  it('spreads keys over its servers, names and weights as given', async () => {
    await using first = await Server.start();
    await using second = await Server.start();
    await using proxy = await Nutcracker.start({
      servers: [{ at: first.address, name: 'first', weight: 3 }, second.address],
      hash: 'murmur',
      hashTag: '{}',
    });
    for (let i = 0; i < 40; i++) await ask(proxy, 'SET', `k${i}`, String(i));
    const [here, there] = [Number(await first.ask('DBSIZE')), Number(await second.ask('DBSIZE'))];
    assert.equal(here + there, 40);
    assert.ok(here > 0 && there > 0, `${here} and ${there}`);
    for (let i = 0; i < 20; i++) await ask(proxy, 'SET', `{tag}${i}`, String(i));
    assert.ok([here, here + 20].includes(Number(await first.ask('DBSIZE'))));
  });

  it('closes at what it does not know, is stopped, killed and started again', async () => {
    await using server = await Server.start();
    await using proxy = await Nutcracker.start({ servers: [server.address] });
    await assert.rejects(ask(proxy, 'HELLO', '3'), /closed the connection/);
    proxy.pause();
    await assert.rejects(ask(proxy, 'PING'), /no reply to PING/);
    proxy.resume();
    assert.equal(await ask(proxy, 'PING'), 'PONG');
    await proxy.kill();
    await assert.rejects(ask(proxy, 'PING'), /ECONNREFUSED/);
    await proxy.restart();
    assert.equal(await ask(proxy, 'PING'), 'PONG');
  });
});

describeBehind(['haproxy'], 'test support: HAProxy', () => {
  it('leads to the primary, and to the promoted replica when that is killed', async () => {
    await using group = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = group.replicas;
    assert.ok(replica);
    await using proxy = await HAProxy.start({ servers: [group.primary.address, replica.address], check: 'primary' });
    await until(async () => (await ask(proxy, 'SET', 'a', 'b')) === 'OK');
    await caughtUp(group.primary, [replica]);
    await group.primary.kill();
    await replica.ask('REPLICAOF', 'NO', 'ONE');
    assert.equal(await until(() => ask(proxy, 'GET', 'a')), 'b');
  });
});
