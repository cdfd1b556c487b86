import assert from 'node:assert/strict';
import { createClient, endpoints, type Redis, SlotwiseError } from '../../../lib/index.js';
import type { ProxyName } from '../../../lib/options/endpoints.js';
import { error, FakeServer, type Handler, ok } from '../../support/fake-server.js';
import { rejected } from '../connection/opened.js';

/** Answers `text` to the first so many commands of that name. */
function failing(name: string, text: string, times: number): Handler {
  let left = times;
  return ([given]) => {
    if (given === name && left-- > 0) return error(text);
    return given === 'GET' ? 'value' : given === 'SET' ? ok : given === 'MSET' ? ok : undefined;
  };
}

describe('a client of endpoints', () => {
  let server: FakeServer;
  let redis: Redis;
  const started = async (handler: Handler, refuses: ProxyName): Promise<void> => {
    server = await FakeServer.start(handler);
    redis = createClient({ topology: endpoints(server.address, { speaks: 'plain', refuses }), timeoutMs: 2_000 });
  };
  afterEach(async () => {
    await redis.close();
    await server.stop();
  });

  const notExecuted: readonly (readonly [proxy: ProxyName, text: string])[] = [
    ['codis', 'ERR handle request, slot-0001: slot is not ready, may be offline'],
    ['predixy', 'ERR no server connection avaliable'],
    ['envoy', 'no upstream host'],
  ];
  for (const [proxy, text] of notExecuted) {
    it(`sends again what ${proxy} could not pass on: "${text}"`, async () => {
      await started(failing('SET', text, 3), proxy);
      assert.equal(await redis.set('k', 'v'), 'OK');
      assert.equal(server.count('SET'), 4);
    });
  }

  const unknown: readonly (readonly [proxy: ProxyName, text: string])[] = [
    ['codis', 'ERR handle response, backend conn reset'],
    ['predixy', 'ERR server connection close'],
    ['envoy', 'upstream failure'],
  ];
  for (const [proxy, text] of unknown) {
    it(`sends reads again, and tells of writes that they may have run, where ${proxy} has no answer: "${text}"`, async () => {
      await started(failing('GET', text, 2), proxy);
      assert.equal(await redis.get('k'), 'value');
      server.handler = failing('SET', text, 1);
      const lost = await rejected(redis.set('k', 'v'));
      assert.ok(lost instanceof SlotwiseError);
      assert.deepEqual([lost.message, lost.executed, server.count('SET')], [text, 'unknown', 1]);
      server.handler = failing('SET', text, 1);
      assert.equal(await redis.with({ idempotent: true }).set('k', 'v'), 'OK');
    });
  }

  it('never sends again what Envoy has done in part', async () => {
    await started(failing('MSET', 'finished with 1 error(s)', 1), 'envoy');
    const lost = await rejected(redis.with({ idempotent: true }).mset({ a: '1', b: '2' }));
    assert.ok(lost instanceof SlotwiseError);
    assert.deepEqual([lost.executed, server.count('MSET')], ['unknown', 1]);
  });

  it('never sends codis-proxy what it would pass on to a connection of others', async () => {
    await started(failing('', '', 0), 'codis');
    await redis.connect();
    await redis.set('k', 'v');
    await rejected(redis.blpop('k', 1));
    await rejected(redis.publish('c', 'm'));
    await rejected(redis.info());
    const names = new Set(server.received.map(([name]) => name));
    assert.deepEqual([...names].sort(), ['PING', 'SET']);
  });
});
