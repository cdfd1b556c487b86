import type { HandshakeConfig } from '../../lib/connection/handshake.js';

export const plain: HandshakeConfig = { protocol: 3, credentials: null, database: 0, clientName: null, readonly: false };

/** Configuration, protocol of the attempt, and what is sent before the two lines of CLIENT SETINFO. */
export const stepCases: readonly (readonly [
  name: string,
  config: Partial<HandshakeConfig>,
  resp3: readonly string[],
  resp2: readonly string[],
])[] = [
  ['nothing special', {}, ['HELLO 3'], []],
  ['a password', { credentials: { password: 'p' } }, ['HELLO 3 AUTH default p'], ['AUTH p']],
  ['a user', { credentials: { username: 'u', password: 'p' } }, ['HELLO 3 AUTH u p'], ['AUTH u p']],
  ['a name', { clientName: 'n' }, ['HELLO 3 SETNAME n'], ['CLIENT SETNAME n']],
  ['a database', { database: 5 }, ['HELLO 3', 'SELECT 5'], ['SELECT 5']],
  ['reads on replicas', { readonly: true }, ['HELLO 3', 'READONLY'], ['READONLY']],
  [
    'everything',
    { credentials: { username: 'u', password: 'p' }, clientName: 'n', database: 1, readonly: true },
    ['HELLO 3 AUTH u p SETNAME n', 'SELECT 1', 'READONLY'],
    ['AUTH u p', 'CLIENT SETNAME n', 'SELECT 1', 'READONLY'],
  ],
];

/** Configuration, and what is sent to a proxy that closes at HELLO. */
export const proxyStepCases: readonly (readonly [name: string, config: Partial<HandshakeConfig>, sent: readonly string[]])[] = [
  ['nothing special', {}, ['PING']],
  ['a password', { credentials: { password: 'p' } }, ['AUTH p', 'PING']],
  ['a user', { credentials: { username: 'u', password: 'p' } }, ['AUTH u p', 'PING']],
  ['a database', { database: 5 }, ['SELECT 5', 'PING']],
  ['a name, and reads on replicas', { clientName: 'n', readonly: true }, ['PING']],
];

/** What CLIENT ID is answered with, where HELLO was refused, and whether a proxy says so. */
export const proxyCases: readonly (readonly [reply: string, isProxy: boolean])[] = [
  ['ERR unknown command', true],
  ["ERR unknown command 'CLIENT'", true],
  ["unsupported command 'client'", true],
  ["ERR command 'CLIENT' is not allowed", true],
  // Servers before 5.0, and users without the right.
  ["ERR Unknown subcommand or wrong number of arguments for 'ID'. Try CLIENT HELP", false],
  ['ERR Syntax error, try CLIENT (LIST | KILL | GETNAME | SETNAME | PAUSE | REPLY)', false],
  ["NOPERM this user has no permissions to run the 'client' command", false],
  ['NOAUTH Authentication required.', false],
];

export interface JudgeCase {
  readonly name: string;
  readonly config?: Partial<HandshakeConfig>;
  /** Default 3. */
  readonly protocol?: 2 | 3;
  /** Error texts by the first words of the command they answer; everything else is OK. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly next: 'ready' | 'resp2' | 'fail';
  /** Of the error, with `fail`. */
  readonly code?: 'ERR_AUTH' | 'ERR_CONNECT' | 'ERR_DATABASE';
}

const user = { credentials: { username: 'u', password: 'p' } };
const noauth =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used';

export const judgeCases: readonly JudgeCase[] = [
  { name: 'everything answered', next: 'ready' },
  {
    name: 'SETINFO unknown, before 7.2',
    errors: { 'CLIENT SETINFO': 'ERR Unknown subcommand or wrong number of arguments' },
    next: 'ready',
  },
  {
    name: 'SETINFO not allowed',
    config: user,
    errors: { 'CLIENT SETINFO': "NOPERM User u has no permissions to run the 'client|setinfo' command" },
    next: 'ready',
  },
  {
    name: 'READONLY on a server without cluster',
    config: { readonly: true },
    errors: { READONLY: 'ERR This instance has cluster support disabled' },
    next: 'ready',
  },

  // HELLO is refused
  { name: 'HELLO unknown, before 6.0', errors: { HELLO: 'ERR unknown command `HELLO`, with args beginning with: `3`, ' }, next: 'resp2' },
  {
    name: 'HELLO unknown, in another wording',
    errors: { HELLO: "ERR unknown command 'HELLO', with args beginning with: '3'" },
    next: 'resp2',
  },
  { name: 'HELLO unknown to a proxy', errors: { HELLO: 'ERR Syntax error' }, next: 'resp2' },
  { name: 'HELLO unknown without a code', errors: { HELLO: 'unsupported' }, next: 'resp2' },
  { name: 'HELLO renamed away', errors: { HELLO: 'ERR command is disabled' }, next: 'resp2' },
  { name: 'RESP3 not spoken', errors: { HELLO: 'NOPROTO unsupported protocol version' }, next: 'resp2' },
  {
    name: 'HELLO not allowed',
    config: user,
    errors: { HELLO: "NOPERM User u has no permissions to run the 'hello' command" },
    next: 'resp2',
  },
  { name: 'HELLO unknown, with a user', config: user, errors: { HELLO: 'ERR unknown command' }, next: 'resp2' },
  // What follows a HELLO that was to log in fails too; the retry by RESP2 tells the truth.
  {
    name: 'HELLO not allowed, so nothing else either',
    config: { ...user, database: 1 },
    errors: {
      HELLO: 'ERR unknown command',
      SELECT: 'NOAUTH Authentication required.',
      'CLIENT SETINFO': 'NOAUTH Authentication required.',
    },
    next: 'resp2',
  },

  // Credentials are refused
  {
    name: 'a wrong password',
    config: user,
    errors: { HELLO: 'WRONGPASS invalid username-password pair or user is disabled.' },
    next: 'fail',
    code: 'ERR_AUTH',
  },
  { name: 'no password where one is wanted', errors: { HELLO: noauth }, next: 'fail', code: 'ERR_AUTH' },
  { name: 'no password where predixy wants one', errors: { HELLO: 'ERR auth permission deny' }, next: 'fail', code: 'ERR_AUTH' },
  {
    name: 'a wrong password by RESP2',
    config: user,
    protocol: 2,
    errors: { AUTH: 'WRONGPASS invalid username-password pair or user is disabled.' },
    next: 'fail',
    code: 'ERR_AUTH',
  },
  {
    name: 'a wrong password before 6.0',
    config: user,
    protocol: 2,
    errors: { AUTH: 'ERR invalid password' },
    next: 'fail',
    code: 'ERR_AUTH',
  },
  {
    name: 'a user name before 6.0',
    config: user,
    protocol: 2,
    errors: { AUTH: "ERR wrong number of arguments for 'auth' command" },
    next: 'fail',
    code: 'ERR_AUTH',
  },
  {
    name: 'a password where none is wanted, by RESP2',
    config: { credentials: { password: 'p' } },
    protocol: 2,
    errors: {
      AUTH: 'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    },
    next: 'fail',
    code: 'ERR_AUTH',
  },
  {
    name: 'no password where one is wanted, by RESP2',
    protocol: 2,
    errors: { 'CLIENT SETINFO': 'NOAUTH Authentication required.' },
    next: 'fail',
    code: 'ERR_AUTH',
  },
  {
    name: 'no password where one is wanted, by RESP2 to a database',
    config: { database: 2 },
    protocol: 2,
    errors: { SELECT: 'NOAUTH Authentication required.' },
    next: 'fail',
    code: 'ERR_AUTH',
  },

  // The server is not ready, whatever it is asked
  ...[
    'LOADING Redis is loading the dataset in memory',
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'CLUSTERDOWN The cluster is down',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'ERR max number of clients reached',
    'ERR max number of clients + cluster connections reached',
    'ERR Too many connections',
  ].flatMap((text): JudgeCase[] => [
    { name: `HELLO refused with ${text}`, config: user, errors: { HELLO: text }, next: 'fail', code: 'ERR_CONNECT' },
    { name: `AUTH refused with ${text}`, config: user, protocol: 2, errors: { AUTH: text }, next: 'fail', code: 'ERR_CONNECT' },
    { name: `SELECT refused with ${text}`, config: { database: 1 }, errors: { SELECT: text }, next: 'fail', code: 'ERR_CONNECT' },
    { name: `SETINFO refused with ${text}`, errors: { 'CLIENT SETINFO': text }, next: 'ready' },
  ]),

  // Something else is refused
  {
    name: 'a database out of range',
    config: { database: 99 },
    errors: { SELECT: 'ERR DB index is out of range' },
    next: 'fail',
    code: 'ERR_DATABASE',
  },
  {
    name: 'a database in a cluster',
    config: { database: 1 },
    errors: { SELECT: 'ERR SELECT is not allowed in cluster mode' },
    next: 'fail',
    code: 'ERR_DATABASE',
  },
  {
    name: 'a database the user may not select',
    config: { ...user, database: 1 },
    errors: { SELECT: "NOPERM User u has no permissions to run the 'select' command" },
    next: 'fail',
    code: 'ERR_DATABASE',
  },
  {
    name: 'the name by RESP2',
    config: { clientName: 'n' },
    protocol: 2,
    errors: { 'CLIENT SETNAME': 'ERR unknown command' },
    next: 'ready',
  },
  { name: 'nothing, by RESP2', protocol: 2, next: 'ready' },
];
