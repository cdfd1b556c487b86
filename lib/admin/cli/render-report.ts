import { bytesText, durationText } from '../health/amounts.js';
import type { NodeFacts } from '../health/node-facts.js';
import { hasErrors } from '../health/problem.js';
import { lagBytes, listedAt, type ReplicationFacts, replicationOf } from '../health/replication-facts.js';
import type { ServerRow } from '../health/server-row.js';
import { versionOf } from '../health/server-version.js';
import { count } from '../slot-list.js';
import type { TopologyReport } from '../topology-report.js';
import { withSlotRanges } from './json.js';
import { line, table } from './render.js';

/** What a row says of replication. */
interface Link {
  readonly link: 'up' | 'down' | null;
  readonly syncing: boolean;
  readonly offset: number | null;
  readonly lagBytes: number | null;
  readonly lagSeconds: number | null;
  readonly priority: number;
}

/** The servers of a topology without slots, as a table. */
export function renderReport({ title, rows }: TopologyReport): string {
  const data = rows.filter(({ role }) => role !== 'sentinel');
  const ofRing = data.some(({ member }) => member !== undefined);
  const cells = data.map((row) => {
    const link = linkOf(row, data);
    return [
      ...(ofRing ? [row.member ?? ''] : []),
      `${'  '.repeat(row.depth)}${row.name}`,
      row.reachable ? row.role : `${row.role}, down`,
      link === null ? '' : linkText(link),
      link === null ? '' : lagText(link),
      row.keys ?? '',
      link?.offset ?? '',
      row.role === 'replica' && link !== null ? String(link.priority) : '',
      versionText(row.facts),
    ];
  });
  const sentinels = rows
    .filter(({ role }) => role === 'sentinel')
    .map(({ name, reachable, facts }) => [name, reachable ? 'up' : 'down', versionText(facts)]);
  const servers = `${table([...(ofRing ? ['member'] : []), 'server', 'role', 'link', 'lag', 'keys', 'offset', 'priority', 'version'], cells)}\n`;
  const watching = sentinels.length === 0 ? '' : `\n${table(['Sentinel', 'state', 'version'], sentinels)}\n`;
  return `${line(title)}${servers}${watching}`;
}

/** Everything that is wrong, or that nothing is. */
export function renderFindings({ problems }: TopologyReport): string {
  const lines = problems.map(({ severity, text }) => line(`${severity}: ${text}`)).join('');
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return errors === 0 ? `${lines}ok: no errors${problems.length === 0 ? '' : `, ${count(problems.length, 'remark')}`}\n` : lines;
}

/** The same for programs. */
export function reportJson({ kind, title, rows, problems, jobs }: TopologyReport): Record<string, unknown> {
  return {
    ok: !hasErrors(problems),
    kind,
    title,
    servers: rows.map((row) => {
      const link = row.role === 'sentinel' ? null : linkOf(row, rows);
      return {
        id: row.id,
        ...(row.member === undefined ? {} : { member: row.member }),
        address: row.name,
        role: row.role,
        depth: row.depth,
        reachable: row.reachable,
        ...(row.problem === null ? {} : { problem: row.problem }),
        ...(row.keys === null ? {} : { keys: row.keys }),
        ...(row.facts === null ? {} : { version: versionOf(row.facts) }),
        ...(link === null ? {} : { replication: link }),
      };
    }),
    problems: problems.map(withSlotRanges),
    ...(jobs.length === 0 ? {} : { jobs: jobs.map(withSlotRanges) }),
  };
}

function linkOf({ facts, depth, address }: ServerRow, rows: readonly ServerRow[]): Link | null {
  if (facts === null) return null;
  const own = replicationOf(facts);
  const primary = own.role === 'replica' && depth > 0 ? primaryOf(own, rows) : null;
  const listed = primary === null ? null : listedAt(primary, address);
  return {
    link: own.link,
    syncing: own.sync !== null,
    offset: own.offset,
    lagBytes: primary === null ? null : lagBytes(primary, own, listed),
    // A replica confirms every second; its primary says something less often.
    lagSeconds: listed?.lagSeconds ?? own.lagSeconds,
    priority: own.priority,
  };
}

function primaryOf({ primary }: ReplicationFacts, rows: readonly ServerRow[]): ReplicationFacts | null {
  if (primary === null || 'path' in primary) return null;
  const row = rows.find(
    ({ address, facts }) =>
      address !== null && facts !== null && 'port' in address && address.port === primary.port && address.host === primary.host,
  );
  return row?.facts == null ? null : replicationOf(row.facts);
}

function linkText({ link, syncing }: Link): string {
  return syncing ? 'syncing' : (link ?? '');
}

function lagText({ link, lagBytes: bytes, lagSeconds }: Link): string {
  if (link === null) return '';
  const behind = bytes === null ? '?' : bytesText(bytes);
  if (lagSeconds === null) return behind;
  return `${behind}, ${lagSeconds === 0 ? '0 s' : durationText(lagSeconds * 1_000)}`;
}

function versionText(facts: NodeFacts | null): string {
  return facts === null ? '' : (versionOf(facts) ?? '');
}
