import { ClusterAdmin } from '../cluster-admin.js';
import { describeStep, type Plan } from '../plans/steps.js';
import type { RunOptions, RunOutcome } from '../run/executor.js';
import { count, slotsText } from '../slot-list.js';
import type { CommandContext, CommandResult } from './command.js';
import { askToGoOn } from './confirm.js';
import { EXIT } from './exit-code.js';
import { outcomeJson, planJson } from './json.js';
import { moveOptionsOf } from './option-values.js';
import { ProgressBar } from './progress-bar.js';
import { line, renderPlan } from './render.js';

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
  output.write(renderPlan(plan));
  if (options['dry-run'] === true || plan.steps.length === 0) {
    return { code: EXIT.ok, text: '', json: { plan: planJson(plan), outcome: null } };
  }
  await askToGoOn(context);
  const outcome = await run(context, admin, plan, moveOptions);
  const moved = outcome.totalSlots === 0 ? '' : `: ${count(outcome.slots, 'slot')} and ${count(outcome.keys, 'key')} moved`;
  const json = { plan: planJson(plan), outcome: outcomeJson(outcome) };
  const text = `${outcome.status}${moved}\n`;
  return outcome.status === 'done'
    ? { code: EXIT.ok, text, json }
    : { code: EXIT.stopped, text: `${text}${toGoOn(context, outcome)}`, json };
}

async function run(
  { interrupt, output, process }: CommandContext,
  admin: ClusterAdmin,
  plan: Plan,
  options: RunOptions,
): Promise<RunOutcome> {
  const bar = new ProgressBar(output);
  using _ = interrupt.during(() => {
    bar.end();
    process.stderr.write('stopping after the slot that is being moved; once more stops at once, and is safe too\n');
  });
  try {
    return await admin.run(plan, {
      ...options,
      stop: interrupt.signal,
      onStep: (step, index) => {
        bar.end();
        output.write(line(`[${index + 1}/${plan.steps.length}] ${describeStep(step)}`));
      },
      onProgress: (progress) => bar.show(progress),
    });
  } finally {
    bar.end();
  }
}

function toGoOn({ command }: CommandContext, { left }: RunOutcome): string {
  const slots = left.flatMap((step) => (step.do === 'moveSlots' ? step.slots : []));
  const more = slots.length > 0 && command.name === 'cluster reshard' ? ` with --slots ${slotsText(slots)}` : '';
  return `${count(left.length, 'step')} left. To go on, run the same command${more}\n`;
}
