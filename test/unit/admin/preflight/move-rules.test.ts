import assert from 'node:assert/strict';
import { emptiedFindings, MOVE_RULES, type MoveFacts } from '../../../../lib/admin/preflight/move-rules.js';
import type { SlotContent } from '../../../../lib/admin/preflight/slot-content.js';
import type { MigrationJob } from '../../../../lib/admin/state/migration-jobs.js';
import { idOf, threeShards } from '../cluster-states.js';
import { type Told, textsOf, withTold } from './told.js';

/** What is different from two equal servers with a key in database 0 and linked replicas. */
interface Case {
  readonly from?: Told;
  readonly to?: Told;
  readonly replicaOfSource?: Told;
  readonly replicaOfTarget?: Told;
  readonly keys?: Readonly<Record<number, number>>;
  readonly versions?: readonly [from: number, to: number];
  readonly incomingBytes?: number;
  readonly jobs?: readonly Partial<MigrationJob>[];
}

const UP = { info: { role: 'slave', master_link_status: 'up', master_sync_in_progress: '0' } };
const MIB = 1_048_576;
const memory = (free: number, policy = 'noeviction'): Told => ({
  info: { used_memory: String(90 * MIB) },
  config: { maxmemory: String((90 + free) * MIB), 'maxmemory-policy': policy },
});

function findings({
  from,
  to,
  replicaOfSource = UP,
  replicaOfTarget = UP,
  keys = { 0: 1 },
  versions,
  incomingBytes = 0,
  jobs = [],
}: Case): string[] {
  const cluster = withTold(threeShards(), { 7001: from ?? {}, 7002: to ?? {}, 7004: replicaOfSource, 7005: replicaOfTarget });
  const [source, target] = [cluster.nodes.get(idOf(7001)), cluster.nodes.get(idOf(7002))];
  assert.ok(source !== undefined && target !== undefined);
  const content: SlotContent = {
    keys: new Map(Object.entries(keys).map(([database, number]) => [Number(database), number])),
    measured: { keys: 0, bytes: 0 },
    bigKeys: [],
    samples: [],
  };
  const [ofSource, ofTarget] = versions ?? [];
  const facts: MoveFacts = {
    cluster,
    content,
    incomingBytes,
    rdbVersions: new Map(
      ofSource === undefined || ofTarget === undefined
        ? []
        : [
            [source.id, ofSource],
            [target.id, ofTarget],
          ],
    ),
  };
  const all = jobs.map(
    (job) => ({ id: 'j', direction: 'import', peer: null, slots: [], state: 's', running: true, message: '', ...job }) as const,
  );
  return textsOf(
    Object.values(MOVE_RULES).flatMap((rule) =>
      rule({ from: source, to: { ...target, jobs: all }, slots: [1, 2, 3], isOpen: false, canBeAtomic: true }, facts),
    ),
  );
}

const valkey = (databases: number): Told => ({ info: { valkey_version: '9.1.2' }, config: { 'cluster-databases': String(databases) } });

describe('before keys move', () => {
  const cases: readonly (readonly [name: string, given: Case, expected: readonly RegExp[]])[] = [
    ['nothing is said of equal servers', {}, []],
    [
      'a database that the target has not refuses',
      { from: valkey(4), to: valkey(1), keys: { 0: 5, 3: 7 } },
      [/^refused: .*7001 has 7 keys of the slots in database 3, and .*7002 has 1 database: set cluster-databases .* \(4\)/],
    ],
    [
      'several of them are named',
      { from: valkey(16), to: valkey(2), keys: { 2: 1, 9: 1 } },
      [/^refused: .* 2 keys .* database 2, 9, .* 2 databases/],
    ],
    ['the last database that the target has does not', { from: valkey(4), to: valkey(4), keys: { 3: 7 } }, []],
    [
      'fewer databases without keys are told',
      { from: valkey(4), to: valkey(1), keys: { 0: 1 } },
      [/^note: .*7001 has 4 databases, .*7002 1 database/],
    ],
    ['more databases at the target are not', { from: valkey(1), to: valkey(4) }, []],
    ['Redis has one database', { from: valkey(4), to: { info: { redis_version: '7.0.15' } }, keys: { 1: 1 } }, [/^refused: .* database 1/]],
    ['settings that may not be read say nothing', { from: valkey(4), to: { info: { valkey_version: '9.1.2' } }, keys: { 1: 1 } }, []],

    [
      'an older target refuses',
      { versions: [12, 10], from: { info: { redis_version: '8.0.2' } }, to: { info: { redis_version: '7.0.15' } } },
      [/^refused: .*7002 \(Redis 7.0.15\) cannot read what .*7001 \(Redis 8.0.2\) writes/],
    ],
    ['an older target without keys is told', { versions: [12, 10], keys: {} }, [/^note: .*cannot read.*set meanwhile/]],
    ['a newer target reads it', { versions: [10, 13] }, []],
    ['Valkey 9 reads what Redis 7 wrote', { versions: [11, 80] }, []],
    ['Valkey 9 does not read what Redis 7.4 wrote', { versions: [12, 80] }, [/^refused: .*cannot read/]],
    ['Redis does not read what Valkey 9 wrote', { versions: [80, 13] }, [/^refused: .*cannot read/]],
    ['a relaxed target tries', { versions: [80, 11], to: { config: { 'rdb-version-check': 'relaxed' } } }, []],

    ['what fits is not told', { to: memory(10), incomingBytes: 10 * MIB }, []],
    [
      'what does not fit refuses',
      { to: memory(10), incomingBytes: 20 * MIB },
      [/^refused: .*7002 has 10 MiB left of its maxmemory of 100 MiB, and about 20 MiB come: raise maxmemory/],
    ],
    ['what may just fit is told', { to: memory(10), incomingBytes: 11 * MIB }, [/^note: .*may run out of memory/]],
    ['a full target refuses', { to: memory(-5), incomingBytes: 1_000 }, [/^refused: .*has 0 bytes left/]],
    [
      'a target that evicts is told',
      { to: memory(10, 'allkeys-lru'), incomingBytes: 20 * MIB },
      [/^note: .*evict keys \(maxmemory-policy allkeys-lru\)/],
    ],
    ['a full target refuses also where sizes may not be asked for', { to: memory(0) }, [/^refused: .*has 0 bytes left/]],
    ['no limit is none', { to: { info: { used_memory: '1' }, config: { maxmemory: '0' } }, incomingBytes: 20 * MIB }, []],
    ['slots without keys fit everywhere', { to: memory(-5), incomingBytes: 0, keys: {} }, []],

    [
      'a target whose replica has no link is told',
      { replicaOfTarget: { info: { role: 'slave', master_link_status: 'down' } } },
      [/^note: .*7002 has no replica with a link: .* lost, though they are on a replica now\. .*--wait-replicas 1/],
    ],
    ['a target without keys to come is not', { keys: {}, replicaOfTarget: { info: { role: 'slave', master_link_status: 'down' } } }, []],
    [
      'a replica that copies is told',
      { replicaOfTarget: { info: { role: 'slave', master_link_status: 'down', master_sync_in_progress: '1' } } },
      [/^note: .*7002 has no replica/, /^note: a replica of .*7002 is copying/],
    ],
    [
      'so is one of the source',
      { replicaOfSource: { info: { role: 'slave', master_link_status: 'down', master_sync_in_progress: '1' } } },
      [/^note: a replica of .*7001 is copying/],
    ],
    ['a replica that tells nothing counts', { replicaOfTarget: {} }, []],

    ['a migration of the same slots refuses', { jobs: [{ slots: [3, 4] }] }, [/^refused: an atomic migration of slots 3 runs at .*7002/]],
    ['one from the same source does not: it is waited for', { jobs: [{ slots: [3, 4], direction: 'import', peer: idOf(7001) }] }, []],
    ['one that has ended does not', { jobs: [{ slots: [3, 4], running: false }] }, []],
    ['one of other slots does not', { jobs: [{ slots: [4] }] }, []],
  ];
  for (const [name, given, expected] of cases) {
    it(name, () => {
      const texts = findings(given);
      assert.equal(texts.length, expected.length, texts.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(texts[index] ?? '', pattern);
    });
  }
});

describe('a primary that gives all its slots', () => {
  const all = (changes: Told = {}, followers = true) => {
    const cluster = withTold(threeShards({ id: 7004, of: followers ? 7001 : 7002 }), { 7001: changes });
    const [from, to] = [cluster.nodes.get(idOf(7001)), cluster.nodes.get(idOf(7002))];
    assert.ok(from !== undefined && to !== undefined);
    return { cluster, from, to };
  };

  it('follows the target with its replicas', () => {
    const { cluster, from, to } = all();
    assert.match(
      textsOf(emptiedFindings([{ from, to, slots: from.slots, isOpen: false, canBeAtomic: true }], cluster)).join(),
      /^note: .*7001, .*7004 without slots: they become replicas of .*7002/,
    );
  });

  it('follows it alone', () => {
    const { cluster, from, to } = all({}, false);
    assert.match(
      textsOf(emptiedFindings([{ from, to, slots: from.slots, isOpen: false, canBeAtomic: true }], cluster)).join(),
      /^note: .*7001 without slots: it becomes a replica of .*7002/,
    );
  });

  it('stays a primary where that is set', () => {
    const { cluster, from, to } = all({ config: { 'cluster-allow-replica-migration': 'no' } });
    assert.match(
      textsOf(emptiedFindings([{ from, to, slots: from.slots, isOpen: false, canBeAtomic: true }], cluster)).join(),
      /^note: .*7001 stays a primary, without slots/,
    );
  });

  it('is none if a slot stays, or others come', () => {
    const { cluster, from, to } = all();
    assert.deepEqual(emptiedFindings([{ from, to, slots: from.slots.slice(1), isOpen: false, canBeAtomic: true }], cluster), []);
    const back = { from: to, to: from, slots: [16_000], isOpen: false, canBeAtomic: true };
    assert.deepEqual(emptiedFindings([{ from, to, slots: from.slots, isOpen: false, canBeAtomic: true }, back], cluster), []);
  });
});
