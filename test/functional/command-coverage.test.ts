import assert from 'node:assert/strict';
import { Commands } from '../../lib/commands/index.js';
import { learntCommand } from '../../lib/protocol/catalog/learnt-spec.js';
import { findCommand, stateReason, unknownCommand } from '../../lib/protocol/catalog/specs.js';
import { ADMIN, BLOCKING, type CommandSpec, MOVABLE_KEYS, PUBSUB, type Raw, READONLY, WRITE } from '../../lib/protocol/command-spec.js';
import { Server } from '../support/server.js';
import { methodName } from '../unit/commands/recorder.js';

/** https://redis.io/docs/latest/commands/command/ */
type Entry = [name: string, arity: number, flags: string[], ...rest: unknown[]] & { readonly 9?: Entry[] };

/**
 * Where an older server says less than our table, which has the facts of the newest. A call that the older server takes is never refused
 * for it.
 */
const OLDER: Readonly<Record<string, readonly string[]>> = {
  'CLUSTER REPLICATE': ['arity 3, ours -3'], // NO ONE since Valkey 9.0
  'COMMAND GETKEYS': ['arity -4, ours -3'],
  'COMMAND GETKEYSANDFLAGS': ['arity -4, ours -3'],
  'SCRIPT DEBUG': ['arity 3, ours -3'],
  WAIT: ['flags , ours blocking'],
  ZRANK: ['arity 3, ours -3'], // WITHSCORE since 7.2
  ZREVRANK: ['arity 3, ours -3'],
};

const FLAGS: Readonly<Record<string, number>> = {
  readonly: READONLY,
  write: WRITE,
  blocking: BLOCKING,
  pubsub: PUBSUB,
  admin: ADMIN,
  movablekeys: MOVABLE_KEYS,
};

/** All commands and subcommands that no module brought. */
function flatten(entries: readonly Entry[]): Entry[] {
  return entries.filter(([, , flags]) => !flags.includes('module')).flatMap((entry) => [entry, ...flatten(entry[9] ?? [])]);
}

const nameOf = ([name]: Entry): string => name.replace('|', ' ').toUpperCase();

/** Does nothing without one of its subcommands. */
const isContainer = (entry: Entry): boolean => (entry[9]?.length ?? 0) > 0 && entry[1] < -1;

const flagsOf = (flags: number): string =>
  Object.keys(FLAGS)
    .filter((name) => (flags & (FLAGS[name] ?? 0)) !== 0)
    .join();

function keysOf({ firstKey, lastKey, keyStep, keySpecs }: CommandSpec): string {
  if (firstKey === -1) return 'none';
  return firstKey === -2 ? JSON.stringify(keySpecs) : `${firstKey} to ${lastKey} by ${keyStep}`;
}

/** What the server says of the command and our table does not. */
function differences(entry: Entry, ours: CommandSpec): string[] {
  const [, arity, flags] = entry;
  const theirs = learntCommand(unknownCommand(ours.name, ours.words), entry as Raw)?.spec ?? assert.fail(ours.name);
  const own = flagsOf(flags.reduce((sum, flag) => sum | (FLAGS[flag] ?? 0), 0));
  const found: string[] = [];
  if (arity !== ours.arity) found.push(`arity ${arity}, ours ${ours.arity}`);
  if (own !== flagsOf(ours.flags)) found.push(`flags ${own}, ours ${flagsOf(ours.flags)}`);
  if (keysOf(theirs) !== keysOf(ours)) found.push(`keys ${keysOf(theirs)}, ours ${keysOf(ours)}`);
  return found.filter((difference) => OLDER[ours.name]?.includes(difference) !== true);
}

describe('the COMMAND list of a live server', () => {
  let entries: readonly Entry[];

  before(async () => {
    const server = await Server.start();
    try {
      entries = flatten((await server.ask('COMMAND')) as Entry[]);
    } finally {
      await server.stop();
    }
    assert.ok(entries.length > 300, `only ${entries.length} commands`);
  });

  it('has no command without a typed method, or a reason why it has none', () => {
    const without = entries.filter((entry) => !(methodName(nameOf(entry)) in Commands.prototype) && !isContainer(entry)).map(nameOf);
    // What a connection of its own needs is called on a lease, what is an option is one, and the rest is refused: each says so.
    const unexplained = without.filter((name) => stateReason(findCommand(name) ?? unknownCommand(name)) === '');
    assert.deepEqual(unexplained, []);
  });

  it('has the arity, flags and key positions of our table', () => {
    const found = entries.flatMap((entry) => {
      const ours = findCommand(nameOf(entry));
      const list = ours === undefined ? ['not in our table'] : differences(entry, ours);
      return list.map((difference) => `${nameOf(entry)}: ${difference}`);
    });
    assert.deepEqual(found, []);
  });
});
