import { ReplyError } from '../errors.js';
import type { Raw } from '../protocol/command-spec.js';

/**
 * What a server says of a connection of ours when it is asked over another one.
 *
 * | word | means |
 * |---|---|
 * | gone | it has no such connection |
 * | busy | it runs a script or loads its data: it lives, and answers nobody |
 * | working | it works on a command of that connection beside others, or holds it back |
 * | heard | bytes of a large command still arrive there |
 * | unheard | it has the connection, and got nothing from there for longer than we have been waiting |
 * | unknown | it does not say |
 */
export type Said = 'gone' | 'busy' | 'working' | 'heard' | 'unheard' | 'unknown';

/** Nothing is written to a stalled connection, but the rest of what is on its way. Servers count whole seconds, and 3 s of silence are longer. */
const HEARD_IDLE_S = 2;
/** https://redis.io/docs/latest/commands/script-kill/, https://redis.io/docs/latest/commands/info/ (loading) */
const BUSY_CODES: ReadonlySet<string> = new Set(['BUSY', 'LOADING']);

/** Reads the answer to `CLIENT LIST ID <id>`: https://redis.io/docs/latest/commands/client-list/ */
export function saidOf(answer: Raw | Error): Said {
  if (answer instanceof Error) return answer instanceof ReplyError && BUSY_CODES.has(answer.code) ? 'busy' : 'unknown';
  if (typeof answer !== 'string') return 'unknown';
  if (answer.trim() === '') return 'gone';
  if (!/(?:^|\s)id=/.test(answer)) return 'unknown';
  const [, flags = ''] = /\sflags=(\S*)/.exec(answer) ?? [];
  // `b`: the client waits in a blocking operation, which a module that works in a thread and CLIENT PAUSE count as.
  if (flags.includes('b')) return 'working';
  const [, idle] = /\sidle=(\d+)/.exec(answer) ?? [];
  return idle === undefined ? 'working' : Number(idle) <= HEARD_IDLE_S ? 'heard' : 'unheard';
}
