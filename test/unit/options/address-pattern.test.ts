import assert from 'node:assert/strict';
import type { Address } from '../../../lib/options/address.js';
import { checkAddressPattern, compileAddressPattern } from '../../../lib/options/address-pattern.js';

const ipv4: Address = { host: '10.0.1.7', port: 6379 };
const ipv6: Address = { host: 'fd00::7', port: 6379 };
const named: Address = { host: 'redis-1.zone-a.example', port: 7000 };
const socket: Address = { path: '/run/Redis.sock' };
const ALL = { ipv4, ipv6, named, socket };
type Name = keyof typeof ALL;

const CASES: readonly (readonly [pattern: string, matches: readonly Name[]])[] = [
  ['10.0.1.7:6379', ['ipv4']],
  ['10.0.1.7', ['ipv4']],
  ['10.0.1.7:6380', []],
  ['10.0.1.*', ['ipv4']],
  ['10.0.1.*:6379', ['ipv4']],
  ['10.0.1.*:7000', []],
  ['*:6379', ['ipv4', 'ipv6']],
  ['10.0.1.0/24', ['ipv4']],
  ['10.0.2.0/24', []],
  ['0.0.0.0/0', ['ipv4']],
  ['fd00::/8', ['ipv6']],
  ['fd00::7', ['ipv6']],
  ['FD00::7', ['ipv6']],
  ['FD00:0:0::0007', ['ipv6']],
  ['FD00::/8', ['ipv6']],
  ['[FD00:0::7]:6379', ['ipv6']],
  ['[fd00::7]:6379', ['ipv6']],
  ['[fd00::*', ['ipv6']],
  ['REDIS-1.zone-a.example', ['named']],
  ['*.Zone-A.*', ['named']],
  ['redis-1.zone-a.example:7000', ['named']],
  ['/run/Redis.sock', ['socket']],
  ['/run/redis.sock', []],
  ['/run/*.sock', ['socket']],
  ['*', ['ipv4', 'ipv6', 'named', 'socket']],
];

describe('an address pattern', () => {
  for (const [pattern, expected] of CASES) {
    it(`${pattern} matches ${expected.join(', ') || 'nothing'}`, () => {
      const matches = compileAddressPattern(pattern);
      assert.ok(matches !== null);
      assert.deepEqual(
        Object.entries(ALL).flatMap(([name, address]) => (matches(address) ? [name] : [])),
        expected,
      );
    });
  }

  for (const text of ['', '10.0.1.0/33', '10.0.1/24', 'example.com/24', '10.0.1.0/', '10.0.1.7:0', 'a b']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(compileAddressPattern(text), null));
  }

  it('is limited in length and wildcards', () => {
    assert.throws(
      () => checkAddressPattern(`${'10.'.repeat(400)}*`, 'match'),
      /match: expected at most 1024 characters a pattern, got 1201/,
    );
    assert.throws(() => checkAddressPattern('*.'.repeat(33), 'match'), /match: expected at most 32 wildcards a pattern, got 33/);
  });
});
