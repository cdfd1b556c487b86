import { deepStrictEqual } from 'node:assert';
import { ModelHost } from '../../conformance/conversation.js';
import { RedisServer } from './redis-server.js';

/** What a real server cannot be made to do at a chosen moment. */
describe('the model of a server', () => {
  let host: ModelHost;
  let server: RedisServer;

  beforeEach(() => {
    host = new ModelHost();
    server = new RedisServer(host.network, host, { product: 'redis', version: '7.2.4' }, host.books);
    server.start();
  });

  const names = (): string[] => host.books.executions.map(({ words }) => words.join(' '));

  it('never runs what a pause held of a connection that is gone', async () => {
    const connection = await host.open();
    server.enqueue(() => server.pause.begin('client', 1_000, 'write'));
    connection.send(['SET', 'k', 'v']);
    await host.wait(10);
    server.enqueue(() => {
      server.pause.end('client');
      for (const end of [...server.connections.keys()]) server.drop(end);
    });
    await host.wait(10);
    deepStrictEqual(names(), []);
  });

  it('takes nothing from a list for a connection that is gone', async () => {
    const [popper, pusher] = [await host.open(), await host.open()];
    popper.send(['BLPOP', 'l', '0']);
    await host.wait(10);
    popper.close();
    await host.wait(10);
    pusher.send(['RPUSH', 'l', 'a']);
    await host.wait(10);
    deepStrictEqual(server.keyspace.database(0).list('l'), ['a']);
    deepStrictEqual(names(), ['RPUSH l a']);
  });

  it('hands replicas what a command did, not what it was', async () => {
    const connection = await host.open();
    const effects = async (...words: string[]): Promise<unknown> => {
      connection.send(words);
      await connection.next();
      return host.books.executions.at(-1)?.effects;
    };
    const end = String(Date.UTC(2026, 0, 1) + 100_000);
    deepStrictEqual(await effects('SET', 'k', 'v', 'PXAT', end, 'NX'), [['SET', 'k', 'v', 'PXAT', end]]);
    deepStrictEqual(await effects('SET', 'k', 'w', 'NX'), []);
    deepStrictEqual(await effects('GETDEL', 'k'), [['DEL', 'k']]);
    deepStrictEqual(await effects('DEL', 'k'), []);
    await effects('RPUSH', 'l', 'a', 'b');
    deepStrictEqual(await effects('BLPOP', 'none', 'l', '0'), [['LPOP', 'l']]);
    deepStrictEqual(await effects('BLMOVE', 'l', 'm', 'LEFT', 'RIGHT', '0'), [['LMOVE', 'l', 'm', 'LEFT', 'RIGHT']]);
    deepStrictEqual(await effects('EXPIRE', 'm', '-1'), [['DEL', 'm']]);
    await effects('MULTI');
    await effects('INCR', 'n');
    await effects('GET', 'n');
    await effects('SET', 'o', '1');
    deepStrictEqual(await effects('EXEC'), [
      ['INCR', 'n'],
      ['SET', 'o', '1'],
    ]);
  });

  it('replies after it has computed', async () => {
    const connection = await host.open();
    const since = host.timeline.now;
    connection.send(['DEBUG', 'SLEEP', '1']);
    await connection.next();
    deepStrictEqual(host.timeline.now - since >= 1_000, true);
  });

  it('keeps its data over a restart only where they are written', async () => {
    for (const persistence of ['none', 'all'] as const) {
      const place = { host: host.host, port: 7000 };
      const other = new RedisServer(host.network, place, { product: 'redis', version: '7.2.4', persistence }, host.books);
      other.start();
      const connection = await host.open(place);
      connection.send(['SET', 'k', 'v']);
      await connection.next();
      other.kill();
      other.start();
      deepStrictEqual(other.keyspace.database(0).get('k'), persistence === 'all' ? 'v' : undefined);
      other.kill();
    }
  });
});
