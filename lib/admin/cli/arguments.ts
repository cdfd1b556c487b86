import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { OptionsError } from '../../errors.js';
import { cluster } from '../../options/topology.js';
import { AdminError } from '../admin-error.js';
import type { AdminOptions } from '../cluster-admin.js';
import { parseSlotsText } from '../slot-list.js';
import type { Duplicates, FailoverMode } from '../steps.js';

/** A mistake in the command line. */
export class UsageError extends AdminError {}

export type CommandName =
  | 'create'
  | 'check'
  | 'info'
  | 'top'
  | 'add-node'
  | 'del-node'
  | 'reshard'
  | 'rebalance'
  | 'failover'
  | 'fix'
  | 'forget';

interface CommandHelp {
  readonly usage: string;
  readonly what: string;
  /** Options of its own, as `name: text`. */
  readonly options: Readonly<Record<string, string>>;
  /** How many words follow the name. */
  readonly words: readonly [least: number, most: number];
}

const PLANNED = { 'dry-run': 'show the plan and do nothing', yes: 'do not ask whether to go on' };
const MOVING = {
  batch: 'keys a MIGRATE (50); the source serves nobody else meanwhile',
  'migrate-timeout': 'ms for one MIGRATE (60000)',
  replace: 'overwrite keys that the target has although it does not own the slot',
};

export const COMMANDS: Readonly<Record<CommandName, CommandHelp>> = {
  create: {
    usage: 'create HOST:PORT HOST:PORT HOST:PORT …',
    what: 'Makes one cluster of empty servers; shards are spread over hosts.',
    options: { replicas: 'replicas of each primary (0)', ...PLANNED },
    words: [1, 1_000],
  },
  check: {
    usage: 'check HOST:PORT',
    what: 'Slots covered, agreed on, none open; every primary has a replica. Exit code 1 if not.',
    options: { json: 'print JSON' },
    words: [1, 1],
  },
  info: { usage: 'info HOST:PORT', what: 'The shards with their nodes, slots and keys.', options: { json: 'print JSON' }, words: [1, 1] },
  top: {
    usage: 'top HOST:PORT',
    what: 'As info, with operations a second, memory, clients and lag, again and again.',
    options: { interval: 'ms between two looks (2000)', count: 'how many looks (until Ctrl-C)' },
    words: [1, 1],
  },
  'add-node': {
    usage: 'add-node NEW-HOST:PORT HOST:PORT',
    what: 'An empty server joins the cluster: a primary without slots, or a replica.',
    options: { 'replica-of': 'primary it follows, or auto: one with the fewest replicas', ...PLANNED },
    words: [2, 2],
  },
  'del-node': {
    usage: 'del-node HOST:PORT NODE',
    what: 'A node leaves for good. Refused while it holds slots.',
    options: PLANNED,
    words: [2, 2],
  },
  reshard: {
    usage: 'reshard HOST:PORT --from NODE,… --to NODE --slots …',
    what: 'Moves slots with their keys while clients use them.',
    options: {
      from: 'nodes that give slots, or all',
      to: 'node that gets them',
      count: 'how many slots',
      slots: 'which slots: 0-99,104',
      all: 'all slots of the nodes in --from',
      ...MOVING,
      ...PLANNED,
    },
    words: [1, 1],
  },
  rebalance: {
    usage: 'rebalance HOST:PORT',
    what: 'Moves as few slots as give every primary its share.',
    options: {
      weight: 'NODE=NUMBER, may be given often (1 each; 0 empties a node)',
      threshold: 'percent off its share that a node may be (2)',
      'use-empty': 'primaries without slots get some',
      ...MOVING,
      ...PLANNED,
    },
    words: [1, 1],
  },
  failover: {
    usage: 'failover HOST:PORT REPLICA',
    what: 'Makes a replica the primary of its shard, without losing writes.',
    options: {
      force: 'the primary is down: the other primaries agree without it',
      takeover: 'the other primaries have no majority: the replica decides alone',
      ...PLANNED,
    },
    words: [2, 2],
  },
  fix: {
    usage: 'fix HOST:PORT',
    what: 'Finishes or ends interrupted moves, finds owners for slots without one.',
    options: {
      duplicates: 'which copy counts where a key is on two nodes: owner or other',
      'take-unreachable': 'take slots of nodes that do not answer; their keys are lost',
      ...MOVING,
      ...PLANNED,
    },
    words: [1, 1],
  },
  forget: {
    usage: 'forget HOST:PORT NODE',
    what: 'All nodes forget one that is gone.',
    options: PLANNED,
    words: [2, 2],
  },
};

const CONNECTION = {
  user: 'user of the servers',
  password: 'their password; better in the environment: SLOTWISE_PASSWORD',
  tls: 'connect with TLS',
  cacert: 'file with the certificates to trust',
  cert: 'file with our own certificate',
  key: 'file with its key',
  sni: 'name to expect in the certificate',
  'connect-timeout': 'ms for one connection (2000)',
};

const SWITCHES: ReadonlySet<string> = new Set([
  ...['tls', 'json', 'yes', 'dry-run', 'all', 'replace', 'use-empty', 'force', 'takeover', 'take-unreachable', 'help', 'version'],
]);

export interface Request {
  readonly command: CommandName;
  /** What follows the command's name. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

export type Parsed =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

export function parseArguments(args: readonly string[]): Parsed {
  const { values, positionals } = parsed(args);
  const [group, name, ...words] = positionals;
  if (values.version === true) return { kind: 'version' };
  const help = isCommand(name) ? helpOf(name) : overview();
  if (values.help === true || group === undefined || group === 'help') return { kind: 'help', text: help };
  if (group !== 'cluster') throw new UsageError(`there is no slotwise ${group}; there is: slotwise cluster`);
  if (name === undefined || name === 'help') return { kind: 'help', text: overview() };
  if (!isCommand(name)) throw new UsageError(`there is no slotwise cluster ${name}; there are ${Object.keys(COMMANDS).join(', ')}`);
  const { words: bounds, options, usage } = COMMANDS[name];
  for (const option of Object.keys(values)) {
    if (!Object.hasOwn(options, option) && !Object.hasOwn(CONNECTION, option)) {
      throw new UsageError(`slotwise cluster ${name} has no option --${option}; see: slotwise cluster ${name} --help`);
    }
  }
  if (words.length < bounds[0] || words.length > bounds[1]) throw new UsageError(`expected: slotwise cluster ${usage}`);
  return { kind: 'request', request: { command: name, words, options: values } };
}

function parsed(args: readonly string[]): { values: Request['options']; positionals: readonly string[] } {
  const names = new Set([
    ...Object.keys(CONNECTION),
    ...Object.values(COMMANDS).flatMap(({ options }) => Object.keys(options)),
    'help',
    'version',
  ]);
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of names) {
    options[name] = { type: SWITCHES.has(name) ? 'boolean' : 'string', ...(name === 'weight' ? { multiple: true } : {}) };
    if (name === 'help') options[name] = { type: 'boolean', short: 'h' };
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values as Request['options'], positionals }; // types of options made in a loop are lost
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function isCommand(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

function overview(): string {
  const lines = Object.values(COMMANDS).map(({ usage, what }) => `  ${usage}\n      ${what}`);
  return `usage: slotwise cluster COMMAND … [options]

${lines.join('\n')}

HOST:PORT is any node of the cluster, or a URL such as rediss://user@host:port.
NODE is host:port, a node id, or the beginning of one.
For the options of a command: slotwise cluster COMMAND --help
`;
}

function helpOf(name: CommandName): string {
  const { usage, what, options } = COMMANDS[name];
  const list = (entries: Readonly<Record<string, string>>): string =>
    Object.entries(entries)
      .map(([option, text]) => `  --${option.padEnd(18)} ${text}`)
      .join('\n');
  return `usage: slotwise cluster ${usage}

${what}

${list(options)}

Connection:
${list(CONNECTION)}
`;
}

/** How to reach the servers. `nodes` are those of the cluster, or those it is to be made of. */
export function accessOf(nodes: readonly string[], { options }: Request, env: Readonly<Record<string, string | undefined>>): AdminOptions {
  const username = text(options.user);
  const password = text(options.password) ?? env.SLOTWISE_PASSWORD;
  const timeout = numberOption(options, 'connect-timeout', 1);
  for (const node of nodes) expectPlace(node);
  const files = { ca: options.cacert, cert: options.cert, key: options.key };
  const read = Object.entries(files).flatMap(([name, file]) => (typeof file === 'string' ? [[name, readFileSync(file)] as const] : []));
  const servername = text(options.sni);
  const tls =
    read.length > 0 || servername !== undefined
      ? { ...Object.fromEntries(read), ...(servername === undefined ? {} : { servername }) }
      : options.tls;
  return {
    nodes,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
    ...(tls === undefined || tls === false ? {} : { tls: tls as Exclude<AdminOptions['tls'], undefined> }), // true, or options of tls.connect
    ...(timeout === undefined ? {} : { connectTimeoutMs: timeout }),
  };
}

function expectPlace(word: string): void {
  try {
    cluster([word]);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw new UsageError(`expected HOST:PORT, or a URL such as rediss://user@host:port, got ${word}`);
  }
}

export function text(value: Request['options'][string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOption(options: Request['options'], name: string, least: number): number | undefined {
  const given = text(options[name]);
  if (given === undefined) return undefined;
  const number = Number(given);
  if (given.trim() === '' || !Number.isFinite(number) || number < least)
    throw new UsageError(`--${name}: expected a number from ${least}, got ${given}`);
  return number;
}

export function wholeOption(options: Request['options'], name: string, least: number): number | undefined {
  const number = numberOption(options, name, least);
  if (number !== undefined && !Number.isInteger(number))
    throw new UsageError(`--${name}: expected a whole number, got ${text(options[name])}`);
  return number;
}

export function weightsOf(options: Request['options']): Record<string, number> {
  const given = Array.isArray(options.weight) ? (options.weight as readonly string[]) : [];
  return Object.fromEntries(
    given.map((entry) => {
      const at = entry.lastIndexOf('=');
      const weight = at === -1 || entry.slice(at + 1) === '' ? Number.NaN : Number(entry.slice(at + 1));
      if (!(weight >= 0)) throw new UsageError(`--weight: expected NODE=NUMBER, got ${entry}`);
      return [entry.slice(0, at), weight];
    }),
  );
}

/** Exactly one of --count, --slots and --all. */
export function slotsWanted(options: Request['options']): number | readonly number[] | 'all' {
  const given = ['count', 'slots', 'all'].filter((name) => options[name] !== undefined);
  if (given.length !== 1) throw new UsageError('say which slots: one of --count NUMBER, --slots 0-99,104 and --all');
  if (options.all === true) return 'all';
  const count = wholeOption(options, 'count', 1);
  if (count !== undefined) return count;
  const slots = parseSlotsText(text(options.slots) ?? '');
  if (slots === null) throw new UsageError(`--slots: expected slots between 0 and 16383 such as 0-99,104, got ${text(options.slots)}`);
  return slots;
}

export function duplicatesOf(options: Request['options']): Duplicates {
  const given = text(options.duplicates);
  if (given === undefined) return 'refuse';
  if (given === 'owner' || given === 'other') return given;
  throw new UsageError(`--duplicates: expected owner or other, got ${given}`);
}

export function failoverMode(options: Request['options']): FailoverMode {
  if (options.force === true && options.takeover === true) throw new UsageError('--force and --takeover exclude each other');
  return options.takeover === true ? 'takeover' : options.force === true ? 'force' : 'coordinated';
}
