import { createHash } from 'node:crypto';
import { Failure, type ReplyValue } from '../resp.js';
import type { CommandCall } from './command-call.js';

/** What a script can do. */
interface ScriptContext {
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** As `redis.call`: an error ends the script. */
  call(...words: string[]): ReplyValue;
}

/** A script: it runs as a whole, and nobody sees what it is made of. */
type ScriptFunction = (context: ScriptContext) => ReplyValue;

export interface Script {
  readonly sha: string;
  readonly run: ScriptFunction;
  /** Flags of its shebang, `#!lua flags=no-writes`; null: it has none. */
  readonly flags: readonly string[] | null;
}

const shas = new Map<string, string>();

export function shaOf(text: string): string {
  let sha = shas.get(text);
  if (sha === undefined) {
    sha = createHash('sha1').update(text, 'latin1').digest('hex');
    shas.set(text, sha);
  }
  return sha;
}

/** The scripts that servers know, which run no Lua: by the name that the first line of a script says, in a comment: `-- append`. */
const functions: Readonly<Record<string, ScriptFunction>> = {
  append: ({ keys: [key = ''], args: [text = ''], call }) => call('APPEND', key, text),
  add: ({ keys: [key = ''], args: [amount = ''], call }) => call('INCRBY', key, amount),
  read: ({ keys: [key = ''], call }) => call('GET', key),
  swap: ({ keys: [key = ''], args: [text = ''], call }) => {
    const before = call('GET', key);
    call('SET', key, text);
    return before;
  },
};

/** The scripts that a server has seen. They are gone when it ends. */
export class ScriptCache {
  readonly #bySha = new Map<string, Script>();

  /** Throws what the server answers to a script that does not compile. */
  load(text: string): Script {
    const sha = shaOf(text);
    const known = this.#bySha.get(sha);
    if (known !== undefined) return known;
    const lines = text.split('\n');
    const flags = lines[0]?.startsWith('#!') === true ? (/flags=(\S*)/.exec(lines.shift() ?? '')?.[1] ?? '').split(',') : null;
    const run = functions[/^--\s*(\S+)/.exec(lines[0] ?? '')?.[1] ?? ''];
    if (run === undefined)
      throw new Failure(`ERR Error compiling script (new function): no function of the model has the name in '${lines[0]}'`);
    const script = { sha, run, flags };
    this.#bySha.set(sha, script);
    return script;
  }

  get(sha: string): Script | undefined {
    return this.#bySha.get(sha.toLowerCase());
  }

  clear(): void {
    this.#bySha.clear();
  }
}

/** Runs a script as a part of a command. */
export function runScript(
  call: CommandCall,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
  isReadonly: boolean,
): ReplyValue {
  const { server, session } = call;
  const forbidsWrites = isReadonly || script.flags?.includes('no-writes') === true;
  const stale = script.flags?.includes('allow-stale') === true ? null : server.replication.stale(session);
  if (stale !== null) return stale;
  if (script.flags !== null && !forbidsWrites && server.replication.readOnly(session) !== null) {
    return new Failure('READONLY Can not run script with write flag on readonly replica.');
  }
  // Behind the line with the name each call has a line of its own.
  let line = 1;
  const context: ScriptContext = {
    keys,
    args,
    call: (...words) => {
      words[0] = words[0]?.toUpperCase() ?? '';
      line++;
      const where = server.dialect.inScript(script.sha, line);
      const failure = refusalInScript(call, words, forbidsWrites);
      if (failure !== null) throw new Failure(failure.text + where);
      const rule = server.rules.get(words[0]);
      if (rule === undefined) throw new Failure(`ERR Unknown Redis command called from script${where}`);
      const part = server.run(session, words, rule, 'script');
      call.include(part);
      if (part.reply instanceof Failure) throw new Failure(part.reply.text + where);
      return part.reply as ReplyValue; // nothing blocks in a script
    },
  };
  try {
    return script.run(context);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** https://github.com/redis/redis/blob/7.2/src/script.c (`scriptCall`) */
function refusalInScript({ server, session }: CommandCall, words: readonly string[], forbidsWrites: boolean): Failure | null {
  const rule = server.rules.get(words[0] ?? '');
  if (rule === undefined) return null;
  if (rule.arity >= 0 ? words.length !== rule.arity : words.length < -rule.arity) {
    return new Failure('ERR Wrong number of args calling Redis command from script');
  }
  if (rule.noScript) return new Failure('ERR This Redis command is not allowed from script');
  if (rule.kind !== 'write') return null;
  if (forbidsWrites) return new Failure('ERR Write commands are not allowed from read-only scripts.');
  const { replication } = server;
  if (server.isOutOfMemory && rule.deniesMemory) return new Failure("OOM command not allowed when used memory > 'maxmemory'.");
  return replication.readOnly(session) ?? replication.lacksReplicas(session);
}
