import assert from 'node:assert/strict';
import { SentinelConnector, SentinelIterator } from '../../../../lib/entries/ioredis/connectors.js';

const [a, b, c] = [{ host: 'a', port: 1 }, { host: 'b', port: 2 }, { port: 3 }];

describe('an iterator over sentinels', () => {
  it('gives one after the other, and begins again with the last one if it is to', () => {
    const sentinels = new SentinelIterator([a, b]);
    assert.deepEqual([sentinels.next().value, sentinels.next().value, sentinels.next().done], [a, b, true]);
    sentinels.reset(false);
    sentinels.next();
    sentinels.next();
    sentinels.reset(true);
    assert.deepEqual([sentinels.next().value, sentinels.next().value], [b, a]);
  });

  it('takes each once', () => {
    const sentinels = new SentinelIterator([a, c]);
    assert.equal(sentinels.add({ host: '127.0.0.1', port: 3 }), false);
    assert.equal(sentinels.add(b), true);
    assert.equal(String(sentinels), `${JSON.stringify([a, c, b])} @0`);
  });
});

describe('a connector by sentinels', () => {
  it('wants sentinels and a name, as that of ioredis', () => {
    assert.throws(() => new SentinelConnector({ sentinels: [], name: 'g' }), /Requires at least one sentinel/);
    assert.throws(() => new SentinelConnector({ sentinels: [a] }), /Requires the name of master/);
    const connector = new SentinelConnector({ sentinels: [a], name: 'g', role: 'slave' });
    assert.deepEqual([connector.check({ role: 'slave' }), connector.check({ role: 'master' }), connector.check({})], [true, false, true]);
  });

  it('connects nothing', () => assert.rejects(new SentinelConnector({ sentinels: [a], name: 'g' }).connect(), /new Redis\(/));
});
