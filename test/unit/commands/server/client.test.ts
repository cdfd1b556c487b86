import { ClientCommands } from '../../../../lib/commands/server/client.js';
import { describeReplies, describeWire } from '../recorder.js';

const filters = {
  TYPE: 'NORMAL',
  ID: [1, 2],
  USER: 'u',
  ADDR: 'a:1',
  LADDR: 'l:1',
  SKIPME: 'NO',
  MAXAGE: 3,
  NAME: 'n',
  IDLE: 4,
  FLAGS: 'N',
  'LIB-NAME': 'lib',
  'LIB-VER': '1',
  DB: 0,
  CAPA: 'r',
  IP: 'i',
} as const;
const negated = {
  'NOT-TYPE': 'PUBSUB',
  'NOT-ID': 9,
  'NOT-USER': 'u',
  'NOT-ADDR': 'a:1',
  'NOT-LADDR': 'l:1',
  'NOT-NAME': 'n',
  'NOT-FLAGS': 'N',
  'NOT-LIB-NAME': 'lib',
  'NOT-LIB-VER': '1',
  'NOT-DB': 0,
  'NOT-CAPA': 'r',
  'NOT-IP': 'i',
} as const;
const filterWords =
  'TYPE NORMAL ID 1 2 USER u ADDR a:1 LADDR l:1 SKIPME NO MAXAGE 3 NAME n IDLE 4 FLAGS N LIB-NAME lib LIB-VER 1 DB 0 CAPA r IP i';
const negatedWords =
  'NOT-TYPE PUBSUB NOT-ID 9 NOT-USER u NOT-ADDR a:1 NOT-LADDR l:1 NOT-NAME n NOT-FLAGS N NOT-LIB-NAME lib NOT-LIB-VER 1 NOT-DB 0 NOT-CAPA r NOT-IP i';

describeWire(ClientCommands, [
  [(r) => r.clientList(), 'CLIENT LIST'],
  [(r) => r.clientList({ ID: 7 }), 'CLIENT LIST ID 7'],
  [(r) => r.clientList(filters), `CLIENT LIST ${filterWords}`],
  [(r) => r.clientKill(negated), `CLIENT KILL ${negatedWords}`],
  [(r) => r.clientList({ ...negated, SKIPME: 'YES' }), `CLIENT LIST SKIPME YES ${negatedWords}`],
  [(r) => r.clientKill(filters), `CLIENT KILL ${filterWords}`],
  [(r) => r.clientKill({ TYPE: 'PUBSUB', SKIPME: 'YES' }), 'CLIENT KILL TYPE PUBSUB SKIPME YES'],
  [(r) => r.clientKill({ TYPE: 'MASTER' }), 'CLIENT KILL TYPE MASTER'],
  [(r) => r.clientKill({ TYPE: 'PRIMARY' }), 'CLIENT KILL TYPE PRIMARY'],
  [(r) => r.clientKill({ TYPE: 'SLAVE' }), 'CLIENT KILL TYPE SLAVE'],
  [(r) => r.clientKill({ TYPE: 'REPLICA' }), 'CLIENT KILL TYPE REPLICA'],
  [(r) => r.clientList({ TYPE: 'MASTER' }), 'CLIENT LIST TYPE MASTER'],
  [(r) => r.clientList({ TYPE: 'PRIMARY' }), 'CLIENT LIST TYPE PRIMARY'],
  [(r) => r.clientList({ TYPE: 'SLAVE' }), 'CLIENT LIST TYPE SLAVE'],
  [(r) => r.clientList({ TYPE: 'REPLICA' }), 'CLIENT LIST TYPE REPLICA'],
  [(r) => r.clientKill('127.0.0.1:5'), 'CLIENT KILL 127.0.0.1:5'],
  [(r) => r.clientInfo(), 'CLIENT INFO'],
  [(r) => r.clientId(), 'CLIENT ID'],
  [(r) => r.clientGetname(), 'CLIENT GETNAME'],
  [(r) => r.clientGetredir(), 'CLIENT GETREDIR'],
  [(r) => r.clientTrackinginfo(), 'CLIENT TRACKINGINFO'],
  [(r) => r.clientPause(100), 'CLIENT PAUSE 100'],
  [(r) => r.clientPause(100, { WRITE: true }), 'CLIENT PAUSE 100 WRITE'],
  [(r) => r.clientPause(100, { ALL: true }), 'CLIENT PAUSE 100 ALL'],
  [(r) => r.clientUnpause(), 'CLIENT UNPAUSE'],
  [(r) => r.clientUnblock(7), 'CLIENT UNBLOCK 7'],
  [(r) => r.clientUnblock(7n, { TIMEOUT: true }), 'CLIENT UNBLOCK 7 TIMEOUT'],
  [(r) => r.clientUnblock('7', { ERROR: true }), 'CLIENT UNBLOCK 7 ERROR'],
  [(r) => r.clientHelp(), 'CLIENT HELP'],
]);

const line = 'id=5 addr=[::1]:5 name= db=0 multi=-1 qbuf-free=20448 cmd=client|list lib-name=a=b tot-cmds=3 new=7';
const client = {
  id: 5,
  addr: '[::1]:5',
  name: '',
  db: 0,
  multi: -1,
  'qbuf-free': 20448,
  cmd: 'client|list',
  'lib-name': 'a=b',
  'tot-cmds': 3,
  new: '7',
};

describeReplies(ClientCommands, [
  [(r) => r.clientList(), '', []],
  [(r) => r.clientList(), `${line}\n${line}\n`, [client, client]],
  [(r) => r.clientList(), Buffer.from(`${line}\n`), [client]],
  [(r) => r.clientInfo(), `${line}\n`, client],
  [(r) => r.clientTrackinginfo(), ['flags', ['off'], 'redirect', -1, 'prefixes', []], { flags: ['off'], redirect: -1, prefixes: [] }],
  [
    (r) => r.clientTrackinginfo(),
    ['flags', ['on', 'bcast'], 'redirect', 0n, 'prefixes', [Buffer.from('a')]],
    { flags: ['on', 'bcast'], redirect: 0n, prefixes: [Buffer.from('a')] },
  ],
]);
