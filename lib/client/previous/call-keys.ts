import { CommandRefusedError } from '../../errors.js';
import type { Call } from '../../protocol/call.js';
import { keyIndexes, sortPatternIndexes } from '../../protocol/catalog/keys.js';
import { showsMiss } from '../../protocol/catalog/misses.js';
import { command } from '../../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, PUBSUB } from '../../protocol/command-spec.js';
import { argText } from '../../protocol/resp/text.js';

/** Commands whose effect on all keys would leave out those that are still at the previous place. */
const ON_ALL_KEYS: ReadonlySet<string> = new Set(['FLUSHALL', 'FLUSHDB', 'SWAPDB']);
/** Commands whose keys are none of the data: a cursor. */
const NO_DATA: ReadonlySet<string> = new Set(['CLUSTERSCAN']);

const SORT = command('SORT');
const SORT_RO = command('SORT_RO');

/** What is to be done about the keys of a call. */
export interface CallKeys {
  readonly keys: readonly Arg[];
  /** The call reads one key, and its reply shows whether that is there. */
  readonly shared: boolean;
}

/**
 * The keys of a call that may be at the previous place; null: it has none. Throws a `CommandRefusedError` for what is not done while keys
 * move.
 */
export function keysOfCall(call: Call): CallKeys | null {
  const { spec, args, extras } = call;
  if (extras === null) {
    if (spec.firstKey === -1) return refuseAll(spec);
    // Most commands have one key.
    if (spec.firstKey >= 0 && spec.firstKey === spec.lastKey) {
      refusePatterns(spec, args);
      const key = args[spec.firstKey];
      return key === undefined || isNoData(spec) ? null : { keys: [key], shared: showsMiss(spec) };
    }
  } else if (extras.target?.node !== undefined) return null;
  const commands = extras === null || extras.batch === null ? [call] : [...extras.batch.commands, call];
  const keys = commands.flatMap((command) => keysOf(command.spec, command.args));
  if (keys.length === 0) return null;
  const isPlain = extras === null || (extras.batch === null && extras.exclusive === null && extras.target?.pinned === undefined);
  return { keys, shared: isPlain && keys.length === 1 && showsMiss(spec) };
}

function keysOf(spec: CommandSpec, args: readonly Arg[]): Arg[] {
  refuseAll(spec);
  refusePatterns(spec, args);
  if (isNoData(spec)) return [];
  return keyIndexes(spec, args).map((index) => args[index] ?? '');
}

/** Channels count as keys where a cluster places them. */
function isNoData(spec: CommandSpec): boolean {
  return (spec.flags & PUBSUB) !== 0 || NO_DATA.has(spec.name);
}

/** SORT would read keys that it names by a pattern: of those that are still at the previous place it finds none, and says nothing. */
function refusePatterns(spec: CommandSpec, args: readonly Arg[]): void {
  if (spec !== SORT && spec !== SORT_RO) return;
  const pattern = sortPatternIndexes(args).find((index) => argText(args[index] ?? '').includes('*'));
  if (pattern === undefined) return;
  const why = `while keys move those of its pattern ${JSON.stringify(argText(args[pattern] ?? ''))} may be at the previous place (option \`previous\`)`;
  throw new CommandRefusedError(`${spec.name}: ${why}`, { command: spec.name });
}

function refuseAll({ name }: CommandSpec): null {
  if (!ON_ALL_KEYS.has(name)) return null;
  const why = 'while keys move it would leave those at the previous place (option `previous`)';
  throw new CommandRefusedError(`${name}: ${why}`, { command: name });
}
