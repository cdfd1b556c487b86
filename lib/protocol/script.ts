import { ArgumentError } from '../errors.js';
import { disregard } from '../util/user-function.js';
import { command } from './catalog/specs.js';
import { type Arg, type CommandSpec, type Decode, type Raw, SPECIAL } from './command-spec.js';

/** Options of `defineScript`. `N`: how many keys, `number` where it differs from call to call. */
export interface ScriptOptions<N extends number = number, Reply = Raw> {
  /** The script's text. Every key it touches must be one of `KEYS`. */
  readonly lua: string;
  /** How many keys a call names. Default: any number. */
  readonly keys?: N;
  /** The script only reads: replicas may run it, where the call's reads may go there. Needs Redis 7.0 or Valkey. Default false. */
  readonly readonly?: boolean;
  /** Turns the reply into what the caller gets. Default: the reply as it came; a RESP3 map, which a script must ask for, is a flat list. */
  readonly reply?: (raw: Raw) => Reply;
}

/** A script that `redis.script()` runs. Make it once, where the program begins: it belongs to no client. */
export interface Script<N extends number = number, Reply = Raw> {
  readonly lua: string;
  /** SHA-1 of the text in hex, by which servers know the script. */
  readonly sha1: string;
  readonly keys: N | undefined;
  readonly readonly: boolean;
  readonly reply: ((raw: Raw) => Reply) | null;
  /** EVALSHA, or EVALSHA_RO, marked so that it is sent by way of `ScriptCache`. */
  readonly spec: CommandSpec;
  /** EVAL, or EVAL_RO. */
  readonly evalSpec: CommandSpec;
}

const EVAL = command('EVAL');
const EVAL_RO = command('EVAL_RO');
const EVALSHA = command('EVALSHA');
const EVALSHA_RO = command('EVALSHA_RO');

/** Scripts of the other build of this package or of another copy of it, as our own. */
const adopted = new WeakMap<object, Script<number, unknown>>();

// A script travels as the facts of a command of its own, so that pipelines and transactions need to know nothing about scripts.
const scripts = new WeakMap<CommandSpec, Script<number, unknown>>();

/** A script of checked options: `defineScript` of lib/api. */
export function newScript<const N extends number = number, Reply = Raw>(options: ScriptOptions<N, Reply>): Script<N, Reply> {
  const { lua, keys, readonly = false, reply = null } = options;
  const base = readonly ? EVALSHA_RO : EVALSHA;
  const script: Script<N, Reply> = Object.freeze({
    lua,
    // Loaded only in a program that defines a script, as node:tls is only where it is used.
    sha1: process.getBuiltinModule('node:crypto').createHash('sha1').update(lua).digest('hex'),
    keys,
    readonly,
    reply,
    spec: Object.freeze({ ...base, flags: base.flags | SPECIAL }),
    evalSpec: readonly ? EVAL_RO : EVAL,
  });
  scripts.set(script.spec, script);
  return script;
}

/** The script as one of ours. One that the other build of this package made, or another copy of it, has facts that say nothing here. */
export function ownScript<N extends number, Reply>(script: Script<N, Reply>): Script<N, Reply> {
  if (scripts.has(script.spec)) return script;
  let own = adopted.get(script) as Script<N, Reply> | undefined;
  if (own === undefined) {
    const { lua, keys, readonly, reply } = script;
    own = newScript<N, Reply>({ lua, readonly, ...(keys === undefined ? {} : { keys }), ...(reply === null ? {} : { reply }) });
    adopted.set(script, own);
  }
  return own;
}

/** `sha1 numkeys key … arg …`. Throws where the number of keys is not that of the definition. */
export function evalshaArgs(script: Script<number, unknown>, keys: readonly Arg[], args: readonly Arg[]): Arg[] {
  if (script.keys !== undefined && keys.length !== script.keys) {
    const { name } = script.spec;
    throw new ArgumentError(`${name}: argument 2 must be a list of ${script.keys} keys for this script, got ${keys.length}`, {
      command: name,
    });
  }
  return [script.sha1, keys.length, ...keys, ...args];
}

/** Decoder of the script's replies; undefined: they stay as they came. */
export function replyDecoder<Reply>({ reply }: Script<number, Reply>): Decode<Reply> | undefined {
  if (reply === null) return undefined;
  return (raw) => {
    const result = reply(raw);
    // A promise, which in the list of a pipeline nobody may look at.
    if (typeof result === 'object') disregard(result);
    return result;
  };
}

/** The script behind a command made by `defineScript`. */
export function scriptOf(spec: CommandSpec): Script<number, unknown> | null {
  return scripts.get(spec) ?? null;
}

/** The command with the script's text instead of its SHA-1, which the server may have forgotten. Other commands stay as they are. */
export function asText<S extends { readonly spec: CommandSpec; readonly args: readonly Arg[] }>(step: S): S {
  const script = scriptOf(step.spec);
  return script === null ? step : { ...step, spec: script.evalSpec, args: [script.lua, ...step.args.slice(1)] };
}
