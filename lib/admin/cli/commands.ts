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

/** How a command is called, and what it does. */
interface CommandDefinition {
  readonly usage: string;
  readonly what: string;
  /** Options of this command alone: names with their help texts. */
  readonly options: Readonly<Record<string, string>>;
  /** How many words follow the command's name. */
  readonly words: readonly [least: number, most: number];
}

const PLANNED = { 'dry-run': 'show the plan and do nothing', yes: 'do not ask whether to go on' };
const MOVING = {
  batch: 'keys a MIGRATE (50); the source serves nobody else meanwhile',
  'migrate-timeout': 'ms for one MIGRATE (60000)',
  replace: 'overwrite keys that the target has although it does not own the slot',
};

/** The commands of `slotwise cluster`. */
export const COMMANDS: Readonly<Record<CommandName, CommandDefinition>> = {
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

/** Options of every command: how to reach the servers. */
export const CONNECTION = {
  user: 'user of the servers',
  password: 'their password; better in the environment: SLOTWISE_PASSWORD',
  tls: 'connect with TLS',
  cacert: 'file with the certificates to trust',
  cert: 'file with our own certificate',
  key: 'file with its key',
  sni: 'name to expect in the certificate',
  'connect-timeout': 'ms for one connection (2000)',
};

/** Options without a value. */
export const SWITCHES: ReadonlySet<string> = new Set([
  ...['tls', 'json', 'yes', 'dry-run', 'all', 'replace', 'use-empty', 'force', 'takeover', 'take-unreachable', 'help', 'version'],
]);

export function isCommand(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}
