import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import type { TopologyKind } from '../../../../lib/admin/health/server-kind.js';
import { refuseOtherKind } from '../../../../lib/admin/health/wrong-kind.js';

const address = { host: '10.0.0.1', port: 6379 };

describe('a server of another kind than was meant', () => {
  const cases: readonly (readonly [mode: 'standalone' | 'sentinel' | 'cluster', meant: TopologyKind, text: RegExp | null])[] = [
    ['cluster', 'cluster', null],
    ['sentinel', 'sentinel', null],
    ['standalone', 'replication', null],
    ['standalone', 'single', null],
    ['sentinel', 'cluster', /10\.0\.0\.1:6379 is a Sentinel, not a node of a cluster.*slotwise sentinel has/],
    ['sentinel', 'replication', /is a Sentinel, not a server without cluster mode/],
    ['cluster', 'sentinel', /is a node of a cluster, not a Sentinel.*slotwise cluster has/],
    ['cluster', 'replication', /is a node of a cluster, not a server without cluster mode/],
    ['standalone', 'cluster', /is a replica without cluster mode, not a node of a cluster.*slotwise replication has/],
    ['standalone', 'sentinel', /is a replica without cluster mode, not a Sentinel/],
  ];
  for (const [mode, meant, text] of cases) {
    it(`is ${text === null ? 'none' : 'refused'}: ${mode} for ${meant}`, () => {
      const refuse = (): void => refuseOtherKind({ address, mode, role: mode === 'standalone' ? 'replica' : null }, meant);
      if (text === null) refuse();
      else assert.throws(refuse, (error) => error instanceof AdminError && error.reason === 'unreachable' && text.test(error.message));
    });
  }
});
