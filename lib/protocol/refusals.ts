import type { ReplyError } from '../errors.js';
import type { Arg, CommandSpec } from './command-spec.js';
import { SCRIPT } from './command-spec.js';
import { scriptOf } from './script.js';

/**
 * Kind of what is run. `none`: no script. `plain`: a script without a `#!` line, whose writes the server checks one by one while it runs.
 * `declared`: a function, or a script with `#!`, whose flags tell the server before it runs whether it writes.
 * https://redis.io/docs/latest/develop/programmability/lua-api/#script_flags
 */
export type ScriptKind = 'none' | 'plain' | 'declared';

/**
 * Error reply that a server gives before it runs anything. `text`: its words, which have to be these where a script was called, because a
 * script may answer with any text; with the code ERR they have to be these in any case. `scripts`: of which scripts the words prove it; of
 * the others they may come from the inside, by `redis.pcall`.
 */
interface Refusal {
  readonly code: string;
  readonly text: RegExp;
  readonly scripts: 'all' | 'declared' | 'none';
  /** File and function of the server, the same in Redis 7 and 8 and in Valkey 9 where no other is named. */
  readonly source: string;
}

// A script's own error ends in ` script: <sha1>, on @user_script:1.`, so the words are matched to the end.
export const REFUSALS: readonly Refusal[] = [
  { code: 'NOAUTH', text: /^NOAUTH Authentication required\.$/, scripts: 'all', source: 'server.c:processCommand' },
  {
    code: 'NOPERM',
    text: /^NOPERM (?:(?:this user|User \S+) has no permissions to (?:run the '[^']+' command|access one of the \w+ used as arguments)|No permissions to access a \w+)$/,
    scripts: 'all',
    source: 'server.c:processCommand, acl.c:getAclErrorMessage',
  },
  { code: 'WRONGPASS', text: /^WRONGPASS /, scripts: 'none', source: 'acl.c:authCommand, networking.c:helloCommand' },
  { code: 'NOPROTO', text: /^NOPROTO /, scripts: 'none', source: 'networking.c:helloCommand' },
  { code: 'DENIED', text: /^DENIED /, scripts: 'none', source: 'networking.c:clientAcceptHandler' },
  { code: 'MOVED', text: /^MOVED \d+ \S+$/, scripts: 'all', source: 'cluster.c:getNodeByQuery, clusterRedirectClient' },
  { code: 'ASK', text: /^ASK \d+ \S+$/, scripts: 'all', source: 'cluster.c:getNodeByQuery, clusterRedirectClient' },
  { code: 'TRYAGAIN', text: /^TRYAGAIN /, scripts: 'all', source: 'cluster.c:getNodeByQuery, clusterRedirectClient' },
  { code: 'CROSSSLOT', text: /^CROSSSLOT /, scripts: 'all', source: 'cluster.c:getNodeByQuery, clusterRedirectClient' },
  { code: 'CLUSTERDOWN', text: /^CLUSTERDOWN /, scripts: 'all', source: 'cluster.c:getNodeByQuery, clusterRedirectClient' },
  { code: 'REDIRECT', text: /^REDIRECT \S+$/, scripts: 'declared', source: 'Valkey: server.c:processCommand' },
  {
    code: 'OOM',
    text: /^OOM (?:command not allowed when used memory > 'maxmemory'\.|allow-oom flag is not set on the script)/,
    scripts: 'declared',
    source: 'server.c:processCommand, script.c:scriptPrepareForRun',
  },
  // Not the words about the AOF: its state may change while a script runs. That of the RDB file changes between commands.
  {
    code: 'MISCONF',
    text: /^MISCONF \S+ is configured to save RDB snapshots, [^@]*$/,
    scripts: 'declared',
    source: 'server.c:processCommand, script.c:scriptPrepareForRun',
  },
  { code: 'NOREPLICAS', text: /^NOREPLICAS Not enough good \w+ to write\.$/, scripts: 'declared', source: 'server.c:processCommand' },
  {
    code: 'READONLY',
    text: /^READONLY You can't write against a read only \w+\.$/,
    scripts: 'declared',
    source: 'server.c:processCommand',
  },
  { code: 'MASTERDOWN', text: /^MASTERDOWN Link with \w+ is down/, scripts: 'all', source: 'server.c:processCommand' },
  { code: 'LOADING', text: /^LOADING /, scripts: 'all', source: 'server.c:processCommand' },
  { code: 'BUSY', text: /^BUSY /, scripts: 'all', source: 'server.c:processCommand' },
  { code: 'NOSCRIPT', text: /^NOSCRIPT No matching script\b/, scripts: 'all', source: 'eval.c:evalGenericCommand' },
  { code: 'EXECABORT', text: /^EXECABORT /, scripts: 'none', source: 'multi.c:execCommand, execCommandAbort' },
  { code: 'UNBLOCKED', text: /^UNBLOCKED /, scripts: 'none', source: 'blocked.c:unblockClientOnError, networking.c:clientCommand' },
  { code: 'ERR', text: /^ERR unknown (?:sub)?command\b/i, scripts: 'all', source: 'server.c:commandCheckExistence' },
  // From the inside of a script the same words come without any mark by `redis.pcall`.
  { code: 'ERR', text: /^ERR wrong number of arguments for /i, scripts: 'none', source: 'server.c:commandCheckArity' },
  { code: 'ERR', text: /^ERR Command .*not allowed inside a transaction/, scripts: 'all', source: 'server.c:processCommand' },
  { code: 'ERR', text: /^ERR \S+ command not allowed\. If /, scripts: 'none', source: 'server.c:processCommand' },
  { code: 'ERR', text: /^ERR Can't execute '[^']+': only /, scripts: 'none', source: 'server.c:processCommand' },
  { code: 'ERR', text: /^ERR max number of clients/, scripts: 'none', source: 'networking.c:acceptCommonHandler' },
  { code: 'ERR', text: /^ERR Protocol error/, scripts: 'none', source: 'networking.c:processMultibulkBuffer' },
  { code: 'ERR', text: /^ERR Error compiling script/, scripts: 'all', source: 'eval.c:luaCreateFunction' },
  { code: 'ERR', text: /^ERR Function not found$/, scripts: 'all', source: 'functions.c:fcallCommandGeneric' },
  {
    code: 'ERR',
    text: /^ERR Can not (?:run script|execute a script with write flag)[^@]*$/,
    scripts: 'all',
    source: 'script.c:scriptPrepareForRun',
  },
];

const byCode = new Map<string, readonly Refusal[]>();
for (const refusal of REFUSALS) byCode.set(refusal.code, [...(byCode.get(refusal.code) ?? []), refusal]);

/** Whether the reply, at the top and not among the replies of a transaction, proves that nothing was run. */
export function provesNothingRan({ code, message }: ReplyError, script: ScriptKind): boolean {
  const refusals = byCode.get(code);
  if (refusals === undefined) return false;
  // Proxies and older servers have other words; their codes mean the same.
  if (script === 'none' && code !== 'ERR') return true;
  return refusals.some(({ scripts, text }) => isAmong(script, scripts) && text.test(message));
}

function isAmong(script: ScriptKind, scripts: Refusal['scripts']): boolean {
  return script === 'none' || scripts === 'all' || (script === 'declared' && scripts === 'declared');
}

/** What a server puts behind its words where a script met them. */
const FROM_INSIDE = / script: .*on @user_(?:script|function):\d+\.$/;

/** Whether the words of the reply to a script are those of a server, from before the script ran or from its inside. */
export function isServersWord({ code, message }: ReplyError): boolean {
  const words = message.replace(FROM_INSIDE, '');
  return byCode.get(code)?.some(({ scripts, text }) => scripts !== 'none' && text.test(words)) === true;
}

export function scriptKindOf(spec: CommandSpec, args: readonly Arg[]): ScriptKind {
  if ((spec.flags & SCRIPT) === 0) return 'none';
  if (spec.name.startsWith('FCALL')) return 'declared';
  const script = scriptOf(spec);
  if (script !== null) return script.lua.startsWith('#!') ? 'declared' : 'plain';
  return !spec.name.startsWith('EVALSHA') && startsWithShebang(args[0]) ? 'declared' : 'plain';
}

function startsWithShebang(text: Arg | undefined): boolean {
  if (typeof text === 'string') return text.startsWith('#!');
  return text instanceof Uint8Array && text[0] === 0x23 && text[1] === 0x21;
}
