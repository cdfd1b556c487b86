import { SlotwiseError, show } from '../../errors.js';
import { VERSION } from '../../version.js';
import { checkCluster } from '../check.js';
import { ClusterAdmin } from '../cluster-admin.js';
import type { RunOptions } from '../executor.js';
import { count, slotsText } from '../slot-list.js';
import type { MoveOptions } from '../slot-mover.js';
import { describeStep, type Plan } from '../steps.js';
import {
  accessOf,
  duplicatesOf,
  failoverMode,
  numberOption,
  parseArguments,
  type Request,
  slotsWanted,
  text,
  UsageError,
  weightsOf,
  wholeOption,
} from './arguments.js';
import { type Output, ProgressBar } from './progress-bar.js';
import { renderInfo, renderPlan, renderProblems, toJson } from './render.js';
import { runTop } from './top.js';

const OK = 0;
const FAILED = 1;
const USAGE = 2;
const INTERRUPTED = 130;

/** What the command line has of its process. */
export interface Process {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Null where nobody can be asked. */
  readonly confirm: ((text: string) => Promise<boolean>) | null;
  /** Ctrl-C. Returns what ends the listening. */
  onInterrupt(listener: () => void): () => void;
  exit(code: number): void;
}

/** Resolves with the exit code: 0 done, 1 failed or found problems, 2 used wrongly, 130 stopped. Never rejects. */
export async function runCommandLine(args: readonly string[], world: Process): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.kind === 'request') return await execute(parsed.request, world);
    world.stdout.write(parsed.kind === 'version' ? `slotwise ${VERSION}\n` : parsed.text);
    return OK;
  } catch (error) {
    world.stderr.write(`slotwise: ${error instanceof SlotwiseError ? error.message : show(error)}\n`);
    return error instanceof UsageError ? USAGE : FAILED;
  }
}

async function execute(request: Request, world: Process): Promise<number> {
  const { command, words, options } = request;
  const { stdout, env } = world;
  const [first = '', second = ''] = words;
  const seeds = command === 'create' ? words : [command === 'add-node' ? second : first];
  const moving = movingOf(options);
  await using admin = new ClusterAdmin(accessOf(seeds, request, env));
  const follow = (plan: Plan): Promise<number> => carryOut(admin, request, plan, moving, world);
  switch (command) {
    case 'check':
    case 'info': {
      const picture = await admin.read();
      const problems = checkCluster(picture);
      if (options.json === true) stdout.write(toJson(picture, problems));
      else stdout.write(command === 'info' ? renderInfo(picture) : `${renderInfo(picture)}${renderProblems(problems)}`);
      return command === 'check' && problems.some(({ severity }) => severity === 'error') ? FAILED : OK;
    }
    case 'top': {
      const intervalMs = numberOption(options, 'interval', 100) ?? 2_000;
      const looks = numberOption(options, 'count', 1) ?? Number.POSITIVE_INFINITY;
      using interrupt = new Interrupt(world, () => {});
      await runTop(admin, stdout, { intervalMs, looks, stop: interrupt.signal });
      return OK;
    }
    case 'create':
      return await follow(await admin.planCreate({ replicas: wholeOption(options, 'replicas', 0) ?? 0 }));
    case 'add-node': {
      const replicaOf = text(options['replica-of']);
      return await follow(await admin.planAddNode(first, replicaOf === undefined ? {} : { replicaOf }));
    }
    case 'del-node':
      return await follow(await admin.planDelNode(second));
    case 'forget':
      return await follow(await admin.planForget(second));
    case 'failover':
      return await follow(await admin.planFailover(second, { mode: failoverMode(options) }));
    case 'reshard': {
      const [from, to] = [text(options.from), text(options.to)];
      if (from === undefined || to === undefined) throw new UsageError('reshard needs --from and --to');
      const plan = await admin.planReshard({ from: from === 'all' ? 'all' : from.split(','), to, slots: slotsWanted(options) });
      return await follow(plan);
    }
    case 'rebalance': {
      const thresholdPercent = numberOption(options, 'threshold', 0);
      const more = thresholdPercent === undefined ? {} : { thresholdPercent };
      return await follow(await admin.planRebalance({ weights: weightsOf(options), useEmpty: options['use-empty'] === true, ...more }));
    }
    case 'fix': {
      const plan = await admin.planFix({ takeUnreachable: options['take-unreachable'] === true, duplicates: duplicatesOf(options) });
      return await follow(plan);
    }
    default:
      return command satisfies never;
  }
}

async function carryOut(admin: ClusterAdmin, request: Request, plan: Plan, moving: MoveOptions, world: Process): Promise<number> {
  const { options } = request;
  const { stdout, stderr } = world;
  stdout.write(renderPlan(plan));
  if (options['dry-run'] === true || plan.steps.length === 0) return OK;
  if (options.yes !== true && !(await confirmed(world))) return FAILED;

  const bar = new ProgressBar(stdout);
  using interrupt = new Interrupt(world, () => {
    bar.end();
    stderr.write('stopping after the slot that is being moved; once more stops at once, and is safe too\n');
  });
  const run: RunOptions = {
    ...moving,
    stop: interrupt.signal,
    onStep: (step, index) => {
      bar.end();
      stdout.write(`[${index + 1}/${plan.steps.length}] ${describeStep(step)}\n`);
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

function movingOf(options: Request['options']): MoveOptions {
  const batch = wholeOption(options, 'batch', 1);
  const migrateTimeoutMs = wholeOption(options, 'migrate-timeout', 1);
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

/** Ctrl-C asks to stop; once more ends the process. */
class Interrupt {
  readonly #controller = new AbortController();
  readonly #end: () => void;

  constructor(world: Process, heard: () => void) {
    this.#end = world.onInterrupt(() => {
      if (this.signal.aborted) {
        world.exit(INTERRUPTED);
        return;
      }
      this.#controller.abort();
      heard();
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
