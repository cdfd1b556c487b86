import { OK } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import { endOf, wallText } from '../server-clock.js';
import { SYNTAX } from './arguments.js';

/** https://redis.io/docs/latest/commands/set/ */
export function set(call: CommandCall): Answer {
  const { server, db, key, words } = call;
  const value = call.word(2);
  if (words.length === 3) {
    db.put(key, value);
    call.changed(key, 'set', '$');
    return OK;
  }
  let condition: 'NX' | 'XX' | null = null;
  let end: number | 'keep' | undefined;
  let gets = false;
  for (let at = 3; at < words.length; at++) {
    const option = words[at]?.toUpperCase() ?? '';
    if ((option === 'NX' || option === 'XX') && (condition === null || condition === option)) condition = option;
    else if (option === 'GET') gets = true;
    else if (option === 'KEEPTTL' && end === undefined) end = 'keep';
    else if ((option === 'EX' || option === 'PX' || option === 'EXAT' || option === 'PXAT') && end === undefined && at + 1 < words.length) {
      end = endOf(server.now, option, words[++at], 'set');
    } else throw SYNTAX;
  }
  const before = gets ? (db.string(key) ?? null) : null;
  if (condition !== null && db.has(key) !== (condition === 'XX')) return gets ? before : null;
  db.put(key, value, end);
  if (typeof end === 'number') {
    // Without NX, XX and GET: a replica does it whatever it has.
    call.becomes(['SET', key, value, 'PXAT', wallText(end)]);
  } else if (gets) call.becomes(['SET', key, value, ...(end === 'keep' ? ['KEEPTTL'] : [])]);
  call.changed(key, 'set', '$');
  if (typeof end === 'number') server.keyspace.notify(db, key, 'expire', 'g');
  return gets ? before : OK;
}
