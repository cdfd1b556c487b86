import assert from 'node:assert/strict';
import { type Address, addressKey, parseAddress } from '../../../lib/options/address.js';

const CASES: readonly (readonly [text: string, expected: Address | null])[] = [
  ['10.0.0.1:7000', { host: '10.0.0.1', port: 7000 }],
  ['10.0.0.1', { host: '10.0.0.1', port: 6379 }],
  ['Redis-1.Example.com:7000', { host: 'redis-1.example.com', port: 7000 }],
  ['my_service:7000', { host: 'my_service', port: 7000 }],
  ['bücher.example', { host: 'bücher.example', port: 6379 }],
  ['[::1]:7000', { host: '::1', port: 7000 }],
  ['[::1]', { host: '::1', port: 6379 }],
  ['[FD00:0:0::00AB]:1', { host: 'fd00::ab', port: 1 }],
  ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
  ['/run/redis.sock', { path: '/run/redis.sock' }],
  ['', null],
  ['::1', null],
  ['::1:6379', null],
  ['/', null],
  [':6379', null],
  ['localhost:', null],
  ['localhost:0', null],
  ['localhost:65536', null],
  ['localhost:-1', null],
  ['localhost:6379x', null],
  ['localhost: 6379', null],
  ['6379', null],
  ['300.1.1.1:1', null],
  ['10.0.0:1', null],
  ['[::1', null],
  ['[localhost]:1', null],
  ['[::1]x', null],
  ['a b:1', null],
  ['user@host:1', null],
  ['h1,h2', null],
];

describe('an address', () => {
  for (const [text, expected] of CASES) {
    it(`reads ${JSON.stringify(text)} as ${expected === null ? 'no address' : addressKey(expected)}`, () => {
      assert.deepEqual(parseAddress(text, 6379), expected);
    });
  }

  it('wants a port where there is no default', () => {
    assert.equal(parseAddress('localhost', null), null);
    assert.equal(parseAddress('[::1]', null), null);
    assert.deepEqual(parseAddress('localhost:1', null), { host: 'localhost', port: 1 });
  });

  it('reads back the keys it writes', () => {
    for (const address of [{ host: '::1', port: 1 }, { host: '10.0.0.1', port: 2 }, { host: 'a.example', port: 3 }, { path: '/a' }]) {
      assert.deepEqual(parseAddress(addressKey(address), null), address);
    }
  });
});
