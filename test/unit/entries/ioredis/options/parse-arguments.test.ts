import assert from 'node:assert/strict';
import { givenOptions, withDefaults } from '../../../../../lib/entries/ioredis/options/parse-arguments.js';

/** Forms of the constructor, as real ioredis reads them. */
const forms: readonly (readonly [args: readonly unknown[], options: object])[] = [
  [[], {}],
  [[6380], { port: 6380 }],
  [['6380'], { port: 6380 }],
  [[6380, 'h'], { port: 6380, host: 'h' }],
  [[6380, 'h', { db: 1 }], { port: 6380, host: 'h', db: 1 }],
  [[6380, { db: '2' }], { port: 6380, db: 2 }],
  [['/tmp/redis.sock'], { path: '/tmp/redis.sock' }],
  [['/tmp/redis.sock?db=2'], { path: '/tmp/redis.sock', db: 2 }],
  [['/tmp/redis.sock', { db: 1 }], { path: '/tmp/redis.sock', db: 1 }],
  [['redis://127.0.0.1:6380/4'], { host: '127.0.0.1', port: 6380, db: 4 }],
  [['redis://u:p%40@h:6380/'], { username: 'u', password: 'p@', host: 'h', port: 6380 }],
  [['redis://:p@h'], { username: '', password: 'p', host: 'h' }],
  [['redis://h?family=6&keyPrefix=a:'], { host: 'h', family: 6, keyPrefix: 'a:' }],
  [['rediss://h:1'], { host: 'h', port: 1, tls: true }],
  [['rediss://h:1', { tls: { servername: 's' } }], { host: 'h', port: 1, tls: { servername: 's' } }],
  [['redis://[::1]:7'], { host: '::1', port: 7 }],
  [['//h:1/2'], { host: 'h', port: 1, db: 2 }],
  [['h:6380'], { host: 'h', port: 6380 }],
  [['localhost'], { host: 'localhost' }],
  [['redis://h:1/1', { host: 'other', db: 7 }], { host: 'h', port: 1, db: 1 }],
  [[{ host: 'h', port: '77' }], { host: 'h', port: 77 }],
  [[null, undefined, { port: 5 }], { port: 5 }],
];

describe('the arguments of the constructor', () => {
  for (const [args, options] of forms) {
    it(`reads ${JSON.stringify(args)}`, () => {
      assert.deepEqual(givenOptions(args), options);
    });
  }

  it('refuses what is no argument', () => {
    assert.throws(() => givenOptions([true]), /Invalid argument true/);
  });

  it('fills in the defaults of its version', () => {
    const six = withDefaults({ port: 1 });
    const five = withDefaults({ behaves: 5 });
    assert.deepEqual([six.port, six.host, six.protocol, six.keepAlive, six.maxRetriesPerRequest], [1, 'localhost', 3, 30_000, 20]);
    assert.deepEqual([five.port, five.protocol, five.keepAlive], [6379, 2, 0]);
    assert.equal(five.retryStrategy?.(3), 150);
    assert.equal(withDefaults({ maxRetriesPerRequest: null }).maxRetriesPerRequest, null);
    assert.throws(() => withDefaults({ protocol: 2, replyMapping: 'resp3' }), /only supported with protocol 3/);
  });
});
