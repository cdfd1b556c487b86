import assert from 'node:assert/strict';
import { lagOf, type Metrics, metricsOf, serverLines } from '../../../../../lib/admin/cli/top/model.js';
import type { Samples } from '../../../../../lib/admin/cli/top/sampler.js';
import { rowOf, sampleAt, samplesOf } from './samples.js';

interface Case {
  readonly what: string;
  /** Fields of INFO two seconds apart. */
  readonly before?: Readonly<Record<string, string | number>>;
  readonly last?: Readonly<Record<string, string | number>>;
  readonly expected: Partial<Metrics>;
}

const SLAVE = { role: 'slave' };
const cases: readonly Case[] = [
  {
    what: 'counters as rates',
    before: { total_commands_processed: 100 },
    last: { total_commands_processed: 300 },
    expected: { opsPerSecond: 100 },
  },
  {
    what: 'the bytes both ways',
    before: { total_net_input_bytes: 0, total_net_output_bytes: 50 },
    last: { total_net_input_bytes: 2_000, total_net_output_bytes: 90 },
    expected: { inBytesPerSecond: 1_000, outBytesPerSecond: 20 },
  },
  {
    what: 'the CPU time of both modes as percent of a core',
    before: { used_cpu_sys: 1, used_cpu_user: 1 },
    last: { used_cpu_sys: 1.5, used_cpu_user: 2 },
    expected: { cpuPercent: 75 },
  },
  {
    what: 'hits among the reads since then',
    before: { keyspace_hits: 1_000, keyspace_misses: 0 },
    last: { keyspace_hits: 1_030, keyspace_misses: 10 },
    expected: { hitPercent: 75 },
  },
  {
    what: 'no hit rate without reads',
    before: { keyspace_hits: 5, keyspace_misses: 5 },
    last: { keyspace_hits: 5, keyspace_misses: 5 },
    expected: { hitPercent: null },
  },
  {
    what: 'evicted and expired keys',
    before: { evicted_keys: 0, expired_keys: 7 },
    last: { evicted_keys: 10, expired_keys: 9 },
    expected: { evictedPerSecond: 5, expiredPerSecond: 1 },
  },
  { what: 'memory with its limit', last: { used_memory: 50, maxmemory: 100 }, expected: { memoryBytes: 50, memoryLimitBytes: 100 } },
  { what: 'no limit for maxmemory 0', last: { used_memory: 50, maxmemory: 0 }, expected: { memoryLimitBytes: null } },
  { what: 'the keys of all databases', last: { used_memory: 1, db0: 'keys=5,expires=0', db3: 'keys=2' }, expected: { keys: 7 } },
  { what: '0 keys of an empty server', last: { used_memory: 1 }, expected: { keys: 0 } },
  { what: 'no keys of a sentinel', expected: { keys: null } },
  { what: 'clients without our own', last: { connected_clients: 3, blocked_clients: 1 }, expected: { clients: 2, blockedClients: 1 } },
  {
    what: 'clients without the primary',
    last: { ...SLAVE, connected_clients: 3, master_link_status: 'up' },
    expected: { clients: 1 },
  },
  {
    what: 'acknowledgements of replicas as no commands',
    before: { total_commands_processed: 0, cmdstat_replconf: 'calls=3,usec=1' },
    last: { total_commands_processed: 4, cmdstat_replconf: 'calls=7,usec=1' },
    expected: { opsPerSecond: 0 },
  },
  {
    what: "a primary's PING as no command",
    before: { ...SLAVE, total_commands_processed: 0, cmdstat_ping: 'calls=1' },
    last: { ...SLAVE, total_commands_processed: 1, cmdstat_ping: 'calls=2' },
    expected: { opsPerSecond: 0 },
  },
  {
    what: "clients' PINGs to a replica as commands",
    before: { ...SLAVE, total_commands_processed: 0, cmdstat_ping: 'calls=0' },
    last: { ...SLAVE, total_commands_processed: 11, cmdstat_ping: 'calls=11' },
    expected: { opsPerSecond: 5 },
  },
  {
    what: 'PINGs to a primary as commands',
    before: { total_commands_processed: 0, cmdstat_ping: 'calls=0' },
    last: { total_commands_processed: 2, cmdstat_ping: 'calls=2' },
    expected: { opsPerSecond: 1 },
  },
  {
    what: 'keys that MIGRATE brought',
    before: { 'cmdstat_restore-asking': 'calls=10' },
    last: { 'cmdstat_restore-asking': 'calls=30' },
    expected: { migratedKeysPerSecond: 10 },
  },
  {
    what: 'no rates over two processes',
    before: { run_id: 'b', total_commands_processed: 1, used_cpu_sys: 1, used_cpu_user: 1 },
    last: { total_commands_processed: 50, used_cpu_sys: 2, used_cpu_user: 2 },
    expected: { opsPerSecond: null, cpuPercent: null },
  },
  {
    what: 'no rates over a restart',
    before: { uptime_in_seconds: 500, evicted_keys: 3 },
    last: { uptime_in_seconds: 1, evicted_keys: 5 },
    expected: { evictedPerSecond: null },
  },
  {
    what: 'no rates of counters that were reset',
    before: { total_commands_processed: 900 },
    last: { total_commands_processed: 5 },
    expected: { opsPerSecond: null },
  },
  {
    what: 'nothing of what is no number',
    before: { total_commands_processed: 'many' },
    last: { total_commands_processed: 5, used_memory: '' },
    expected: { opsPerSecond: null, memoryBytes: null },
  },
  { what: 'nothing of what is missing', expected: { opsPerSecond: null, cpuPercent: null, hitPercent: null, clients: null } },
];

describe('the metrics of a server', () => {
  for (const { what, before, last, expected } of cases) {
    it(`have ${what}`, () => {
      const metrics = metricsOf(samplesOf(sampleAt(0, before), sampleAt(2_000, last)));
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, metrics[name as keyof Metrics]])), expected);
    });
  }

  it('leave out what we did ourselves', () => {
    const counted = { total_commands_processed: 10, total_net_input_bytes: 100, total_net_output_bytes: 1_000 };
    const later = { total_commands_processed: 17, total_net_input_bytes: 180, total_net_output_bytes: 2_003 };
    const before = sampleAt(0, counted, { commands: 4, sentBytes: 40, receivedBytes: 900 });
    const last = sampleAt(1_000, later, { commands: 9, sentBytes: 110, receivedBytes: 1_900 });
    const { opsPerSecond, inBytesPerSecond, outBytesPerSecond } = metricsOf(samplesOf(before, last));
    assert.deepEqual([opsPerSecond, inBytesPerSecond, outBytesPerSecond], [2, 10, 3]);
  });

  it('are never below 0 where our own commands are counted a moment early', () => {
    const last = sampleAt(1_000, { total_commands_processed: 1 }, { commands: 3 });
    assert.equal(metricsOf(samplesOf(sampleAt(0, { total_commands_processed: 0 }), last)).opsPerSecond, 0);
  });

  it('have no rate of commands where we have connected anew: nobody counts the handshake', () => {
    const before = sampleAt(0, { total_commands_processed: 0, evicted_keys: 0 });
    const last = sampleAt(1_000, { total_commands_processed: 9, evicted_keys: 2 }, { begun: 2 });
    const { opsPerSecond, evictedPerSecond } = metricsOf(samplesOf(before, last));
    assert.deepEqual([opsPerSecond, evictedPerSecond], [null, 2]);
  });

  it('are unknown of a server that is silent', () => {
    const samples = samplesOf(sampleAt(0, { used_memory: 1 }), sampleAt(1_000, { used_memory: 1 }), { silentSinceMs: 1_000 });
    assert.ok(Object.values(metricsOf(samples)).every((value) => value === null));
  });
});

describe('the lag of a replica', () => {
  const offsets = [
    { atMs: 0, offset: 1_000 },
    { atMs: 1_000, offset: 1_100 },
    { atMs: 2_000, offset: 1_300 },
    { atMs: 3_000, offset: 1_300 },
  ];
  const primary = samplesOf(null, sampleAt(3_000), { offsets });
  const lags: readonly (readonly [offset: number, bytes: number, seconds: number])[] = [
    [1_300, 0, 0],
    [1_400, 0, 0],
    [1_200, 100, 1.5],
    [1_100, 200, 2],
    [1_050, 250, 2.5],
    [980, 320, 3],
  ];
  for (const [offset, lagBytes, lagSeconds] of lags) {
    it(`is ${lagBytes} bytes and ${lagSeconds} s at offset ${offset}`, () => {
      const replica = samplesOf(null, sampleAt(3_000, { ...SLAVE, slave_repl_offset: offset }));
      assert.deepEqual(lagOf(replica, primary), { lagBytes, lagSeconds });
    });
  }

  it('is unknown where either is silent, or tells no offset', () => {
    const replica = samplesOf(null, sampleAt(3_000, { slave_repl_offset: 5 }));
    const unknown = { lagBytes: null, lagSeconds: null };
    assert.deepEqual(lagOf({ ...replica, silentSinceMs: 1 }, primary), unknown);
    assert.deepEqual(lagOf(replica, { ...primary, silentSinceMs: 1 }), unknown);
    assert.deepEqual(lagOf(samplesOf(null, sampleAt(0)), primary), unknown);
    assert.deepEqual(lagOf(replica, samplesOf(null, null)), unknown);
  });
});

describe('the lines of the servers', () => {
  const linkDown = { ...SLAVE, master_link_status: 'down' };
  const states: readonly (readonly [state: string, samples: Samples])[] = [
    ['ok', samplesOf(null, sampleAt(0))],
    ['asked', samplesOf(null, null)],
    ['silent 12 s', samplesOf(null, sampleAt(0), { silentSinceMs: 8_000 })],
    ['down 3 min', samplesOf(null, null, { silentSinceMs: -200_000, problem: 'ECONNREFUSED' })],
    ['refuses', samplesOf(null, null, { problem: 'NOPERM' })],
    ['loading 45 %', samplesOf(null, sampleAt(0, { loading: 1, loading_loaded_perc: '45.30' }))],
    ['sync 10 %', samplesOf(null, sampleAt(0, { ...linkDown, master_sync_in_progress: 1, master_sync_perc: '10.99' }))],
    ['sync', samplesOf(null, sampleAt(0, { ...linkDown, master_sync_in_progress: 1 }))],
    ['no link 35 s', samplesOf(null, sampleAt(0, { ...linkDown, master_link_down_since_seconds: 35 }))],
    ['no link', samplesOf(null, sampleAt(0, { ...linkDown, master_link_down_since_seconds: -1 }))],
    ['failover', samplesOf(null, sampleAt(0, { master_failover_state: 'waiting-for-sync' }))],
  ];
  for (const [state, samples] of states) {
    it(`say: ${state}`, () => assert.equal(serverLines([rowOf('a:1')], () => samples, 20_000)[0]?.state, state));
  }

  it('measure the lag of a replica of a replica by that replica', () => {
    const replica = (name: string, depth: number) => rowOf(name, { depth, role: 'replica' });
    const rows = [rowOf('a:1'), replica('b:1', 1), replica('c:1', 2), replica('d:1', 1)];
    const offsetsOf: Readonly<Record<string, number>> = { 'a:1': 100, 'b:1': 90, 'c:1': 70, 'd:1': 95 };
    const lines = serverLines(
      rows,
      ({ name }) => {
        const offset = offsetsOf[name] ?? 0;
        return samplesOf(null, sampleAt(0, { slave_repl_offset: offset }), { offsets: [{ atMs: 0, offset }] });
      },
      0,
    );
    assert.deepEqual(
      lines.map(({ lagBytes }) => lagBytes),
      [null, 10, 20, 5],
    );
  });

  it('know how often a primary sends PINGs to its replicas', () => {
    const facts = { info: new Map(), config: new Map([['repl-ping-replica-period', '1']]), roundTripMs: 0 };
    const rows = [rowOf('a:1', { facts }), rowOf('b:1', { depth: 1, role: 'replica' })];
    const before = sampleAt(0, { ...SLAVE, total_commands_processed: 0 });
    const last = sampleAt(3_000, { ...SLAVE, total_commands_processed: 3, cmdstat_ping: 'calls=3' });
    assert.deepEqual(
      serverLines(rows, () => samplesOf(before, last), 0).map(({ opsPerSecond, primary }) => [opsPerSecond, primary]),
      [
        [0.6666666666666666, null],
        [0, 'a:1'],
      ],
    );
  });

  it('show the role that a server has now, not the one in the last report', () => {
    const [line] = serverLines([rowOf('a:1')], () => samplesOf(null, sampleAt(0, SLAVE)), 0);
    assert.equal(line?.role, 'replica');
  });
});
