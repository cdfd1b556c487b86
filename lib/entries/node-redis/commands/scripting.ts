import type { RedisArgument as Arg, RedisVariadicArgument as Args, Words } from '../command-parser.js';
import { entriesOf, list, map, mapOf, record } from '../replies/aggregates.js';
import { anything, type Blob, command, integers, ok, raw, shape, text } from './command.js';

/** Keys and arguments of a script or function. */
export interface EvalOptions {
  keys?: readonly Arg[];
  arguments?: readonly Arg[];
}

function evalWords(words: Words, script: Arg, options?: EvalOptions): Words {
  return words
    .push(script)
    .pushKeysLength(options?.keys ?? [])
    .pushVariadic(options?.arguments ?? []);
}

const libraries = list(record({ functions: list(map<unknown>()) }));
type FlushMode = 'ASYNC' | 'SYNC';

const functionStats = record({
  running_script: map<unknown>(),
  engines: shape((reply, _, mapping) => mapOf(reply, mapping, (it) => Object.fromEntries(entriesOf(it)))),
});

/** Scripts and functions. */
export const scripting = {
  eval: command('EVAL', evalWords, anything),
  evalRo: command('EVAL_RO', evalWords, anything),
  evalSha: command('EVALSHA', evalWords, anything),
  evalShaRo: command('EVALSHA_RO', evalWords, anything),
  fCall: command('FCALL', evalWords, anything),
  fCallRo: command('FCALL_RO', evalWords, anything),
  functionDelete: command('FUNCTION DELETE', (w, library: Arg) => w.push(library), ok),
  functionDump: command('FUNCTION DUMP', () => undefined, text),
  functionFlush: command('FUNCTION FLUSH', (w, mode?: FlushMode) => w.maybe(mode), ok),
  functionKill: command('FUNCTION KILL', () => undefined, ok),
  functionList: command(
    'FUNCTION LIST',
    (w, options?: { LIBRARYNAME?: Arg }) => w.text('LIBRARYNAME', options?.LIBRARYNAME || undefined),
    libraries,
  ),
  functionListWithCode: command(
    'FUNCTION LIST',
    (w, options?: { LIBRARYNAME?: Arg }) => w.text('LIBRARYNAME', options?.LIBRARYNAME || undefined).push('WITHCODE'),
    libraries,
  ),
  functionLoad: command(
    'FUNCTION LOAD',
    (w, code: Arg, options?: { REPLACE?: boolean }) => w.flag('REPLACE', options?.REPLACE).push(code),
    text,
  ),
  functionRestore: command(
    'FUNCTION RESTORE',
    (w, dump: Arg, options?: { mode?: 'FLUSH' | 'APPEND' | 'REPLACE' }) => w.push(dump).maybe(options?.mode),
    ok,
  ),
  functionStats: command('FUNCTION STATS', () => undefined, functionStats),
  scriptExists: command('SCRIPT EXISTS', (w, sha1: Args) => w.pushVariadic(sha1), integers),
  scriptFlush: command('SCRIPT FLUSH', (w, mode?: FlushMode) => w.maybe(mode), ok),
  scriptKill: command('SCRIPT KILL', () => undefined, ok),
  scriptLoad: command('SCRIPT LOAD', (w, script: Arg) => w.push(script), raw<Blob>()),
};
