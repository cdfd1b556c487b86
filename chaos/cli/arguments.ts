import { parseArgs } from 'node:util';

/** Topology that can be chosen, with its faults. */
export type Choice = { readonly topology: string; readonly faults: readonly { readonly name: string; readonly title: string }[] };

export interface ChaosArguments {
  chooses(topology: string, fault: string): boolean;
  /** Number of runs of each fault; null: as many as the fault says. */
  readonly runs: number | null;
  /** Number of INCRs a second, and of GETs. */
  readonly rate: number;
  readonly quick: boolean;
  readonly rivals: boolean;
  readonly json: boolean;
}

export class ArgumentsError extends Error {}

const DEFAULT_RATE = 1_000;

/** Parses the command line; null: the caller asks for help. */
export function parseArguments(argv: readonly string[], choices: readonly Choice[]): ChaosArguments | null {
  const { values, positionals } = readOptions(argv);
  if (values.help) return null;
  const topologies = new Set(choices.map(({ topology }) => topology));
  const faults = new Set(choices.flatMap((choice) => choice.faults.map(({ name }) => name)));
  const chosenTopologies = positionals.filter((word) => topologies.has(word));
  const chosenFaults = positionals.filter((word) => !topologies.has(word));
  const unknown = chosenFaults.find((word) => !faults.has(word));
  if (unknown !== undefined) throw new ArgumentsError(`"${unknown}" is neither a topology nor a fault.`);
  const chooses = (topology: string, fault: string): boolean =>
    (chosenTopologies.length === 0 || chosenTopologies.includes(topology)) && (chosenFaults.length === 0 || chosenFaults.includes(fault));
  if (!choices.some((choice) => choice.faults.some(({ name }) => chooses(choice.topology, name)))) {
    throw new ArgumentsError(`${chosenTopologies.join(', ')} has no fault called ${chosenFaults.join(', ')}.`);
  }
  return {
    chooses,
    runs: values.runs === undefined ? null : count('runs', values.runs),
    rate: values.rate === undefined ? DEFAULT_RATE : count('rate', values.rate),
    quick: values.quick ?? false,
    rivals: values.rivals ?? false,
    json: values.json ?? false,
  };
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        rate: { type: 'string' },
        quick: { type: 'boolean' },
        rivals: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new ArgumentsError((error as Error).message);
  }
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new ArgumentsError(`--${option} wants a whole number of at least 1, not "${text}".`);
  return value;
}

export function usage(choices: readonly Choice[]): string {
  const names = new Map<string, string[]>();
  for (const { topology, faults } of choices) {
    names.set(topology, [...(names.get(topology) ?? []), ...faults.map(({ name, title }) => `    ${name.padEnd(18)} ${title}`)]);
  }
  return [
    'npm run chaos -- [topology …] [fault …] [options]',
    '',
    '  --runs n    each fault n times',
    '  --rate n    n INCR/s and n GET/s (default 1,000)',
    '  --quick     smaller faults, one run each',
    '  --rivals    the same with ioredis, node-redis and glide, where benchmarks/ is installed',
    '  --json      the numbers as JSON',
    ...[...names].flatMap(([topology, lines]) => ['', `  ${topology}`, ...lines]),
  ].join('\n');
}
