import type { MovePlan } from '../../ring/move-plan.js';
import type { RingMoveOptions, RingMoveOutcome } from '../../ring/move-run.js';
import type { RingAdmin } from '../../ring/ring-admin.js';
import { count } from '../../slot-list.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { PLANNED } from '../common-options.js';
import { askToGoOn } from '../confirm.js';
import { EXIT } from '../exit-code.js';
import { bytesOption, integerOption, textOption } from '../option-values.js';
import { ProgressBar } from '../progress-bar.js';
import { line } from '../render.js';
import { resumeLine } from '../resume.js';
import { forReader } from '../text-width.js';
import { UsageError } from '../usage-error.js';
import { BOTH, BOUNDS, boundsOf, openBoth } from './open-ring.js';
import { movePlanJson, outcomeJson, renderMovePlan, renderOutcome } from './render-ring.js';

export const move: Command = {
  name: 'ring move',
  usage: '--from FILE --to FILE',
  what: 'Moves keys of a ring, or of one server, to another ring or to a cluster while clients use them.',
  options: {
    ...BOTH,
    ...BOUNDS,
    batch: { value: 'KEYS', what: 'keys a MIGRATE (100); the source serves nobody else meanwhile' },
    'migrate-timeout': { value: 'MS', what: 'how long a source waits for an answer of a target (1000)' },
    parallel: { value: 'NUMBER', what: 'sources that give keys side by side (4)' },
    'skip-larger': { value: 'BYTES', what: 'leave keys where they are that are larger than this: 8388608, 8mb' },
    duplicates: { value: 'WHICH', what: 'new, or old: which one counts where both places have a key' },
    'writers-stopped': { what: 'nobody writes meanwhile; --via client needs this word' },
    ...PLANNED,
  },
  words: [0, 0],
  async run(context) {
    const { options, output, json } = context;
    // Mistakes that need no server are found before one is asked.
    const moveOptions = moveOptionsOf(options);
    const { samples, ...bounds } = boundsOf(options);
    if (bounds.via === 'client' && options['writers-stopped'] !== true && options['dry-run'] !== true) {
      throw new UsageError('--via client moves keys only while nobody writes: stop the writers, and add --writers-stopped');
    }
    const admin = await openBoth(context);
    const plan = await admin.planMove({ ...bounds, ...(samples === undefined ? {} : { samples }) });
    const isRun = options['dry-run'] !== true && plan.totalKeys > 0;
    if (!json || (isRun && options.yes !== true)) output.write(forReader(renderMovePlan(plan), output));
    if (!isRun) return { code: EXIT.ok, text: '', json: { plan: movePlanJson(plan), outcome: null } };
    await askToGoOn(context);
    return ended(context, plan, await run(context, admin, plan, { ...bounds, ...moveOptions }));
  },
};

async function run(
  { interrupt, output, process, options }: CommandContext,
  admin: RingAdmin,
  plan: MovePlan,
  given: RingMoveOptions,
): Promise<RingMoveOutcome> {
  const isQuiet = options.quiet === true;
  const bar = new ProgressBar(output);
  using _ = interrupt.during(() => {
    bar.end();
    process.stderr.write('stopping after the keys that are on their way; once more stops at once\n');
  });
  try {
    return await admin.run(plan, {
      ...given,
      stop: interrupt.signal,
      onNote: (text) => {
        bar.end();
        output.write(forReader(line(`note: ${text}`), output));
      },
      onProgress: ({ keys, scanned, totalKeys }) => {
        // What comes and goes meanwhile is in neither number.
        const done = Math.min(scanned, totalKeys);
        if (!isQuiet) bar.show({ done, total: totalKeys, noun: 'key', more: `${count(keys, 'key')} moved` });
      },
    });
  } finally {
    bar.end();
  }
}

function ended(context: CommandContext, plan: MovePlan, outcome: RingMoveOutcome): CommandResult {
  const text = renderOutcome(outcome);
  const json = { plan: movePlanJson(plan), outcome: outcomeJson(outcome) };
  if (outcome.status === 'done') return { code: EXIT.ok, text, json };
  const code = outcome.status === 'stopped' ? EXIT.stopped : EXIT.failed;
  const resume = resumeLine(context, []);
  if (!context.json) {
    context.output.write(forReader(text, context.output));
    context.process.stderr.write(line(`To go on: ${resume}`));
  }
  return { code, text: '', json: { ...json, resume, ...(code === EXIT.failed ? { exitCode: code } : {}) } };
}

function moveOptionsOf(options: CommandContext['options']): RingMoveOptions {
  const batch = integerOption(options, 'batch', 1);
  const migrateTimeoutMs = integerOption(options, 'migrate-timeout', 1);
  const parallel = integerOption(options, 'parallel', 1);
  const skipLarger = bytesOption(options, 'skip-larger');
  const duplicates = textOption(options.duplicates) ?? 'refuse';
  if (duplicates !== 'refuse' && duplicates !== 'new' && duplicates !== 'old') {
    throw new UsageError(`--duplicates: expected new or old, got ${duplicates}`);
  }
  return {
    duplicates,
    writersStopped: options['writers-stopped'] === true,
    ...(batch === undefined ? {} : { batch }),
    ...(migrateTimeoutMs === undefined ? {} : { migrateTimeoutMs }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(skipLarger === undefined ? {} : { skipLarger }),
  };
}
