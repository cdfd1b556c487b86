import { ArgumentError, PartialFailureError } from '../../errors.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import type { Arg, CommandSpec, Raw, ResponsePolicy } from '../../protocol/command-spec.js';
import { failureOfParts } from '../../protocol/partial-failure.js';
import { argText } from '../../protocol/resp/text.js';
import { random as runtimeRandom } from '../../runtime/runtime.js';

/** One part of a command over several slots: a command for the keys of one slot. */
export interface ShardPart {
  readonly slot: number;
  readonly args: readonly Arg[];
  /** The keys of the part, by their order in the whole command. */
  readonly keys: readonly number[];
}

/** What keeps the keys of one command apart. */
export interface Partition {
  /** How many slots there are. */
  readonly slots: number;
  /** Keys of one slot may be in one command. If not, even one slot makes a part, so that nobody asks whether they may. */
  readonly slotsBind: boolean;
  /** The slot of a key, plus any multiple of `slots` where more than the slot keeps keys apart. */
  groupOf(key: Arg): number;
}

/**
 * Splits a `multi_shard` command by slot, `null` if all its keys share one: then it goes as it is. Arguments between two keys (the values
 * of MSET) stay with the key before them. https://redis.io/docs/latest/develop/reference/command-tips/#request_policy
 * `null` also for commands that count their keys or have options behind them (MSETEX): they are not split.
 */
export function splitBySlot(
  spec: CommandSpec,
  args: readonly Arg[],
  { slots, slotsBind, groupOf }: Partition,
): readonly ShardPart[] | null {
  if (spec.firstKey < 0) return null;
  const indexes = keyIndexes(spec, args);
  // The server would refuse it as a whole; it must not see only the parts that are well-formed.
  if ((args.length - spec.firstKey) % spec.keyStep !== 0) {
    throw new ArgumentError(`${spec.name}: wrong number of arguments`, { command: spec.name });
  }
  const groups = new Map<number, { args: Arg[]; keys: number[] }>();
  for (const [order, index] of indexes.entries()) {
    const id = groupOf(args[index] ?? '');
    let group = groups.get(id);
    if (group === undefined) {
      group = { args: args.slice(0, indexes[0]), keys: [] };
      groups.set(id, group);
    }
    group.keys.push(order);
    for (let at = index; at < index + spec.keyStep; at++) group.args.push(args[at] ?? '');
  }
  if (groups.size < 2 && (slotsBind || indexes.length < 2)) return null;
  return [...groups].map(([id, group]) => ({ slot: id % slots, ...group }));
}

/** The reply to a part, or the error that it ended with. */
export type PartOutcome = { readonly value: Raw } | { readonly error: unknown };

/** One reply from the replies of the parts, in the caller's order. Throws the one error of all parts, or a `PartialFailureError`. */
export function mergeParts(spec: CommandSpec, args: readonly Arg[], parts: readonly ShardPart[], outcomes: readonly PartOutcome[]): Raw {
  const indexes = keyIndexes(spec, args);
  const keysOfPart = (part: ShardPart): string[] => part.keys.map((order) => argText(args[indexes[order] ?? -1] ?? ''));
  const failures = outcomes.flatMap((outcome, at) => {
    const part = parts[at];
    if (!('error' in outcome) || part === undefined) return [];
    const { error } = outcome;
    // Of a reply with an error in the place of a value it is that key alone.
    const keys = error instanceof PartialFailureError ? error.failures.flatMap((failure) => failure.keys) : keysOfPart(part);
    return [{ keys, error }];
  });
  if (failures.length > 0) throw failureOfParts({ name: spec.name, count: parts.length }, failures);
  const values = valuesOf(outcomes);
  if (spec.response !== 'default') return combine(spec.response, values);
  // Without a policy the replies of a command over keys are arrays in the order of its keys.
  const merged = new Array<Raw>(indexes.length).fill(null);
  for (const [at, part] of parts.entries()) {
    const value = values[at];
    for (const [index, order] of part.keys.entries()) merged[order] = (Array.isArray(value) ? value[index] : value) ?? null;
  }
  return merged;
}

/** Whether the command is sent to several nodes. Of commands whose replies cannot be merged only RANDOMKEY is: else one node is enough. */
export function isAboutSeveralNodes({ name, request, response }: CommandSpec): boolean {
  if (request !== 'all_shards' && request !== 'all_nodes') return false;
  return response !== 'special' || name === 'RANDOMKEY' || Object.hasOwn(SPECIAL_MERGES, name);
}

/** One reply from the replies of several nodes to the same keyless command. */
export function mergeNodes(
  spec: CommandSpec,
  nodes: readonly string[],
  outcomes: readonly PartOutcome[],
  random: () => number = runtimeRandom,
): Raw {
  const failures = outcomes.flatMap((outcome, at) =>
    'error' in outcome ? [{ keys: [], node: nodes[at] ?? '', error: outcome.error }] : [],
  );
  const values = valuesOf(outcomes);
  if (spec.response === 'one_succeeded') {
    const first = values[0];
    if (first !== undefined) return first;
  }
  // RANDOMKEY: any key will do, and a shard that is empty or cannot be asked has no say.
  if (spec.name === 'RANDOMKEY') {
    const keys = values.filter((value) => value !== null);
    if (keys.length > 0) return keys[Math.floor(random() * keys.length)] ?? null;
  }
  if (failures.length > 0) throw failureOfParts({ name: spec.name, count: outcomes.length }, failures);
  return SPECIAL_MERGES[spec.name]?.(values) ?? combine(spec.response, values);
}

/** The merges of commands whose response policy is `special`, by their documentation. */
const SPECIAL_MERGES: Readonly<Record<string, (values: readonly Raw[]) => Raw>> = {
  'PUBSUB CHANNELS': union,
  'PUBSUB NUMSUB': sumOfPairs,
  'PUBSUB SHARDCHANNELS': union,
  'PUBSUB SHARDNUMSUB': sumOfPairs,
};

/** The items of all lists, each once. */
function union(values: readonly Raw[]): Raw[] {
  const items = values.flatMap((value) => (Array.isArray(value) ? value : []));
  return [...new Map(items.map((item) => [Buffer.isBuffer(item) ? item.toString('latin1') : String(item), item])).values()];
}

/** Sums lists of names, each followed by a number. They have one order: every node was asked for the same names. */
function sumOfPairs(values: readonly Raw[]): Raw[] {
  const lists = values.filter((value) => Array.isArray(value));
  return (lists[0] ?? []).map((item, at) =>
    at % 2 === 0
      ? item
      : fold(
          lists.map((list) => list[at] ?? 0),
          (a, b) => a + b,
        ),
  );
}

function valuesOf(outcomes: readonly PartOutcome[]): Raw[] {
  return outcomes.flatMap((outcome) => ('value' in outcome ? [outcome.value] : []));
}

/** https://redis.io/docs/latest/develop/reference/command-tips/#response_policy */
function combine(policy: ResponsePolicy, values: readonly Raw[]): Raw {
  switch (policy) {
    case 'agg_sum':
      return fold(values, (a, b) => a + b);
    case 'agg_min':
      return fold(values, (a, b) => (a < b ? a : b));
    case 'agg_max':
      return fold(values, (a, b) => (a > b ? a : b));
    case 'agg_logical_and':
      return elementwise(values, (a, b) => (a !== 0n && b !== 0n ? 1n : 0n));
    case 'agg_logical_or':
      return elementwise(values, (a, b) => (a !== 0n || b !== 0n ? 1n : 0n));
    case 'one_succeeded':
    case 'all_succeeded':
    case 'special':
      return values[0] ?? null;
    case 'default':
      // Lists of things on different nodes become one list.
      return values.every((value) => Array.isArray(value)) ? values.flat() : (values[0] ?? null);
    default:
      return policy satisfies never;
  }
}

/** Integers come as the caller asked for them (number, bigint or text); the sum goes back in the same form. */
function fold(values: readonly Raw[], step: (a: bigint, b: bigint) => bigint): Raw {
  const first = values[0];
  const result = values.map(toBigInt).reduce(step);
  return typeof first === 'bigint' ? result : typeof first === 'string' ? String(result) : Number(result);
}

function elementwise(values: readonly Raw[], step: (a: bigint, b: bigint) => bigint): Raw {
  const [first] = values;
  if (!Array.isArray(first)) return fold(values, step);
  return first.map((_, at) =>
    fold(
      values.map((value) => (Array.isArray(value) ? (value[at] ?? 0) : 0)),
      step,
    ),
  );
}

function toBigInt(value: Raw): bigint {
  return typeof value === 'bigint' ? value : BigInt(typeof value === 'number' || typeof value === 'string' ? value : Number(value));
}
