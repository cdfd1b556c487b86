import assert from 'node:assert/strict';
import { LeasedCommands } from '../../../lib/api/leased-commands.js';
import type { MODE, Mode } from '../../../lib/commands/mode.js';
import type { Arg, CommandSpec, Decode, Raw } from '../../../lib/protocol/command-spec.js';
import { methodName } from '../../../scripts/method-name.js';
import { documentedWords } from './documented-words.js';

export { methodName };

/** What a method would send, and what it would make of a reply. */
export interface Recorded<T> {
  readonly spec: CommandSpec;
  readonly words: readonly Arg[];
  readonly reply: (raw: Raw, mode?: number) => T;
}

interface Recording extends Mode {
  readonly text: string;
  readonly integer: number;
  readonly out: Recorded<this['reply']>;
}

/** Recorder with every command, those of leases too, each answered by a record of itself. */
export class Recorder extends LeasedCommands {
  declare readonly [MODE]: Recording;

  protected override run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Recorded<T> {
    // A method without a decoder promises that the raw reply is the typed one.
    const reply = (raw: Raw, mode = 0) => (decode === undefined ? (raw as T) : decode(raw, args, mode));
    return { spec, words: [...spec.name.split(' '), ...args], reply };
  }

  protected override refuse(error: unknown): never {
    throw error;
  }
}

/** A call and its words on the wire: split at spaces, or one by one where an argument is bytes or has a space. */
export type WireCase = readonly [call: (redis: Recorder) => Recorded<unknown>, words: string | readonly Arg[]];

/** A call, the raw reply (RESP2, RESP3 or both alike), and what the caller gets. */
export type ReplyCase = readonly [call: (redis: Recorder) => Recorded<unknown>, raw: Raw, reply: unknown];

/** Checks the words of each call, their number against the command's arity, and that every method of the group is called with every option. */
export function describeWire(group: { readonly name: string; readonly prototype: object }, cases: readonly WireCase[]): void {
  const redis = new Recorder();
  describe(`${group.name}: arguments`, () => {
    for (const [call, words] of cases) {
      it(`sends ${String(words)}`, () => {
        const { spec, words: sent } = call(redis);
        assert.deepEqual(typeof words === 'string' ? sent.map(String) : sent, typeof words === 'string' ? words.split(' ') : words);
        assert.ok(spec.arity < 0 ? sent.length >= -spec.arity : sent.length === spec.arity, `the arity is ${spec.arity}`);
      });
    }
    it('has a case for every method', () => {
      const called = new Set(cases.map(([call]) => methodName(call(redis).spec.name)));
      const methods = Object.getOwnPropertyNames(group.prototype).filter((name) => name !== 'constructor');
      assert.deepEqual(
        methods.filter((name) => !called.has(name)),
        [],
      );
    });
    it('has a case for every option that a server documents', () => {
      const sent = new Map<string, Set<string>>();
      for (const [call] of cases) {
        const { spec, words } = call(redis);
        const seen = sent.get(spec.name) ?? new Set();
        sent.set(spec.name, seen);
        for (const word of words.slice(spec.words)) seen.add(String(word));
      }
      const missing = [...sent].flatMap(([name, words]) =>
        documentedWords(name)
          .filter((word) => !words.has(word))
          .map((word) => `${name}: ${word}`),
      );
      assert.deepEqual(missing, []);
    });
  });
}

/** Checks what the callers get for a raw reply. */
export function describeReplies(group: { readonly name: string }, cases: readonly ReplyCase[]): void {
  const redis = new Recorder();
  describe(`${group.name}: replies`, () => {
    for (const [index, [call, raw, reply]] of cases.entries()) {
      const { spec, words, reply: decoded } = call(redis);
      it(`decodes case ${index + 1}, ${spec.name} ${words.slice(spec.words).map(String).join(' ')}`, () => {
        assert.deepEqual(decoded(raw), reply);
      });
    }
  });
}
