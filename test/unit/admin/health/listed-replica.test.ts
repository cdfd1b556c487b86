import assert from 'node:assert/strict';
import { type KnownReplica, listedOf } from '../../../../lib/admin/health/listed-replica.js';
import { replicationOf } from '../../../../lib/admin/health/replication-facts.js';
import { factsOf } from './invented-facts.js';

interface Case {
  readonly name: string;
  /** Lines of the primary's list, without `state` and what follows. */
  readonly list: readonly string[];
  readonly own: KnownReplica;
  readonly others?: readonly KnownReplica[];
  /** Which line of the list it is. */
  readonly expected: number | null;
}

function replica(
  host: string,
  port = 6379,
  link: 'up' | 'down' | 'unknown' = 'up',
  config: Record<string, string | number> = {},
): KnownReplica {
  const facts = link === 'unknown' ? null : factsOf('replica', { info: { tcp_port: port, master_link_status: link }, config });
  return { addresses: [{ host, port }], facts };
}

const CASES: readonly Case[] = [
  { name: 'its own address', list: ['ip=10.0.0.2,port=6379'], own: replica('10.0.0.2'), expected: 0 },
  {
    name: 'another replica with the same port',
    list: ['ip=10.0.0.2,port=6379'],
    own: replica('10.0.0.3', 6379, 'down'),
    others: [replica('10.0.0.2')],
    expected: null,
  },
  {
    name: 'another host of its own, the only one with its port',
    list: ['ip=172.17.0.1,port=6380'],
    own: replica('10.0.0.3', 6380, 'down'),
    others: [replica('10.0.0.2')],
    expected: 0,
  },
  {
    name: 'a host that may be that of another replica, which has a link',
    list: ['ip=172.17.0.1,port=6379'],
    own: replica('10.0.0.3', 6379, 'down'),
    others: [replica('10.0.0.2')],
    expected: null,
  },
  {
    name: 'a host that may be that of another replica, which cannot be asked',
    list: ['ip=172.17.0.1,port=6379'],
    own: replica('10.0.0.3', 6379, 'down'),
    others: [replica('10.0.0.2', 6379, 'unknown')],
    expected: null,
  },
  {
    name: 'a host too many for the other replicas that have a link',
    list: ['ip=172.17.0.1,port=6379', 'ip=172.17.0.2,port=6379'],
    own: replica('10.0.0.3', 6379, 'down'),
    others: [replica('10.0.0.2')],
    expected: 0,
  },
  {
    name: 'hosts of which it cannot be told which one is whose',
    list: ['ip=172.17.0.1,port=6379', 'ip=172.17.0.2,port=6379'],
    own: replica('10.0.0.3'),
    others: [replica('10.0.0.2')],
    expected: null,
  },
  {
    name: 'the address that it announces to its primary',
    list: ['ip=172.17.0.1,port=6379', 'ip=192.0.2.3,port=7379'],
    own: replica('10.0.0.3', 6379, 'up', { 'replica-announce-ip': '192.0.2.3', 'replica-announce-port': 7379 }),
    others: [replica('10.0.0.2')],
    expected: 1,
  },
  { name: 'a server with another port', list: ['ip=10.0.0.2,port=6380'], own: replica('10.0.0.2'), expected: null },
  { name: 'nobody', list: [], own: replica('10.0.0.2', 6379, 'down'), expected: null },
];

describe('the entry of a replica in the list of its primary', () => {
  for (const { name, list, own, others = [], expected } of CASES) {
    it(`with ${name} on it`, () => {
      const lines = Object.fromEntries(list.map((line, index) => [`slave${index}`, `${line},state=online,offset=${index},lag=0`]));
      const primary = replicationOf(factsOf('primary', { info: { slave0: null, ...lines } }));
      assert.equal(listedOf(primary, own, others)?.offset ?? null, expected);
    });
  }
});
