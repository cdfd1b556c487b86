import { type Address, addressKey } from '../../options/address.js';
import type { MemberTopology } from '../../options/topology.js';
import { inOrder, type Problem } from '../health/problem.js';
import { namesText } from '../health/server-problems.js';
import type { ServerRow } from '../health/server-row.js';
import { count } from '../slot-list.js';
import type { TopologyReport } from '../topology-report.js';

/** What came of asking the servers of one member. */
export interface MemberAnswer {
  readonly name: string;
  readonly kind: MemberTopology['kind'];
  /** Addresses by which it is known, of a group of Sentinels theirs. */
  readonly seeds: readonly Address[];
  /** Its servers, or why none of them could be asked. */
  readonly found: TopologyReport | { readonly problem: string };
}

/** The servers of all members as one report, the Sentinels at its end, each once. Pure. */
export function ringReport(answers: readonly MemberAnswer[]): TopologyReport {
  const rows = answers.flatMap(memberRows);
  const data = rows.filter(({ role }) => role !== 'sentinel');
  const sentinels = new Map<string, ServerRow>();
  for (const row of rows) {
    if (row.role === 'sentinel' && sentinels.get(row.name)?.reachable !== true) sentinels.set(row.name, row);
  }
  const watching = sentinels.size === 0 ? '' : `, ${count(sentinels.size, 'Sentinel')}`;
  return {
    kind: 'ring',
    title: `ring of ${count(answers.length, 'member')}, ${count(data.length, 'server')}${watching}`,
    rows: [...data, ...sentinels.values()],
    problems: inOrder(folded(answers)),
    jobs: [],
  };
}

function memberRows({ name: member, kind, seeds, found }: MemberAnswer): ServerRow[] {
  if ('problem' in found) {
    const silent = seeds.map((seed) => silentRow(addressKey(seed), seed, found.problem));
    return kind === 'sentinel' ? [unknownRow(member, found.problem), ...silent.map(asSentinel)] : silent.map((row) => ({ ...row, member }));
  }
  const rows = found.rows.map((row) => (row.role === 'sentinel' ? row : { ...row, member }));
  const isKnown = rows.some(({ role }) => role !== 'sentinel');
  return isKnown ? rows : [unknownRow(member, found.problems[0]?.text ?? 'no server is known'), ...rows];
}

function silentRow(name: string, address: Address | null, problem: string): ServerRow {
  return { id: name, name, depth: 0, role: 'primary', address, reachable: false, problem, slots: null, keys: null, facts: null };
}

function asSentinel(row: ServerRow): ServerRow {
  return { ...row, role: 'sentinel' };
}

/** A member of which no server is known. */
function unknownRow(member: string, problem: string): ServerRow {
  return { ...silentRow('unknown', null, problem), id: `primary of ${member}`, member };
}

/** What is wrong, with the names of the members; one text for all servers that have the same. */
function folded(answers: readonly MemberAnswer[]): Problem[] {
  const groups = new Map<string, { readonly problem: Problem; readonly nodes: string[]; readonly labels: string[] }>();
  for (const [member, problem] of answers.flatMap((answer) => memberProblems(answer).map((each) => [answer.name, each] as const))) {
    const { severity, kind, text, nodes = [] } = problem;
    const subject = `${namesText(nodes)}: `;
    const what = nodes.length > 0 && text.startsWith(subject) ? text.slice(subject.length) : null;
    const key = what === null ? `${groups.size}` : `${severity} ${kind} ${what}`;
    const group = groups.get(key) ?? {
      problem: what === null ? named(member, problem) : { ...problem, text: what },
      nodes: [],
      labels: [],
    };
    group.nodes.push(...nodes);
    if (what !== null) group.labels.push(...nodes.map((node) => (node === member ? node : `${node} of ${member}`)));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ problem, nodes, labels }) => ({
    ...problem,
    text: labels.length === 0 ? problem.text : `${namesText(labels)}: ${problem.text}`,
    ...(nodes.length === 0 ? {} : { nodes: [...new Set(nodes)] }),
  }));
}

/** The problem of a member, whose name its text begins with. */
function named(member: string, problem: Problem): Problem {
  return problem.text.startsWith(member) ? problem : { ...problem, text: `${member}: ${problem.text}` };
}

function memberProblems({ name, kind, seeds, found }: MemberAnswer): Problem[] {
  if ('problem' in found) {
    return [{ severity: 'error', kind: 'unreachable', text: `${name} cannot be asked: ${found.problem}`, nodes: [name] }];
  }
  if (kind !== 'single') return [...found.problems];
  // That one address is all that clients know of it: who could take over there, they would not find.
  const own = found.rows.find(({ address }) => address !== null && seeds.some((seed) => addressKey(seed) === addressKey(address)));
  const others = found.problems.filter((problem) => problem.kind !== 'no-replica');
  if (own?.role !== 'replica') return others;
  const text = `${own.name} is a replica, which takes no writes: give the address of its primary, or replication([…])`;
  return [{ severity: 'error', kind: 'not-primary', text: `${name}: ${text}`, nodes: [own.name] }, ...others];
}
