import { SlotwiseError, show } from '../../errors.js';
import { withoutLogins } from '../../options/secrets.js';
import { VERSION } from '../../version.js';
import { checkCluster } from '../check/check-cluster.js';
import { ClusterAdmin } from '../cluster-admin.js';
import { describeStep, type Plan } from '../plans/steps.js';
import type { RunOptions } from '../run/executor.js';
import type { MoveOptions } from '../run/slot-mover.js';
import { count, slotsText } from '../slot-list.js';
import { type CommandRequest, type OptionValues, parseArguments } from './arguments.js';
import {
  adminOptionsOf,
  duplicatesOption,
  failoverModeOption,
  integerOption,
  numberOption,
  slotsOption,
  textOption,
  weightsOption,
} from './option-values.js';
import { type Output, ProgressBar } from './progress-bar.js';
import { line, renderInfo, renderPlan, renderProblems, toJson } from './render.js';
import { runTop } from './top.js';
import { UsageError } from './usage-error.js';

const OK = 0;
const FAILED = 1;
const USAGE = 2;
const INTERRUPTED = 130;

/** The parts of a process that the command line uses. */
interface Process {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks the user yes or no; null: there is no terminal. */
  readonly confirm: ((text: string) => Promise<boolean>) | null;
  /** Listens to Ctrl-C. Returns a function that ends that. */
  onInterrupt(listener: () => void): () => void;
  exit(code: number): void;
}

/** Runs one command line. Resolves with the exit code: 0 done, 1 failed or found problems, 2 used wrongly, 130 stopped. Never rejects. */
export async function runCommandLine(args: readonly string[], process: Process): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.kind === 'request') return await execute(parsed.request, process);
    process.stdout.write(parsed.kind === 'version' ? `slotwise ${VERSION}\n` : parsed.text);
    return OK;
  } catch (error) {
    // A URL may stand in any option's place.
    process.stderr.write(line(`slotwise: ${withoutLogins(error instanceof SlotwiseError ? error.message : show(error))}`));
    return error instanceof UsageError ? USAGE : FAILED;
  }
}

async function execute(request: CommandRequest, process: Process): Promise<number> {
  const { command, words, options } = request;
  const { stdout, env } = process;
  const [first = '', second = ''] = words;
  const seeds = command === 'create' ? words : [command === 'add-node' ? second : first];
  const moveOptions = moveOptionsOf(options);
  await using admin = new ClusterAdmin(adminOptionsOf(seeds, request, env));
  const run = (plan: Plan): Promise<number> => carryOut(admin, request, plan, moveOptions, process);
  switch (command) {
    case 'check':
    case 'info': {
      const cluster = await admin.read();
      const problems = checkCluster(cluster);
      if (options.json === true) stdout.write(toJson(cluster, problems));
      else stdout.write(command === 'info' ? renderInfo(cluster) : `${renderInfo(cluster)}${renderProblems(problems)}`);
      return command === 'check' && problems.some(({ severity }) => severity === 'error') ? FAILED : OK;
    }
    case 'top': {
      const intervalMs = numberOption(options, 'interval', 100) ?? 2_000;
      const refreshes = numberOption(options, 'count', 1) ?? Number.POSITIVE_INFINITY;
      using interrupt = new Interrupt(process, () => {});
      await runTop(admin, stdout, { intervalMs, refreshes, stop: interrupt.signal });
      return OK;
    }
    case 'create':
      return await run(await admin.planCreate({ replicas: integerOption(options, 'replicas', 0) ?? 0 }));
    case 'add-node': {
      const replicaOf = textOption(options['replica-of']);
      return await run(await admin.planAddNode(first, replicaOf === undefined ? {} : { replicaOf }));
    }
    case 'del-node':
      return await run(await admin.planDelNode(second));
    case 'forget':
      return await run(await admin.planForget(second));
    case 'failover':
      return await run(await admin.planFailover(second, { mode: failoverModeOption(options) }));
    case 'reshard': {
      const [from, to] = [textOption(options.from), textOption(options.to)];
      if (from === undefined || to === undefined) throw new UsageError('reshard needs --from and --to');
      const plan = await admin.planReshard({ from: from === 'all' ? 'all' : from.split(','), to, slots: slotsOption(options) });
      return await run(plan);
    }
    case 'rebalance': {
      const thresholdPercent = numberOption(options, 'threshold', 0);
      const more = thresholdPercent === undefined ? {} : { thresholdPercent };
      return await run(await admin.planRebalance({ weights: weightsOption(options), useEmpty: options['use-empty'] === true, ...more }));
    }
    case 'fix': {
      const plan = await admin.planFix({ takeUnreachable: options['take-unreachable'] === true, duplicates: duplicatesOption(options) });
      return await run(plan);
    }
    default:
      return command satisfies never;
  }
}

async function carryOut(
  admin: ClusterAdmin,
  request: CommandRequest,
  plan: Plan,
  moveOptions: MoveOptions,
  process: Process,
): Promise<number> {
  const { options } = request;
  const { stdout, stderr } = process;
  stdout.write(renderPlan(plan));
  if (options['dry-run'] === true || plan.steps.length === 0) return OK;
  if (options.yes !== true && !(await confirmed(process))) return FAILED;

  const bar = new ProgressBar(stdout);
  using interrupt = new Interrupt(process, () => {
    bar.end();
    stderr.write('stopping after the slot that is being moved; once more stops at once, and is safe too\n');
  });
  const run: RunOptions = {
    ...moveOptions,
    stop: interrupt.signal,
    onStep: (step, index) => {
      bar.end();
      stdout.write(line(`[${index + 1}/${plan.steps.length}] ${describeStep(step)}`));
    },
    onProgress: (progress) => bar.show(progress),
  };
  try {
    const outcome = await admin.run(plan, run);
    bar.end();
    const moved = outcome.totalSlots === 0 ? '' : `: ${count(outcome.slots, 'slot')} and ${count(outcome.keys, 'key')} moved`;
    stdout.write(`${outcome.status}${moved}\n`);
    if (outcome.status === 'done') return OK;
    const left = outcome.left.flatMap((step) => (step.do === 'moveSlots' ? step.slots : []));
    const slots = left.length > 0 && request.command === 'reshard' ? ` with --slots ${slotsText(left)}` : '';
    stderr.write(`${count(outcome.left.length, 'step')} left. To go on, run the same command${slots}\n`);
    return INTERRUPTED;
  } finally {
    bar.end();
  }
}

function moveOptionsOf(options: OptionValues): MoveOptions {
  const batch = integerOption(options, 'batch', 1);
  const migrateTimeoutMs = integerOption(options, 'migrate-timeout', 1);
  return {
    replace: options.replace === true,
    ...(batch === undefined ? {} : { batch }),
    ...(migrateTimeoutMs === undefined ? {} : { migrateTimeoutMs }),
  };
}

async function confirmed({ confirm }: Process): Promise<boolean> {
  if (confirm === null) throw new UsageError('nobody can be asked whether to go on: add --yes, or --dry-run to see the plan only');
  return await confirm('Go on? [y/N] ');
}

/** Ctrl-C while a command runs: the first asks it to stop, the second ends the process. */
class Interrupt {
  readonly #controller = new AbortController();
  readonly #end: () => void;

  constructor(process: Process, onFirst: () => void) {
    this.#end = process.onInterrupt(() => {
      if (this.signal.aborted) {
        process.exit(INTERRUPTED);
        return;
      }
      this.#controller.abort();
      onFirst();
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
