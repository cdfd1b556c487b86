import assert from 'node:assert/strict';
import { type Address, addressKey } from '../../../../lib/options/address.js';
import { KnownSentinels } from '../../../../lib/topology/sentinel/known-sentinels.js';
import { at } from '../nodes.js';

describe('KnownSentinels', () => {
  const same = (address: Address): Address => address;
  const answer = (address: string, id: string, ...others: readonly (readonly [id: string, address: string])[]) => ({
    address: at(address),
    view: {
      id,
      primary: at(7000),
      epoch: 0,
      primaryDown: false,
      promoting: null,
      replicas: [],
      sentinels: others.map(([other, place]) => ({ id: other, address: at(place) })),
    },
  });
  const keys = (list: KnownSentinels): string[] => list.addresses.map(addressKey);

  it('begins with the configured ones, each once', () => {
    assert.deepEqual(keys(new KnownSentinels([at('a:1'), at('b:1'), at('a:1')], same)), ['a:1', 'b:1']);
  });

  it('learns others and puts the one that answered first in front', () => {
    const list = new KnownSentinels([at('a:1'), at('b:1')], same);
    list.update([answer('b:1', 'B', ['A', 'a:1'], ['C', 'c:1'])]);
    assert.deepEqual(keys(list), ['b:1', 'a:1', 'c:1']);
  });

  it('does not ask one sentinel under two names', () => {
    const list = new KnownSentinels([at('a.example.com:1'), at('b.example.com:1')], same);
    list.update([answer('a.example.com:1', 'A', ['B', '10.0.0.2:1']), answer('b.example.com:1', 'B', ['A', '10.0.0.1:1'])]);
    assert.deepEqual(keys(list), ['a.example.com:1', 'b.example.com:1']);
  });

  it('learns the other name of one that does not answer under its configured one', () => {
    const list = new KnownSentinels([at('a.example.com:1'), at('b.example.com:1')], same);
    list.update([answer('a.example.com:1', 'A', ['B', '10.0.0.2:1'])]);
    assert.deepEqual(keys(list), ['a.example.com:1', 'b.example.com:1', '10.0.0.2:1']);
  });

  it('forgets learnt ones that no sentinel names any more, and never the configured ones', () => {
    const list = new KnownSentinels([at('a:1')], same);
    list.update([answer('a:1', 'A', ['B', 'b:1'], ['C', 'c:1'])]);
    list.update([answer('b:1', 'B', ['D', 'd:1'])]);
    assert.deepEqual(keys(list), ['b:1', 'a:1', 'd:1']);
  });

  it('forgets a learnt one that still answers, where another sentinel knows the group and none names it', () => {
    const list = new KnownSentinels([at('a:1')], same);
    list.update([answer('a:1', 'A', ['B', 'b:1'], ['C', 'c:1'])]);
    const removed = answer('b:1', 'B', ['A', 'a:1'], ['C', 'c:1']);
    const unaware = answer('a:1', 'A');
    list.update([removed, { ...unaware, view: { ...unaware.view, primary: null } }]);
    assert.deepEqual(keys(list), ['b:1', 'a:1', 'c:1'], 'no other one knows the group');
    list.update([removed, answer('a:1', 'A', ['C', 'c:1']), answer('c:1', 'C', ['A', 'a:1'])]);
    assert.deepEqual(keys(list), ['a:1', 'c:1']);
  });

  it('keeps a learnt one that the others name by another address', () => {
    const list = new KnownSentinels([at('a:1')], same);
    list.update([answer('a:1', 'A', ['B', 'b:1'])]);
    list.update([answer('b:1', 'B', ['A', 'a:1']), answer('a:1', 'A', ['B', '10.0.0.2:1'])]);
    assert.deepEqual(keys(list), ['b:1', 'a:1']);
  });

  it('keeps what it knows when none answers', () => {
    const list = new KnownSentinels([at('a:1')], same);
    list.update([answer('a:1', 'A', ['B', 'b:1'])]);
    list.update([]);
    assert.deepEqual(keys(list), ['a:1', 'b:1']);
  });

  it('maps the addresses that sentinels announce', () => {
    const list = new KnownSentinels([at('a:1')], (address) => ('host' in address ? { ...address, host: 'nat' } : address));
    list.update([answer('a:1', 'A', ['B', 'b:1'])]);
    assert.deepEqual(keys(list), ['a:1', 'nat:1']);
  });
});
