import assert from 'node:assert/strict';
import { parseSubnet } from '../../../lib/options/subnet.js';

const CASES: readonly (readonly [subnet: string, inside: readonly string[], outside: readonly string[]])[] = [
  ['10.0.1.0/24', ['10.0.1.0', '10.0.1.255', '::ffff:10.0.1.3'], ['10.0.2.0', '10.0.0.255', '::1', 'a.example', '']],
  ['10.0.1.77/24', ['10.0.1.1'], ['10.0.2.1']],
  ['10.0.0.5/32', ['10.0.0.5'], ['10.0.0.4', '10.0.0.6']],
  ['fd00:1::/32', ['fd00:1::1', 'fd00:1:ffff::'], ['fd00:2::1', '10.0.0.1']],
  ['::/0', ['::1', 'fd00::1'], ['a.example']],
];

describe('a subnet', () => {
  for (const [text, inside, outside] of CASES) {
    it(`tells what is in ${text}`, () => {
      const subnet = parseSubnet(text);
      assert.ok(subnet !== null);
      for (const host of inside) assert.equal(subnet.contains(host), true, host);
      for (const host of outside) assert.equal(subnet.contains(host), false, host);
    });
  }

  for (const text of ['10.0.0.1', '10.0.0.0/33', '::/129', '10.0.0.0/-1', '10.0.0.0/a', 'example/8', '/run/redis.sock', '']) {
    it(`is null for ${JSON.stringify(text)}`, () => assert.equal(parseSubnet(text), null));
  }
});
