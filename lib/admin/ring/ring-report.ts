import { show } from '../../errors.js';
import { inOrder, type Problem } from '../health/problem.js';
import { count } from '../slot-list.js';
import type { TopologyReport } from '../topology-report.js';

/** A key that is not where the placement puts it. */
export interface StrayKey {
  readonly key: string;
  /** Member that it belongs to. */
  readonly home: string;
  /** That member has a key of this name, too; null: it could not be asked. */
  readonly isTwice: boolean | null;
}

/** What is known of a member of a ring. */
export interface RingMemberFacts {
  readonly name: string;
  readonly weight: number;
  /** Address of its primary; null: none is known. */
  readonly address: string | null;
  /** Why it cannot be asked; null: it can. */
  readonly problem: string | null;
  /** Run id of its primary; null: not known. */
  readonly runId: string | null;
  /** Keys of the database. Null: not known. */
  readonly keys: number | null;
  /** Keys of other databases, by number. */
  readonly otherDatabases: ReadonlyMap<number, number>;
  /** Keys that were looked at. */
  readonly sampled: number;
  readonly strays: readonly StrayKey[];
}

/** The members of a ring with what is wrong. */
export interface RingReport {
  readonly members: readonly RingMemberFacts[];
  readonly problems: readonly Problem[];
}

const MOST_NAMED = 3;

/** What is wrong with a ring, by what its members say. Pure. */
export function checkRing(members: readonly RingMemberFacts[]): Problem[] {
  return inOrder([...members.flatMap(problemsOf), ...sameServers(members), ...databasesOf(members)]);
}

/** What is wrong with the servers of a ring, and with its keys: of a member that cannot be asked, once. */
export function ringProblems(servers: Pick<TopologyReport, 'problems'>, keys: Pick<RingReport, 'problems'>): Problem[] {
  const isTold = ({ kind, nodes = [] }: Problem): boolean =>
    kind === 'unreachable' && servers.problems.some((told) => told.kind === kind && nodes.every((name) => told.nodes?.includes(name)));
  return inOrder([...servers.problems, ...keys.problems.filter((problem) => !isTold(problem))]);
}

/** About how many keys of a member are strays. */
export function straysOf({ keys, sampled, strays }: Pick<RingMemberFacts, 'keys' | 'sampled' | 'strays'>): number {
  return sampled === 0 ? 0 : Math.round(((keys ?? 0) * strays.length) / sampled);
}

function problemsOf(member: RingMemberFacts): Problem[] {
  const { name, problem, strays } = member;
  const nodes = [name];
  if (problem !== null) {
    return [{ severity: 'error', kind: 'unreachable', text: `${name} cannot be asked: ${problem}`, nodes }];
  }
  const twice = strays.filter(({ isTwice }) => isTwice === true);
  const lost = strays.filter(({ isTwice }) => isTwice !== true);
  const problems: Problem[] = [];
  if (lost.length > 0) {
    const text = `${name} has ${aboutOf(lost, member)} that the placement puts elsewhere, where nobody finds them: ${examplesOf(lost)}`;
    problems.push({ severity: 'error', kind: 'stray-keys', text, nodes });
  }
  if (twice.length > 0) {
    const text = `${name} has copies of ${aboutOf(twice, member)} whose home is elsewhere and has them, too: nobody reads these here: ${examplesOf(twice)}`;
    problems.push({ severity: 'warning', kind: 'stray-keys', text, nodes });
  }
  return problems;
}

function aboutOf(strays: readonly StrayKey[], { keys, sampled }: RingMemberFacts): string {
  return keys === null || sampled >= keys
    ? count(strays.length, 'key')
    : `about ${count(straysOf({ keys, sampled, strays }), 'key')} of ${keys.toLocaleString('en-US')}`;
}

function examplesOf(strays: readonly StrayKey[]): string {
  const named = strays.slice(0, MOST_NAMED).map(({ key, home }) => `${show(key)} of ${home}`);
  return `${named.join(', ')}${strays.length > MOST_NAMED ? ' …' : ''}`;
}

/** Members that are one process: its keys are counted twice, and each of them is a stray for one of the two. */
function sameServers(members: readonly RingMemberFacts[]): Problem[] {
  const byId = new Map<string, string[]>();
  for (const { runId, name } of members) if (runId !== null) byId.set(runId, [...(byId.get(runId) ?? []), name]);
  return [...byId.values()]
    .filter((names) => names.length > 1)
    .map((nodes) => ({ severity: 'error', kind: 'same-server', text: `${nodes.join(' and ')} are one server`, nodes }));
}

function databasesOf(members: readonly RingMemberFacts[]): Problem[] {
  return members
    .filter(({ otherDatabases }) => otherDatabases.size > 0)
    .map(({ name, otherDatabases }) => {
      const list = [...otherDatabases].map(([database, keys]) => `${database} (${count(keys, 'key')})`).join(', ');
      return {
        severity: 'note',
        kind: 'databases',
        text: `${name} has keys in other databases, which are no part of the ring: ${list}`,
        nodes: [name],
      };
    });
}
