import { AclCommands } from '../../../../lib/commands/server/acl.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(AclCommands, [
  [(r) => r.aclCat(), 'ACL CAT'],
  [(r) => r.aclCat('read'), 'ACL CAT read'],
  [(r) => r.aclSetuser('u'), 'ACL SETUSER u'],
  [(r) => r.aclSetuser('u', ['on', '+@read']), 'ACL SETUSER u on +@read'],
  [(r) => r.aclGetuser('u'), 'ACL GETUSER u'],
  [(r) => r.aclDeluser(['u', 'v']), 'ACL DELUSER u v'],
  [(r) => r.aclDryrun('u', 'PING'), 'ACL DRYRUN u PING'],
  [(r) => r.aclDryrun('u', 'SET', ['a', 1]), 'ACL DRYRUN u SET a 1'],
  [(r) => r.aclGenpass(), 'ACL GENPASS'],
  [(r) => r.aclGenpass(32), 'ACL GENPASS 32'],
  [(r) => r.aclList(), 'ACL LIST'],
  [(r) => r.aclUsers(), 'ACL USERS'],
  [(r) => r.aclWhoami(), 'ACL WHOAMI'],
  [(r) => r.aclLog(), 'ACL LOG'],
  [(r) => r.aclLog(3), 'ACL LOG 3'],
  [(r) => r.aclLog('RESET'), 'ACL LOG RESET'],
  [(r) => r.aclLoad(), 'ACL LOAD'],
  [(r) => r.aclSave(), 'ACL SAVE'],
  [(r) => r.aclHelp(), 'ACL HELP'],
]);

const denied = (age: Raw): Raw => [['count', 1, 'reason', 'key', 'age-seconds', age, 'client-info', 'id=5', 'entry-id', 0]];
const entry = { count: 1, reason: 'key', 'age-seconds': 4.25, 'client-info': 'id=5', 'entry-id': 0 };

describeReplies(AclCommands, [
  [(r) => r.aclGetuser('nobody'), null, null],
  [
    (r) => r.aclGetuser('u'),
    [
      'flags',
      ['on'],
      'passwords',
      ['abc'],
      'commands',
      '-@all +get',
      'keys',
      '~a*',
      'channels',
      '',
      'selectors',
      [['commands', '+set', 'keys', '~b', 'channels', '']],
    ],
    {
      flags: ['on'],
      passwords: ['abc'],
      commands: '-@all +get',
      keys: '~a*',
      channels: '',
      selectors: [{ commands: '+set', keys: '~b', channels: '' }],
    },
  ],
  [
    (r) => r.aclGetuser('u'),
    ['flags', [Buffer.from('on')], 'passwords', [Buffer.from('abc')], 'selectors', []],
    { flags: ['on'], passwords: [Buffer.from('abc')], selectors: [] },
  ],
  [(r) => r.aclLog(), denied('4.25'), [entry]],
  [(r) => r.aclLog(), denied(4.25), [entry]],
  [(r) => r.aclLog('RESET'), 'OK', 'OK'],
]);
