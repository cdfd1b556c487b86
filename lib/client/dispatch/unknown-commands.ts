import { CommandRefusedError, ReplyError } from '../../errors.js';
import { keysAreKnown } from '../../protocol/catalog/keys.js';
import { learntSpec } from '../../protocol/catalog/learnt-spec.js';
import { command } from '../../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, DECODE_BUFFERS, type Decode } from '../../protocol/command-spec.js';
import { classify } from '../../protocol/resp/reply-error.js';
import type { View } from '../view.js';
import type { CallFactory } from './call-factory.js';

const COMMAND_INFO = command('COMMAND INFO');
const COMMAND_GETKEYS = command('COMMAND GETKEYS');

/** Facts of commands that our table does not have, learnt from the servers. */
export class UnknownCommands {
  /** Specs by name; null: the server does not know the command either. */
  readonly #learnt = new Map<string, Promise<CommandSpec | null>>();

  constructor(private readonly callFactory: Pick<CallFactory, 'submit'>) {}

  /** The facts of one call. Where the server describes the keys only in part, it is asked which of these arguments they are. */
  async specOf(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec> {
    const learnt = await this.#learn(spec, view);
    // The server will say so itself.
    if (learnt === null) return { ...spec, arity: -1, flags: 0 };
    return keysAreKnown(learnt) ? learnt : this.#locateKeys(learnt, args, view);
  }

  /** Asks once a name. Where the question of another caller failed, which had that caller's signal and deadline, this caller asks again. */
  async #learn(spec: CommandSpec, view: View): Promise<CommandSpec | null> {
    const asked = this.#learnt.get(spec.name);
    if (asked !== undefined) {
      try {
        return await asked;
      } catch {
        if (this.#learnt.get(spec.name) !== undefined) return this.#learn(spec, view);
      }
    }
    const decode: Decode<CommandSpec | null> = (raw) => learntSpec(spec, Array.isArray(raw) ? (raw[0] ?? null) : null);
    // A subcommand's entry is named `container|subcommand`.
    const learnt = this.callFactory.submit(
      COMMAND_INFO,
      [spec.name.replace(' ', '|')],
      decode,
      view.withMode(0),
    ) as Promise<CommandSpec | null>;
    this.#learnt.set(spec.name, learnt);
    // A name the server does not know must not stay: a module may be loaded later, and names come from callers.
    learnt.then(
      (known) => known === null && this.#learnt.delete(spec.name),
      () => this.#learnt.delete(spec.name),
    );
    return learnt;
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
