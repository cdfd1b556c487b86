import assert from 'node:assert/strict';
import { ConnectionLostError } from '../../../lib/errors.js';
import { type Said, saidOf } from '../../../lib/pool/client-list.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';

/** A line of Redis 7.0, with some fields replaced. */
function line(fields: Readonly<Record<string, string | null>> = {}): string {
  const all = {
    id: '7',
    addr: '127.0.0.1:45678',
    laddr: '127.0.0.1:6379',
    fd: '8',
    name: '',
    age: '60',
    idle: '0',
    flags: 'N',
    db: '0',
    sub: '0',
    psub: '0',
    ssub: '0',
    multi: '-1',
    qbuf: '26',
    'qbuf-free': '20448',
    'argv-mem': '10',
    'multi-mem': '0',
    rbs: '1024',
    rbp: '0',
    obl: '0',
    oll: '0',
    omem: '0',
    'tot-mem': '22298',
    events: 'r',
    cmd: 'client|list',
    user: 'default',
    redir: '-1',
    resp: '3',
    ...fields,
  };
  return `${Object.entries(all)
    .flatMap(([name, value]) => (value === null ? [] : `${name}=${value}`))
    .join(' ')}\n`;
}

const cases: readonly (readonly [name: string, answer: Raw | Error, said: Said])[] = [
  ['no line', '', 'gone'],
  ['an empty line', '\n', 'gone'],
  ['a connection that was heard now', line(), 'heard'],
  ['a connection that was heard two seconds ago', line({ idle: '2' }), 'heard'],
  ['a connection that was not heard for longer', line({ idle: '3' }), 'unheard'],
  ['a connection that was not heard for an hour', line({ idle: '3600' }), 'unheard'],
  ['a connection that is blocked', line({ idle: '30', flags: 'b' }), 'working'],
  ['a connection that is blocked in RESP3 with tracking', line({ idle: '30', flags: 'tb' }), 'working'],
  ['a connection by a server that counts no idle time', line({ idle: null }), 'working'],
  ['a connection whose name looks like fields', line({ idle: '30', name: 'idle' }), 'unheard'],
  ['a refusal of a busy server', parseReplyError('BUSY Redis is busy running a script.'), 'busy'],
  ['a refusal of a server that loads', parseReplyError('LOADING Redis is loading the dataset in memory'), 'busy'],
  ['a refusal of a right', parseReplyError("NOPERM User u has no permissions to run the 'client|list' command"), 'unknown'],
  ['a refusal of the ID, before 6.2', parseReplyError('ERR syntax error'), 'unknown'],
  ['no answer', new ConnectionLostError('broke'), 'unknown'],
  ['something else', ['id', 7], 'unknown'],
  ['a text that is no list', 'OK', 'unknown'],
  ['null', null, 'unknown'],
];

describe('what a server says of a connection', () => {
  for (const [name, answer, said] of cases) it(`by ${name}: ${said}`, () => assert.equal(saidOf(answer), said));
});
