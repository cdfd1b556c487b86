import assert from 'node:assert/strict';
import { isFollowing, lagBytes, listedAt, type ReplicationFacts, replicationOf } from '../../../../lib/admin/health/replication-facts.js';
import { type FactsChange, factsOf } from './invented-facts.js';

const GIB = 1024 ** 3;

describe('the facts of replication', () => {
  const cases: readonly (readonly [name: string, role: 'primary' | 'replica', change: FactsChange, expected: Partial<ReplicationFacts>])[] =
    [
      [
        'of a primary are its offset and its replicas',
        'primary',
        {},
        {
          role: 'primary',
          link: null,
          primary: null,
          offset: 5_000,
          lagSeconds: null,
          writable: false,
          backlogBytes: 1_048_576,
          replicas: [{ address: { host: '10.0.0.1', port: 7002 }, state: 'online', offset: 5_000, lagSeconds: 0 }],
        },
      ],
      [
        'of a replica are its link and how long it has heard nothing',
        'replica',
        {},
        {
          role: 'replica',
          link: 'up',
          primary: { host: '10.0.0.1', port: 7001 },
          sync: null,
          lagSeconds: 1,
          downSeconds: null,
          replicas: [],
        },
      ],
      [
        'tell since when a link is down',
        'replica',
        { info: { master_link_status: 'down', master_last_io_seconds_ago: -1, master_link_down_since_seconds: 42 } },
        { link: 'down', downSeconds: 42, lagSeconds: null, sync: null },
      ],
      [
        'tell a link that has never been up',
        'replica',
        { info: { master_link_status: 'down', master_link_down_since_seconds: -1 } },
        { link: 'down', downSeconds: null },
      ],
      [
        'tell how far a synchronisation is',
        'replica',
        {
          info: {
            master_link_status: 'down',
            master_sync_in_progress: 1,
            master_sync_total_bytes: GIB,
            master_sync_left_bytes: GIB / 4,
            master_sync_perc: '75.00',
          },
        },
        { link: 'down', sync: { leftBytes: GIB / 4, percent: 75 } },
      ],
      [
        'tell that nobody knows how long a diskless synchronisation takes',
        'replica',
        { info: { master_link_status: 'down', master_sync_in_progress: 1, master_sync_total_bytes: 0, master_sync_left_bytes: -1 } },
        { link: 'down', sync: { leftBytes: null, percent: null } },
      ],
      ['tell a replica that takes writes', 'replica', { info: { slave_read_only: 0 } }, { writable: true }],
      ['are empty where INFO is not allowed', 'replica', { info: { role: null, master_link_status: null } }, { role: null, link: null }],
      [
        'leave out replicas that make no sense',
        'primary',
        { info: { slave0: 'ip=,port=0,state=online', slave1: 'nonsense', slave2: 'ip=fd00::2,port=7002,state=send_bulk,offset=x,lag=-1' } },
        { replicas: [{ address: { host: 'fd00::2', port: 7002 }, state: 'send_bulk', offset: null, lagSeconds: null }] },
      ],
    ];
  for (const [name, role, change, expected] of cases) {
    it(name, () => {
      const facts = replicationOf(factsOf(role, change));
      for (const [field, value] of Object.entries(expected)) assert.deepEqual(facts[field as keyof ReplicationFacts], value, field);
    });
  }

  it('count a replica as following only with a link', () => {
    assert.equal(isFollowing(replicationOf(factsOf('replica'))), true);
    assert.equal(isFollowing(replicationOf(factsOf('replica', { info: { master_link_status: 'down' } }))), false);
    assert.equal(isFollowing(replicationOf(factsOf('replica', { info: { master_sync_in_progress: 1 } }))), false);
    assert.equal(isFollowing(replicationOf(factsOf('primary'))), false);
  });
});

describe('the lag of a replica in bytes', () => {
  const primary = replicationOf(factsOf('primary'));
  const at = { host: '10.0.0.1', port: 7002 };
  const cases: readonly (readonly [name: string, replica: FactsChange['info'], confirmed: number | null, expected: number | null])[] = [
    ['is what it has not applied', { slave_repl_offset: 4_509 }, null, 491],
    ['is never less than nothing, whoever was asked first', { slave_repl_offset: 6_000 }, null, 0],
    ['counts what it has confirmed meanwhile', { slave_repl_offset: 4_000 }, 4_900, 100],
    ['is unknown where it follows another history', { master_replid: 'another' }, null, null],
    ['is unknown where it tells no offset', { slave_repl_offset: null }, null, null],
  ];
  for (const [name, info, confirmed, expected] of cases) {
    it(name, () => {
      const listed = confirmed === null ? null : { address: at, state: 'online', offset: confirmed, lagSeconds: 0 };
      assert.equal(lagBytes(primary, replicationOf(factsOf('replica', info === undefined ? {} : { info })), listed), expected);
    });
  }

  it('needs the right replica in the list', () => {
    assert.equal(listedAt(primary, at)?.state, 'online');
    assert.equal(listedAt(primary, { host: '10.0.0.1', port: 7003 }), null);
    assert.equal(listedAt(primary, null), null);
  });
});
