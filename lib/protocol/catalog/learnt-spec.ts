import {
  type Arg,
  BLOCKING,
  type CommandSpec,
  KEYLESS,
  type KeySpec,
  MOVABLE_KEYS,
  PUBSUB,
  type Raw,
  READONLY,
  SPECIAL,
  WRITE,
} from '../command-spec.js';
import { fieldsOf } from '../resp/map-reply.js';
import { argText } from '../resp/text.js';

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['readonly', READONLY],
  ['write', WRITE],
  ['blocking', BLOCKING],
  ['pubsub', PUBSUB],
  ['movablekeys', MOVABLE_KEYS],
]);

/** Facts of a command that our table does not have, as a server told them. */
export interface LearntCommand {
  readonly spec: CommandSpec;
  /** Facts of its subcommands, by name in capitals. Their keys count from the container's name, as those of any other command. */
  readonly subcommands: ReadonlyMap<string, CommandSpec>;
}

/**
 * The facts of a command from the server's own entry, with maps flat: https://redis.io/docs/latest/commands/command/
 * Null: the server does not know the command.
 */
export function learntCommand(unknown: CommandSpec, entry: Raw): LearntCommand | null {
  if (!Array.isArray(entry)) return null;
  const [, , , , , , , , , subcommands] = entry;
  const specs = new Map<string, CommandSpec>();
  for (const one of Array.isArray(subcommands) ? subcommands : []) {
    if (Array.isArray(one)) specs.set(String(one[0]).replace(/^.*\|/, '').toUpperCase(), specOf(unknown, one));
  }
  return { spec: specOf(unknown, entry), subcommands: specs };
}

/** The facts of one call; null: the server did not tell of this subcommand. */
export function factsOfCall({ spec, subcommands }: LearntCommand, args: readonly Arg[]): CommandSpec | null {
  if (subcommands.size === 0) return spec;
  return subcommands.get(argText(args[0] ?? '').toUpperCase()) ?? null;
}

function specOf(unknown: CommandSpec, entry: readonly Raw[]): CommandSpec {
  const [, arity, flagList, first, last, step, , , keySpecList] = entry;
  let flags = 0;
  for (const flag of Array.isArray(flagList) ? flagList : []) flags |= FLAGS.get(String(flag)) ?? 0;
  if ((flags & BLOCKING) !== 0) flags |= SPECIAL;
  const firstWord = Number(first ?? 0);
  const movable = (flags & MOVABLE_KEYS) !== 0;
  const keySpecs = Array.isArray(keySpecList) ? keySpecList.map(keySpecOf) : [];
  if (!movable && firstWord === 0) flags |= KEYLESS;
  const lastWord = Number(last ?? 0);
  return Object.freeze({
    ...unknown,
    arity: Number(arity ?? 0),
    flags,
    firstKey: movable ? -2 : firstWord === 0 ? -1 : firstWord - unknown.words,
    lastKey: lastWord < 0 ? lastWord : lastWord - unknown.words,
    keyStep: Number(step ?? 0),
    keySpecs,
  });
}

/** https://redis.io/docs/latest/develop/reference/key-specs/ */
function keySpecOf(raw: Raw): KeySpec {
  const begin = fieldsOf(fieldsOf(raw).get('begin_search'));
  const find = fieldsOf(fieldsOf(raw).get('find_keys'));
  const beginAt = fieldsOf(begin.get('spec'));
  const findBy = fieldsOf(find.get('spec'));
  const number = (fields: ReadonlyMap<string, Raw>, name: string): number => Number(fields.get(name) ?? 0);
  return {
    begin:
      begin.get('type') === 'index'
        ? { index: number(beginAt, 'index') }
        : begin.get('type') === 'keyword'
          ? { keyword: String(beginAt.get('keyword')), from: number(beginAt, 'startfrom') }
          : 'unknown',
    find:
      find.get('type') === 'range'
        ? { last: number(findBy, 'lastkey'), step: number(findBy, 'keystep'), limit: number(findBy, 'limit') }
        : find.get('type') === 'keynum'
          ? { keynum: number(findBy, 'keynumidx'), first: number(findBy, 'firstkey'), step: number(findBy, 'keystep') }
          : 'unknown',
  };
}
