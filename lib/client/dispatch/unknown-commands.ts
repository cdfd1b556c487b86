import { CommandRefusedError, ReplyError } from '../../errors.js';
import { extrasOf } from '../../protocol/call-extras.js';
import type { CallTarget } from '../../protocol/call-target.js';
import { keysAreKnown } from '../../protocol/catalog/keys.js';
import { factsOfCall, type LearntCommand, learntCommand } from '../../protocol/catalog/learnt-spec.js';
import { command } from '../../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, DECODE_BUFFERS, type Decode } from '../../protocol/command-spec.js';
import { measure } from '../../protocol/resp/encoder.js';
import { classify } from '../../protocol/resp/reply-error.js';
import type { View } from '../view.js';
import type { CallFactory } from './call-factory.js';

const COMMAND_INFO = command('COMMAND INFO');
const COMMAND_GETKEYS = command('COMMAND GETKEYS');

/** Facts of commands that our table does not have, learnt from the servers. */
export class UnknownCommands {
  /** By the command's name and number of words; null: no server that was asked knows the command. */
  readonly #learnt = new Map<string, Promise<LearntCommand | null>>();

  constructor(
    private readonly callFactory: Pick<CallFactory, 'submit' | 'domains'>,
    /** One node of every shard of a cluster; empty where any node will do. */
    private readonly shards: () => readonly CallTarget[],
    /** Whether nobody is to be asked, because a proxy that is asked for COMMAND INFO may close the connection. */
    private readonly isPlain: () => boolean = () => false,
  ) {}

  /** The facts of one call. Where the server describes the keys only in part, it is asked which of these arguments they are. */
  async specOf(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec> {
    measure(spec, args);
    const learnt = this.isPlain() ? null : ((await this.#learn(spec, args, view)) ?? (await this.#learnElsewhere(spec, args, view)));
    if (learnt !== null) return keysAreKnown(learnt) ? learnt : this.#locateKeys(learnt, args, view);
    // Another node than those that were asked may know it, and would run it with keys that nobody has looked at.
    if (view.prefix !== null || view.domain !== null || this.callFactory.domains.hasPatterns) {
      const problem = 'no server that was asked knows this command, so that its keys are unknown, which a prefix, domain or guard needs';
      throw new CommandRefusedError(`${spec.name}: ${problem}`, { command: spec.name });
    }
    // The server will say so itself.
    return { ...spec, arity: -1, flags: 0 };
  }

  /** Asks once a name. Where the question of another caller failed, which had that caller's signal and deadline, this caller asks again. */
  async #learn(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec | null> {
    const id = idOf(spec);
    const asked = this.#learnt.get(id);
    if (asked !== undefined) {
      try {
        const learnt = await asked;
        return learnt === null ? null : factsOfCall(learnt, args);
      } catch {
        if (this.#learnt.get(id) !== undefined) return this.#learn(spec, args, view);
      }
    }
    const answer = this.#ask(spec, view, null);
    this.#learnt.set(id, answer);
    // A name the server does not know must not stay: a module may be loaded later, and names come from callers.
    answer.then(
      (known) => known === null && this.#learnt.delete(id),
      () => this.#learnt.delete(id),
    );
    const learnt = await answer;
    return learnt === null ? null : factsOfCall(learnt, args);
  }

  /** While a cluster is upgraded, some of its nodes know more commands than others. */
  async #learnElsewhere(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec | null> {
    const answers = await Promise.allSettled(this.shards().map((target) => this.#ask(spec, view, target)));
    for (const answer of answers) {
      if (answer.status === 'rejected' || answer.value === null) continue;
      const facts = factsOfCall(answer.value, args);
      if (facts === null) continue;
      this.#learnt.set(idOf(spec), Promise.resolve(answer.value));
      return facts;
    }
    return null;
  }

  #ask(spec: CommandSpec, view: View, target: CallTarget | null): Promise<LearntCommand | null> {
    const decode: Decode<LearntCommand | null> = (raw) => learntCommand(spec, Array.isArray(raw) ? (raw[0] ?? null) : null);
    // A subcommand's entry is named `container|subcommand`.
    const name = spec.words === 2 ? spec.name.replace(' ', '|') : spec.name;
    const extras = target === null ? null : extrasOf({ target });
    return this.callFactory.submit(COMMAND_INFO, [name], decode, view.withMode(0), extras) as Promise<LearntCommand | null>;
  }

  /** https://redis.io/docs/latest/commands/command-getkeys/ */
  async #locateKeys(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec> {
    let keys: string[] = [];
    try {
      const reply = await this.callFactory.submit(COMMAND_GETKEYS, [...spec.name.split(' '), ...args], null, view.withMode(DECODE_BUFFERS));
      if (Array.isArray(reply)) keys = reply.map(latin1Text);
    } catch (error) {
      if (!(error instanceof ReplyError && classify(error) === 'no-keys')) throw error;
    }
    const indexes = keyPositions(keys, args.map(latin1Text));
    // Where a key stands does not matter to routing, which goes by its name.
    if (indexes === null && view.prefix !== null) {
      const problem = 'one of its keys is also another of its arguments, and the server does not say which of them gets the key prefix';
      throw new CommandRefusedError(`${spec.name}: ${problem}`, { command: spec.name });
    }
    const found = indexes ?? keys.map((key) => args.map(latin1Text).indexOf(key));
    const at = (index: number): CommandSpec['keySpecs'][number] => ({
      begin: { index: index + spec.words },
      find: { last: 0, step: 1, limit: 0 },
    });
    return { ...spec, firstKey: found.length === 0 ? -1 : -2, keySpecs: found.map(at) };
  }
}

const idOf = ({ words, name }: CommandSpec): string => `${words} ${name}`;

/** Indexes of the keys; null where a key looks like an argument that is none. */
function keyPositions(keys: readonly string[], words: readonly string[]): number[] | null {
  const wanted = new Set(keys);
  const places = words.flatMap((word, index) => (wanted.has(word) ? [index] : []));
  return places.length === keys.length ? places : null;
}

/** An argument or a key as what is sent, a character a byte. */
function latin1Text(arg: unknown): string {
  const bytes = ArrayBuffer.isView(arg) ? Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength) : Buffer.from(String(arg));
  return bytes.toString('latin1');
}
