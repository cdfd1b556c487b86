import type { FailedSeed, TableCoverage, Tally } from './tally.js';

/** Lines of a trace that are shown before and after what went wrong. */
const LINES_BEFORE = 60;
const LINES_AFTER = 5;
const MOST_OF_A_CHECK = 3;

export interface RunTimes {
  readonly seconds: number;
  readonly jobs: number;
}

const least = (count: number): number => (count === Number.POSITIVE_INFINITY ? 0 : count);
const grouped = (count: number): string => Math.round(count).toLocaleString('en');

export function replayOf(seed: number, more: readonly string[] = []): string {
  return `replay: npm run simulate -- --seed ${seed}${more.map((word) => ` ${word}`).join('')}`;
}

/** What a run was: how much of everything, and which states of the engine it reached. */
export function reportLines(tally: Tally, tables: readonly TableCoverage[], { seconds, jobs }: RunTimes): string[] {
  const { seeds, commands, virtualMs } = tally;
  if (seeds === 0) return ['No seed has ended.'];
  return [
    `${grouped(seeds)} seeds in ${seconds.toFixed(1)} s: ${(seeds / seconds).toFixed(1)} seeds a second, in ${jobs} ${jobs === 1 ? 'process' : 'processes'}`,
    `${grouped(commands)} commands (${grouped(commands / seeds)} a seed, at least ${least(tally.leastCommands)}), ${spanOf(virtualMs)} of virtual time`,
    `servers: ${countsOf(tally.kinds)}`,
    '',
    `faults drawn (${grouped([...tally.faults.values()].reduce((sum, count) => sum + count, 0))}, at least ${least(tally.leastFaults)} a seed):`,
    ...columns([...tally.faults].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${grouped(count)}`)),
    '',
    ...coverageLines(tables),
  ];
}

export function coverageLines(tables: readonly TableCoverage[]): string[] {
  const sum = (pick: (table: TableCoverage) => number): number => tables.reduce((total, table) => total + pick(table), 0);
  const states = sum((table) => table.states);
  const transitions = sum((table) => table.transitions);
  const reachedStates = states - sum(({ missingStates }) => missingStates.length);
  const reachedTransitions = transitions - sum(({ missingTransitions }) => missingTransitions.length);
  const width = Math.max(0, ...tables.map(({ name }) => name.length));
  return [
    `states reached: ${reachedStates} of ${states}, transitions: ${reachedTransitions} of ${transitions}`,
    ...tables.map(({ name, missingTransitions, missingStates, seldomTransitions, ...table }) => {
      const counts = [
        `${table.states - missingStates.length} of ${table.states}`,
        `${table.transitions - missingTransitions.length} of ${table.transitions}`,
      ].map((text) => text.padStart(9));
      const never = missingTransitions.length === 0 ? '' : `   never: ${missingTransitions.join(', ')}`;
      const seldom = seldomTransitions.map(([pair, seeds]) => `${pair} in ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`).join(', ');
      return `  ${name.padEnd(width)} ${counts.join(' ')}${never}${seldom === '' ? '' : `   seldom: ${seldom}`}`;
    }),
  ];
}

/** In how many of the failing seeds each check failed. */
export function checksOf(failed: readonly FailedSeed[]): string {
  const counts = new Map<string, number>();
  for (const { problems } of failed) {
    for (const check of new Set(problems.map((problem) => problem.split(/, at |: /)[0] ?? '')))
      counts.set(check, (counts.get(check) ?? 0) + 1);
  }
  return countsOf(counts);
}

/** What was wrong in a seed, of each check the first few. */
export function shownProblems(problems: readonly string[]): string[] {
  const byCheck = new Map<string, string[]>();
  for (const problem of problems) {
    const check = checkOf(problem);
    byCheck.set(check, [...(byCheck.get(check) ?? []), problem]);
  }
  return [...byCheck].flatMap(([check, all]) => {
    const rest = all.length - MOST_OF_A_CHECK;
    return [...all.slice(0, MOST_OF_A_CHECK), ...(rest > 0 ? [`${check}: ${rest} more`] : [])];
  });
}

function checkOf(problem: string): string {
  return problem.split(/, at |: /)[0] ?? '';
}

/** The part of a trace in which something went wrong. Times of the violations are at the beginning of its lines. */
export function aroundViolations(lines: readonly string[], times: readonly number[]): string[] {
  if (times.length === 0) return lines.slice(-LINES_BEFORE);
  const first = Math.min(...times);
  const at = lines.findIndex((line) => Number.parseFloat(line) > first);
  const end = at === -1 ? lines.length : at;
  const from = Math.max(0, end - LINES_BEFORE);
  const to = Math.min(lines.length, end + LINES_AFTER);
  return [
    ...(from > 0 ? [`… ${from} lines before (--trace shows all)`] : []),
    ...lines.slice(from, to),
    ...(to < lines.length ? [`… ${lines.length - to} lines after`] : []),
  ];
}

function spanOf(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 1 ? `${hours.toFixed(1)} hours` : `${(ms / 1_000).toFixed(1)} s`;
}

function countsOf(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join(', ');
}

/** Cells side by side, as many as a line of a terminal holds. */
function columns(cells: readonly string[]): string[] {
  const width = Math.max(0, ...cells.map((cell) => cell.length)) + 2;
  const perLine = Math.max(1, Math.floor(118 / width));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += perLine) {
    lines.push(
      `  ${cells
        .slice(at, at + perLine)
        .map((cell) => cell.padEnd(width))
        .join('')
        .trimEnd()}`,
    );
  }
  return lines;
}
