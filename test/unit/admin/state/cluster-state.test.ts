import assert from 'node:assert/strict';
import { parseMembers } from '../../../../lib/admin/state/cluster-state.js';

describe('the members in CLUSTER NODES', () => {
  it('have open slots and bus ports', () => {
    const text = [
      'a 10.0.0.1:7000@17009 myself,master - 0 0 1 connected 0-5 [7->-b] [8-<-c]',
      'b 10.0.0.2:7000@17000,host handshake - 0 0 0 connected',
      '',
    ].join('\n');
    const [a, b] = parseMembers(text);
    assert.equal(a?.busPort, 17_009);
    assert.deepEqual([...(a?.migrating ?? [])], [[7, 'b']]);
    assert.deepEqual([...(a?.importing ?? [])], [[8, 'c']]);
    assert.deepEqual(a?.ranges, [{ start: 0, end: 5 }]);
    assert.deepEqual(b?.flags, ['handshake']);
  });
});
