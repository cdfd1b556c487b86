import assert from 'node:assert/strict';
import { renderReport, reportJson } from '../../../../lib/admin/cli/render-report.js';
import type { ServerRow } from '../../../../lib/admin/health/server-row.js';
import type { TopologyReport } from '../../../../lib/admin/topology-report.js';
import { factsOf } from '../health/invented-facts.js';

const ROW: ServerRow = {
  id: 'a:1',
  name: 'a:1',
  depth: 0,
  role: 'primary',
  address: { host: 'a', port: 1 },
  reachable: true,
  problem: null,
  slots: null,
  keys: 3,
  facts: null,
};

/** A primary and a replica that has all, and has last heard of it 8 s ago. `lag`: seconds since the replica confirmed; null: not listed. */
function report(lag: number | null): TopologyReport {
  const listed = lag === null ? null : `ip=b,port=2,state=online,offset=5000,lag=${lag}`;
  const primary = factsOf('primary', { info: { slave0: listed } });
  const replica = factsOf('replica', { info: { master_host: 'a', master_port: 1, master_last_io_seconds_ago: 8 } });
  const rows = [
    { ...ROW, facts: primary },
    { ...ROW, id: 'b:2', name: 'b:2', depth: 1, role: 'replica' as const, address: { host: 'b', port: 2 }, facts: replica },
  ];
  return { kind: 'replication', title: 'replication, 2 servers', rows, problems: [], jobs: [] };
}

describe('a list of servers', () => {
  const cases: readonly (readonly [name: string, lag: number | null, seconds: number])[] = [
    ['as its primary hears of it, every second', 1, 1],
    ['as it hears of its primary, where that lists it by another address', null, 8],
  ];
  for (const [name, lag, seconds] of cases) {
    it(`tells the lag of a replica ${name}`, () => {
      assert.match(renderReport(report(lag)), new RegExp(`b:2 .* 0 bytes, ${seconds} s `));
      const { servers } = reportJson(report(lag)) as { servers: readonly { replication: { lagBytes: number; lagSeconds: number } }[] };
      assert.deepEqual([servers[1]?.replication.lagBytes, servers[1]?.replication.lagSeconds], [0, seconds]);
    });
  }

  it('begins with the members of a ring, which Sentinels have none of', () => {
    const { rows, ...more } = report(1);
    const ofRing = rows.map((row) => ({ ...row, member: 'alpha' }));
    const all: TopologyReport = { ...more, kind: 'ring', rows: [...ofRing, { ...ROW, name: 's:1', role: 'sentinel' }] };
    assert.match(renderReport(all), /^member {2}server {2}role .*\nalpha {3}a:1 .*\nalpha {5}b:2 .*\n\nSentinel .*\ns:1 /m);
    const { servers } = reportJson(all) as { servers: readonly { member?: string }[] };
    assert.deepEqual(
      servers.map((server) => server.member),
      ['alpha', 'alpha', undefined],
    );
  });
});
