import { show } from '../../../errors.js';
import { bytesText, durationText } from '../../health/amounts.js';
import { hasErrors } from '../../health/problem.js';
import { LEFT_KINDS, type LeftKind, type NamedKeys } from '../../ring/move-ledger.js';
import { describeKeyMove, type MovePlan } from '../../ring/move-plan.js';
import type { RingMoveOutcome } from '../../ring/move-run.js';
import { type RingReport, straysOf } from '../../ring/ring-report.js';
import type { Verification } from '../../ring/verify-moved.js';
import { count } from '../../slot-list.js';
import { line, table } from '../render.js';

const MOST_NAMED = 5;

const LEFT: Readonly<Record<LeftKind, { readonly noun: string; readonly advice: string }>> = {
  conflicts: {
    noun: 'conflict',
    advice: 'another value is at the new place: --duplicates new keeps that one, --duplicates old the one of the old place',
  },
  failures: { noun: 'failure', advice: 'they are at their old places; the same command tries them again' },
  skipped: { noun: 'large key', advice: 'they stay by --skip-larger' },
  strays: { noun: 'stray', advice: 'the old placement puts them elsewhere; --strays moves them, too' },
};

/** A plan as it is shown. */
export function renderMovePlan({ title, steps, notes, sampled, totalKeys }: MovePlan): string {
  const rows = steps.map((step, index) => line(`${String(index + 1).padStart(4)}  ${describeKeyMove(step)}`));
  const looked = sampled < totalKeys ? [`by ${count(sampled, 'key')} that were looked at`] : [];
  return `${line(title)}${rows.join('')}${[...looked, ...notes].map((note) => line(`note: ${note}`)).join('')}`;
}

/** The same for programs. */
export function movePlanJson(plan: MovePlan): Record<string, unknown> {
  return { ...plan, lines: plan.steps.map(describeKeyMove) };
}

/** How a move ended. */
export function renderOutcome(outcome: RingMoveOutcome): string {
  const { status, keys, bytes, durationMs, problems, verified } = outcome;
  const rate = durationMs < 1_000 ? '' : `, ${Math.round((keys * 1_000) / durationMs).toLocaleString('en-US')} a second`;
  const left = LEFT_KINDS.flatMap((kind) => leftLines(kind, outcome[kind]));
  const lines = [
    `${status}: ${count(keys, 'key')}${bytes === 0 ? '' : ` (${bytesText(bytes)})`} moved in ${durationText(durationMs)}${rate}`,
    ...left,
    ...problems.map(({ source, problem }) => `not all of ${source}: ${problem}`),
    ...verifiedLines(verified),
  ];
  return lines.map(line).join('');
}

function leftLines(kind: LeftKind, { count: number, first }: NamedKeys): string[] {
  if (number === 0) return [];
  const { noun, advice } = LEFT[kind];
  const shown = first
    .slice(0, MOST_NAMED)
    .map(({ key, from, to, problem }) => `  ${show(key.toString())} at ${from}, for ${to}: ${problem}`);
  return [
    `${count(number, noun)}: ${advice}`,
    ...shown,
    ...(number > shown.length ? [`  and ${(number - shown.length).toLocaleString('en-US')} more`] : []),
  ];
}

function verifiedLines({ looked, there, expired, gone, back, otherTtl }: Verification): string[] {
  if (looked === 0) return [];
  const named = (keys: readonly Buffer[]): string => {
    return `${keys
      .slice(0, MOST_NAMED)
      .map((key) => show(key.toString()))
      .join(', ')}${keys.length > MOST_NAMED ? ' …' : ''}`;
  };
  const rest = [
    ...(expired === 0 ? [] : [`${expired} have ended by their time to live`]),
    ...(gone.length === 0 ? [] : [`${gone.length} are at neither place, deleted by clients meanwhile or lost: ${named(gone)}`]),
    ...(back.length === 0 ? [] : [`${back.length} are at the old place again: ${named(back)}`]),
    ...(otherTtl.length === 0 ? [] : [`${otherTtl.length} have another time to live, unless clients set it: ${named(otherTtl)}`]),
  ];
  return [
    `looked for ${count(looked, 'key')} that moved: ${there === looked ? 'all' : there} are at their new place${['', ...rest].join('; ')}`,
  ];
}

/** The same for programs. */
export function outcomeJson(outcome: RingMoveOutcome): Record<string, unknown> {
  const { verified } = outcome;
  const texts = (keys: readonly Buffer[]): string[] => keys.map((key) => key.toString());
  return {
    ...outcome,
    ...Object.fromEntries(
      LEFT_KINDS.map((kind) => {
        const { count: number, first } = outcome[kind];
        return [kind, { count: number, first: first.map((named) => ({ ...named, key: named.key.toString() })) }];
      }),
    ),
    verified: { ...verified, gone: texts(verified.gone), back: texts(verified.back), otherTtl: texts(verified.otherTtl) },
  };
}

/** The members of a ring, and everything that is wrong, or that nothing is. */
export function renderRing({ members, problems }: RingReport): string {
  const total = members.reduce((sum, { keys }) => sum + (keys ?? 0), 0);
  const rows = members.map((member) => {
    const { name, weight, address, keys, problem } = member;
    const share = keys === null || total === 0 ? '' : `${((keys / total) * 100).toFixed(1)} %`;
    return [name, problem === null ? (address ?? '') : 'down', weight, keys ?? '?', share, straysOf(member)];
  });
  const lines = problems.map(({ severity, text }) => line(`${severity}: ${text}`)).join('');
  const sampled = members.reduce((sum, member) => sum + member.sampled, 0);
  const looked = `${count(sampled, 'key')} of ${total.toLocaleString('en-US')} looked at`;
  const ok = hasErrors(problems) ? line(looked) : line(`ok: no errors, ${looked}`);
  return `${table(['member', 'primary', 'weight', 'keys', 'share', 'strays'], rows)}\n${lines}${ok}`;
}

/** The same for programs. */
export function ringJson({ members, problems }: RingReport): Record<string, unknown> {
  return {
    ok: !hasErrors(problems),
    kind: 'ring',
    members: members.map(({ strays, otherDatabases, ...member }) => ({
      ...member,
      strays: straysOf({ ...member, strays }),
      ...(otherDatabases.size > 0 ? { otherDatabases: Object.fromEntries(otherDatabases) } : {}),
    })),
    problems,
  };
}
