import type { CommandContext, CommandResult } from './command.js';
import { askToGoOn } from './confirm.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { line } from './render.js';
import { forReader } from './text-width.js';

/** A plan of replication or of sentinels, whatever its steps are. */
interface GroupPlan<Step> {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
}

interface RunOptions<Step> {
  readonly stop: AbortSignal;
  readonly onStep: (step: Step, index: number) => void;
  readonly onNote: (text: string) => void;
}

/** What is done with a plan. */
export interface Carrying<Step extends { readonly do: string }, Outcome> {
  readonly plan: GroupPlan<Step>;
  readonly describe: (step: Step) => string;
  readonly run: (options: RunOptions<Step>) => Promise<Outcome>;
  /** The outcome in words, and its exit code. */
  readonly told: (outcome: Outcome) => { readonly code: ExitCode; readonly text: string };
  /** What Ctrl-C does while it runs. */
  readonly onStop: string;
}

/** Shows a plan, asks whether to go on, and carries it out. */
export async function carryOutGroup<Step extends { readonly do: string }, Outcome extends object>(
  context: CommandContext,
  { plan, describe, run, told, onStop }: Carrying<Step, Outcome>,
): Promise<CommandResult> {
  const { options, output, process, interrupt } = context;
  const json = { title: plan.title, steps: plan.steps.map((step) => ({ do: step.do, text: describe(step) })), notes: plan.notes };
  const steps = plan.steps.map((step, index) => line(`${String(index + 1).padStart(4)}  ${describe(step)}`));
  const shown = `${line(plan.title)}${steps.join('')}${plan.notes.map((note) => line(`note: ${note}`)).join('')}`;
  output.write(forReader(shown, output));
  if (options['dry-run'] === true || plan.steps.length === 0) return { code: EXIT.ok, text: '', json: { plan: json, outcome: null } };
  await askToGoOn(context);
  using _ = interrupt.during(() => process.stderr.write(line(onStop)));
  const outcome = await run({
    stop: interrupt.signal,
    onStep: (step, index) => output.write(forReader(line(`[${index + 1}/${plan.steps.length}] ${describe(step)}`), output)),
    onNote: (text) => output.write(forReader(line(`note: ${text}`), output)),
  });
  const { code, text } = told(outcome);
  return { code, text, json: { plan: json, outcome: outcomeJson(outcome, describe as (step: never) => string) } };
}

/** Steps in words: what they hold may be a secret. */
function outcomeJson(outcome: object, describe: (step: never) => string): object {
  if (!('left' in outcome) || !Array.isArray(outcome.left)) return outcome;
  return { ...outcome, left: outcome.left.map((step) => describe(step as never)) };
}
