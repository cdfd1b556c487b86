import assert from 'node:assert/strict';
import { createClient, TimeoutError } from '../../../../lib/index.js';
import { FakeServer, type Handler } from '../../../support/fake-server.js';
import { closedGate, until } from '../../../support/wait.js';

describe('the circuit breaker of a replica', () => {
  it('opens when calls are given up there, others serve meanwhile, and a PING of ours closes it', async () => {
    await using primary = await FakeServer.start();
    await using replica = await FakeServer.start();
    const slow = closedGate();
    const server = (role: 'master' | 'slave', gets: () => Promise<string>): Handler => {
      const [info, reply] =
        role === 'master'
          ? [`connected_slaves:1\r\nslave0:ip=127.0.0.1,port=${replica.port},state=online,offset=7,lag=0\r\n`, ['master', 7, []]]
          : [
              `master_host:127.0.0.1\r\nmaster_port:${primary.port}\r\nmaster_link_status:up\r\n`,
              ['slave', '127.0.0.1', primary.port, 'connected', 7],
            ];
      return ([name]) => {
        if (name === 'GET') return gets();
        if (name === 'ROLE') return reply;
        if (name === 'INFO') return `redis_mode:standalone\r\nrun_id:${role}\r\nrole:${role}\r\n${info}master_replid:h\r\n`;
        return undefined;
      };
    };
    primary.handler = server('master', async () => 'of the primary');
    replica.handler = server('slave', async () => {
      await slow.opened;
      return 'of the replica';
    });
    const seeds = [{ host: primary.host, port: primary.port }];
    await using redis = createClient({ topology: { kind: 'replication', seeds }, reads: 'replicaPreferred' });
    const hasty = redis.with({ timeoutMs: 60 });
    const breaker = (): string | undefined => redis.stats().nodes.find(({ role }) => role === 'replica')?.breaker;
    await redis.connect();
    for (let i = 0; i < 3; i++) await assert.rejects(hasty.get('k'), TimeoutError);
    assert.equal(breaker(), 'open');
    const asked = replica.received.filter(([name]) => name === 'GET').length;
    for (let i = 0; i < 20; i++) assert.equal(await redis.get('k'), 'of the primary');
    assert.equal(replica.received.filter(([name]) => name === 'GET').length, asked, 'no read while it is open');
    slow.open();
    await until(() => breaker() === 'closed', { what: 'the breaker is closed again' });
    assert.ok(replica.received.some(([name]) => name === 'PING'));
    assert.equal(await redis.get('k'), 'of the replica');
  });
});
