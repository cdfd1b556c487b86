import { CommandRefusedError, OptionsError } from '../../errors.js';
import { suggest } from '../../options/suggestion.js';
import type { TopologyOptions } from '../../options/topology.js';
import { COMMAND_TABLE } from '../../protocol/catalog/command-table.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import { command, findCommand } from '../../protocol/catalog/specs.js';
import { ADMIN, type Arg, BLOCKING, type CommandSpec, PUBSUB, READONLY, SCRIPT, WRITE } from '../../protocol/command-spec.js';
import { PROFILES } from './profiles.js';

const TRANSACTION: ReadonlySet<string> = new Set(['MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH']);

/** Categories of commands that an option may name. */
const CATEGORIES: Readonly<Record<string, (spec: CommandSpec) => boolean>> = {
  '@admin': ({ flags }) => (flags & ADMIN) !== 0,
  '@blocking': ({ flags }) => (flags & BLOCKING) !== 0,
  '@pubsub': ({ flags }) => (flags & PUBSUB) !== 0,
  '@read': ({ flags }) => (flags & READONLY) !== 0,
  '@scripting': ({ flags, name }) => (flags & SCRIPT) !== 0 || name.startsWith('SCRIPT ') || name.startsWith('FUNCTION '),
  '@transaction': ({ name }) => TRANSACTION.has(name),
  '@write': ({ flags }) => (flags & WRITE) !== 0,
};

/** Why a command is not sent, as the end of a sentence; null: it is sent. */
type Rule = (spec: CommandSpec, args: readonly Arg[]) => string | null;

/** Commands that are refused here instead of being sent, because a proxy would refuse them, or close the connection of everybody. */
export class RefusedCommands {
  private constructor(private readonly rule: Rule) {}

  /** Null: none is. Throws an `OptionsError` for a name that is none. */
  static of(topology: TopologyOptions): RefusedCommands | null {
    if (topology.kind !== 'endpoints') return null;
    const { refuses } = topology;
    if (typeof refuses === 'string') return new RefusedCommands(ruleOfProxy(refuses));
    return refuses.length === 0 ? null : new RefusedCommands(ruleOfNames(refuses));
  }

  /** Why nothing of this kind is subscribed to; null: it may be. */
  whyNotSubscribe(kind: keyof typeof SUBSCRIBE): CommandRefusedError | null {
    const { name } = SUBSCRIBE[kind];
    const why = this.rule(SUBSCRIBE[kind], []);
    return why === null ? null : new CommandRefusedError(`${name} is not sent: ${why}`, { command: name });
  }

  /** Throws a `CommandRefusedError` where the command is not to be sent. */
  check(spec: CommandSpec, args: readonly Arg[]): void {
    const why = this.rule(spec, args);
    if (why !== null) throw new CommandRefusedError(`${spec.name} is not sent: ${why}`, { command: spec.name });
  }
}

/** The commands that subscribe. */
const SUBSCRIBE = { channel: command('SUBSCRIBE'), pattern: command('PSUBSCRIBE'), shard: command('SSUBSCRIBE') };

function ruleOfProxy(name: keyof typeof PROFILES): Rule {
  const { does, takes, takesWith, refuses, withKey } = PROFILES[name];
  const why = `${name} ${does} (refuses: '${name}')`;
  const taken = takes === null ? null : new Set(takes);
  const counts = new Map(
    Object.entries(takesWith).flatMap(([count, names]) => names.map((each): [string, number] => [each, Number(count)])),
  );
  const isRefused = matcherOf(refuses);
  const needsKey = new Set(withKey);
  return (spec, args) => {
    const named = containerOf(spec);
    const count = counts.get(spec.name);
    if (count !== undefined) return args.length === count ? null : `${name} takes it with ${countText(count)} only (refuses: '${name}')`;
    if ((taken !== null && !taken.has(spec.name) && !taken.has(named)) || isRefused(spec)) return why;
    const lacksKey = needsKey.has(spec.name) && keyIndexes(spec, args).length === 0;
    return lacksKey ? `${name} takes it with a key only (refuses: '${name}')` : null;
  };
}

function countText(count: number): string {
  return count === 0 ? 'no argument' : count === 1 ? '1 argument' : `${count} arguments`;
}

function ruleOfNames(names: readonly string[]): Rule {
  for (const [at, name] of names.entries()) refuseUnknown(name, `endpoints(options).refuses[${at}]`);
  const isRefused = matcherOf(names);
  return (spec) => (isRefused(spec) ? 'the option refuses of endpoints() names it' : null);
}

function matcherOf(given: readonly string[]): (spec: CommandSpec) => boolean {
  const names = new Set(given.map((name) => name.toUpperCase()));
  const categories = given.flatMap((name) => CATEGORIES[name.toLowerCase()] ?? []);
  return (spec) => names.has(spec.name) || names.has(containerOf(spec)) || categories.some((has) => has(spec));
}

/** `CONFIG` of `CONFIG GET`. */
function containerOf({ name }: CommandSpec): string {
  const space = name.indexOf(' ');
  return space === -1 ? name : name.slice(0, space);
}

function refuseUnknown(name: string, path: string): void {
  if (name.startsWith('@')) {
    if (CATEGORIES[name.toLowerCase()] === undefined) throw new OptionsError(path, `one of ${Object.keys(CATEGORIES).join(', ')}`, name);
  } else if (findCommand(name) === undefined && !name.includes('.')) {
    // Those of modules have a dot, and are not in our table.
    throw new OptionsError(path, `unknown command ${JSON.stringify(name)}; ${suggest(name.toUpperCase(), Object.keys(COMMAND_TABLE))}`);
  }
}
