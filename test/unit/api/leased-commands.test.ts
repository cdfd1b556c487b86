import { LeasedCommands } from '../../../lib/api/leased-commands.js';
import { describeReplies, describeWire } from '../commands/recorder.js';

describeWire(LeasedCommands, [
  [(r) => r.asking(), 'ASKING'],
  [(r) => r.auth('secret'), 'AUTH secret'],
  [(r) => r.auth('ada', 'secret'), 'AUTH ada secret'],
  [(r) => r.clientCaching('YES'), 'CLIENT CACHING YES'],
  [(r) => r.clientCaching('NO'), 'CLIENT CACHING NO'],
  [(r) => r.clientCapa('redirect'), 'CLIENT CAPA redirect'],
  [(r) => r.clientCapa(['redirect', 'other']), 'CLIENT CAPA redirect other'],
  [(r) => r.clientImportSource('ON'), 'CLIENT IMPORT-SOURCE ON'],
  [(r) => r.clientImportSource('OFF'), 'CLIENT IMPORT-SOURCE OFF'],
  [(r) => r.clientNoEvict('ON'), 'CLIENT NO-EVICT ON'],
  [(r) => r.clientNoEvict('OFF'), 'CLIENT NO-EVICT OFF'],
  [(r) => r.clientNoTouch('ON'), 'CLIENT NO-TOUCH ON'],
  [(r) => r.clientNoTouch('OFF'), 'CLIENT NO-TOUCH OFF'],
  [(r) => r.clientSetinfo('LIB-NAME', 'mine'), 'CLIENT SETINFO LIB-NAME mine'],
  [(r) => r.clientSetinfo('LIB-VER', '1.0'), 'CLIENT SETINFO LIB-VER 1.0'],
  [(r) => r.clientSetname('worker'), 'CLIENT SETNAME worker'],
  [(r) => r.clientTracking('OFF'), 'CLIENT TRACKING OFF'],
  [(r) => r.clientTracking('ON', { OPTIN: true, NOLOOP: true, REDIRECT: 7n }), 'CLIENT TRACKING ON REDIRECT 7 OPTIN NOLOOP'],
  [(r) => r.clientTracking('ON', { OPTOUT: true }), 'CLIENT TRACKING ON OPTOUT'],
  [(r) => r.clientTracking('ON', { BCAST: true, PREFIX: ['a:', 'b:'] }), 'CLIENT TRACKING ON PREFIX a: PREFIX b: BCAST'],
  [(r) => r.hello(), 'HELLO'],
  [(r) => r.hello(3, { SETNAME: 'worker', AUTH: { username: 'ada', password: 'secret' } }), 'HELLO 3 AUTH ada secret SETNAME worker'],
  [(r) => r.readonly(), 'READONLY'],
  [(r) => r.readwrite(), 'READWRITE'],
  [(r) => r.reset(), 'RESET'],
  [(r) => r.select(3), 'SELECT 3'],
  [(r) => r.unwatch(), 'UNWATCH'],
  [(r) => r.wait(2, 100), 'WAIT 2 100'],
  [(r) => r.waitaof(1, 2, 100), 'WAITAOF 1 2 100'],
  [(r) => r.watch('a'), 'WATCH a'],
  [(r) => r.watch(['a', 'b']), 'WATCH a b'],
]);

const hello = { server: 'redis', version: '7.0.15', proto: 3, id: 7, mode: 'standalone', role: 'master', modules: [] };

describeReplies(LeasedCommands, [
  [(r) => r.hello(), Object.entries(hello).flat(1), hello],
  [
    (r) => r.hello(),
    ['server', Buffer.from('valkey'), 'proto', 3n, 'id', 7n, 'modules', []],
    { server: 'valkey', proto: 3n, id: 7n, modules: [] },
  ],
  [(r) => r.waitaof(1, 1, 1), [1, 0], [1, 0]],
]);
