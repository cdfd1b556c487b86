import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { COMMANDS } from '../planning/plan.js';
import { type DeploymentKind, deploymentKinds as kinds } from '../topologies/deployment.js';

export class ArgumentsError extends Error {}

export interface SimulateArguments {
  /** How many seeds; null: as many as the minutes allow, or as breaks get. */
  readonly seeds: number | null;
  readonly from: number;
  /** This seed alone, with its trace. */
  readonly seed: number | null;
  /** All lines of the trace, not only those around a violation. */
  readonly trace: boolean;
  readonly jobs: number;
  readonly minutes: number | null;
  readonly kind: DeploymentKind | null;
  /** The only faults that may strike, each by its name or by its place in the plan; null: all that the seed draws. */
  readonly onlyFaults: readonly string[] | null;
  /** The only workloads, likewise. */
  readonly onlyWorkloads: readonly string[] | null;
  /** Of all programs of a seed, at least; null: as many as seeds mostly have. */
  readonly commands: number | null;
  /** Workloads that seeds are drawn without; null: all are drawn. */
  readonly without: readonly string[] | null;
  readonly json: string | null;
  /** Names of the breaks to try; empty: all; null: none, seeds are run. */
  readonly breaks: readonly string[] | null;
}

export const DEFAULT_SEEDS = 2_000;

export const usage = `npm run simulate -- [options]

  --seeds n          run n seeds (default ${DEFAULT_SEEDS.toLocaleString('en')})
  --from n           begin with seed n (default 1)
  --seed n           run this seed alone, and show its trace around what went wrong
  --trace            with --seed: the whole trace
  --jobs n           so many processes (default: one a core)
  --minutes n        stop after n minutes; without --seeds, go on until then
  --kind name        only seeds with these servers: ${kinds.join(', ')}
  --only-faults a,b  of the faults that a seed draws let only these strike, by name or by place; an empty list lets none
  --only-workloads a,b   the same of what the programs do
  --commands n       draw seeds whose programs issue n commands or some more (default ${COMMANDS})
  --without a,b      draw seeds as if there were no workloads of these names
  --json file        write the report as JSON, too
  --breaks [name …]  break the engine on purpose, and see who notices: all breaks, or these`;

const options = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  seed: { type: 'string' },
  trace: { type: 'boolean' },
  jobs: { type: 'string' },
  minutes: { type: 'string' },
  kind: { type: 'string' },
  'only-faults': { type: 'string' },
  'only-workloads': { type: 'string' },
  commands: { type: 'string' },
  without: { type: 'string' },
  json: { type: 'string' },
  breaks: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Parses the command line; null: the caller asks for help. */
export function parseArguments(argv: readonly string[]): SimulateArguments | null {
  const { values, positionals } = read(argv);
  if (values.help) return null;
  if (positionals.length > 0 && !values.breaks) throw new ArgumentsError(`"${positionals[0]}" is not an option.`);
  const minutes = values.minutes === undefined ? null : number('minutes', values.minutes);
  const isOpen = minutes !== null || values.breaks === true;
  const seeds = values.seeds === undefined ? (isOpen ? null : DEFAULT_SEEDS) : whole('seeds', values.seeds, 1);
  const seed = values.seed === undefined ? null : whole('seed', values.seed, 0);
  if (values.trace && seed === null) throw new ArgumentsError('--trace needs --seed: the traces of many seeds nobody reads.');
  for (const other of ['seeds', 'from', 'minutes', 'breaks'] as const) {
    if (seed !== null && values[other] !== undefined) throw new ArgumentsError(`--seed runs one seed, and --${other} says otherwise.`);
  }
  return {
    seeds,
    from: values.from === undefined ? 1 : whole('from', values.from, 0),
    seed,
    trace: values.trace ?? false,
    jobs: values.jobs === undefined ? availableParallelism() : whole('jobs', values.jobs, 1),
    minutes,
    kind: values.kind === undefined ? null : kindOf(values.kind),
    onlyFaults: listOf(values['only-faults']),
    onlyWorkloads: listOf(values['only-workloads']),
    commands: values.commands === undefined ? null : whole('commands', values.commands, 1),
    without: listOf(values.without),
    json: values.json ?? null,
    breaks: values.breaks ? positionals : null,
  };
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    throw new ArgumentsError((error as Error).message);
  }
}

function listOf(text: string | undefined): readonly string[] | null {
  return text?.split(',').filter((name) => name !== '') ?? null;
}

function kindOf(text: string): DeploymentKind {
  const kind = kinds.find((name) => name === text);
  if (kind === undefined) throw new ArgumentsError(`--kind wants ${kinds.join(', ')}, not "${text}".`);
  return kind;
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
    throw new ArgumentsError(`--${option} wants a whole number of at least ${least}, not "${text}".`);
  }
  return value;
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) throw new ArgumentsError(`--${option} wants a number above 0, not "${text}".`);
  return value;
}
