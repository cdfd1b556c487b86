import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import sinon, { type SinonFakeTimers } from 'sinon';
import { FailedAddresses, HostAddress } from '../../../lib/connection/host-addresses.js';

type LookupFunction = Parameters<HostAddress['lookupBy']>[0];

const addressesOf = (...addresses: readonly string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 4 }));

describe('the addresses of a host', () => {
  let time: SinonFakeTimers;
  let memory: FailedAddresses;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['performance'] });
    memory = new FailedAddresses();
  });
  afterEach(() => time.restore());

  const cases: readonly { readonly name: string; readonly steps: readonly string[]; readonly order: readonly string[] }[] = [
    { name: 'are in the order of the resolver', steps: [], order: ['a', 'b', 'c'] },
    { name: 'that failed come last', steps: ['-a'], order: ['b', 'c', 'a'] },
    { name: 'that failed longest ago come before those that failed later', steps: ['-b', '-a'], order: ['c', 'b', 'a'] },
    { name: 'that all failed take turns', steps: ['-a', '-b', '-c', '-a'], order: ['b', 'c', 'a'] },
    { name: 'that failed and then succeeded are as before', steps: ['-a', '-b', '+a'], order: ['a', 'c', 'b'] },
  ];
  for (const { name, steps, order } of cases) {
    it(name, () => {
      for (const [sign, address = ''] of steps) {
        time.tick(1);
        if (sign === '+') memory.succeeded(address, 1);
        else memory.failed(address, 1);
      }
      const sorted = memory.sort(addressesOf('a', 'b', 'c'), 1).map(({ address }) => address);
      assert.deepEqual(sorted, order);
      assert.deepEqual(memory.sort(addressesOf('a', 'b', 'c'), 2), addressesOf('a', 'b', 'c'), 'another port is another server');
    });
  }

  it('are kept in mind in bounded number', () => {
    for (let n = 0; n <= 1_000; n++) {
      time.tick(1);
      memory.failed(`a${n}`, 1);
    }
    assert.deepEqual(memory.sort(addressesOf('a1', 'a0'), 1), addressesOf('a0', 'a1'));
  });

  describe('of one attempt', () => {
    const resolve: LookupFunction = (_, options, callback) =>
      options.all === true ? callback(null, addressesOf('a', 'b')) : assert.fail('asks for all');
    const answerOf = (host: HostAddress, all: boolean, by = resolve): unknown[] => {
      const answers: unknown[] = [];
      host.lookupBy(by)('name', { all }, (...answer) => answers.push(answer));
      return answers;
    };

    it('are given as Node asks for them', () => {
      assert.deepEqual(answerOf(new HostAddress(1, memory), true), [[null, addressesOf('a', 'b')]]);
      assert.deepEqual(answerOf(new HostAddress(1, memory), false), [[null, 'a', 4]]);
    });

    it('begin with the others after an attempt that failed before it was connected, and after one that failed later', () => {
      const first = new HostAddress(1, memory);
      answerOf(first, true);
      first.ended(false);
      time.tick(1);
      const second = new HostAddress(1, memory);
      assert.deepEqual(answerOf(second, false), [[null, 'b', 4]]);
      second.connected('b');
      second.ended(false);
      assert.deepEqual(answerOf(new HostAddress(1, memory), false), [[null, 'a', 4]]);
    });

    it('stay where the attempt succeeded', () => {
      const first = new HostAddress(1, memory);
      answerOf(first, true);
      first.connected('b');
      first.ended(true);
      assert.deepEqual(answerOf(new HostAddress(1, memory), true), [[null, addressesOf('a', 'b')]]);
    });

    it('that cannot be found are told as they are', () => {
      const error = Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' });
      const host = new HostAddress(1, memory);
      assert.deepEqual(
        answerOf(host, true, (_, __, callback) => callback(error, [])),
        [[error, []]],
      );
      host.ended(false);
    });
  });
});
