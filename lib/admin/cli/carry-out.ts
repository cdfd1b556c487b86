import { ClusterAdmin } from '../cluster-admin.js';
import { isSlotStep, type Plan } from '../plans/steps.js';
import type { RunOptions, RunOutcome } from '../run/executor.js';
import { RunError } from '../run/run-error.js';
import { count } from '../slot-list.js';
import type { CommandContext, CommandResult } from './command.js';
import { askToGoOn } from './confirm.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { errorJson, outcomeJson, planJson } from './json.js';
import { moveOptionsOf } from './option-values.js';
import { ProgressBar } from './progress-bar.js';
import { line, renderPlan } from './render.js';
import { errorText } from './report.js';
import { resumeLine } from './resume.js';
import { StepLines } from './step-lines.js';
import { forReader } from './text-width.js';

/** Makes a plan for the cluster of `nodes`, shows it, asks whether to go on, and carries it out. */
export async function carryOut(
  context: CommandContext,
  nodes: readonly string[],
  planOf: (admin: ClusterAdmin) => Promise<Plan>,
): Promise<CommandResult> {
  const { options, output } = context;
  // Mistakes that need no server are found before one is asked.
  const moveOptions = moveOptionsOf(options);
  const admin = context.use(new ClusterAdmin(context.adminOptions(nodes)));
  const plan = await planOf(admin);
  const isRun = options['dry-run'] !== true && plan.steps.length > 0;
  const isAsked = isRun && options.yes !== true;
  // Without a question each step is shown when it begins, and programs get the plan in the end.
  if (!context.json || isAsked) output.write(forReader(renderPlan(plan, { steps: !isRun || isAsked }), output));
  if (!isRun) return { code: EXIT.ok, text: '', json: { ...planJson(plan), outcome: null } };
  await askToGoOn(context);
  try {
    return ended(context, plan, await run(context, admin, plan, moveOptions));
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return failed(context, plan, error);
  }
}

async function run(
  { interrupt, output, process, options }: CommandContext,
  admin: ClusterAdmin,
  plan: Plan,
  moveOptions: RunOptions,
): Promise<RunOutcome> {
  const isQuiet = options.quiet === true;
  const bar = new ProgressBar(output);
  const steps = new StepLines(plan.steps);
  const show = (text: string | null): void => {
    if (text === null || isQuiet) return;
    bar.end();
    output.write(forReader(line(text), output));
  };
  using _ = interrupt.during(() => {
    bar.end();
    const first = steps.current !== null && isSlotStep(steps.current) ? 'stopping after the slot that is being moved' : 'stopping';
    process.stderr.write(`${first}; once more stops at once\n`);
  });
  try {
    return await admin.run(plan, {
      ...moveOptions,
      stop: interrupt.signal,
      onStep: (step, index, total) => show(steps.begin(step, index, total)),
      onNote: (text) => show(`      ${text}`),
      onProgress: ({ slots, totalSlots, keys }) => {
        if (!isQuiet) bar.show({ done: slots, total: totalSlots, noun: 'slot', more: count(keys, 'key') });
      },
    });
  } finally {
    bar.end();
  }
}

function ended(context: CommandContext, plan: Plan, outcome: RunOutcome): CommandResult {
  const { status, totalSlots, slots, keys, left } = outcome;
  const moved = totalSlots === 0 ? '' : `: ${count(slots, 'slot')} and ${count(keys, 'key')} moved`;
  const json = { ...planJson(plan), outcome: outcomeJson(status, outcome, left) };
  const text = `${status}${moved}\n`;
  if (status === 'done') return { code: EXIT.ok, text, json };
  const resume = resumeLine(context, left);
  if (!context.json) {
    context.output.write(text);
    context.process.stderr.write(line(`${count(left.length, 'step')} left. To go on: ${resume}`));
  }
  return { code: EXIT.stopped, text: '', json: { ...json, resume } };
}

function failed(context: CommandContext, plan: Plan, error: RunError): CommandResult {
  const code = exitCodeOf(error);
  const message = errorText(error, false);
  // A cluster that has changed wants another plan.
  const resume = error.reason === 'failed' ? resumeLine(context, error.left) : null;
  if (!context.json) {
    context.process.stderr.write(line(`slotwise: ${message}`));
    if (resume !== null) context.process.stderr.write(line(`When that is mended, this goes on: ${resume}`));
  }
  const outcome = outcomeJson(error.reason, error.progress, error.left);
  const more = resume === null ? {} : { resume };
  return { code, text: '', json: { ...planJson(plan), outcome, error: errorJson(error, message), ...more, exitCode: code } };
}
