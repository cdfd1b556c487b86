import { FunctionCommands } from '../../../../lib/commands/scripting/function.js';
import { describeReplies, describeWire } from '../recorder.js';

const bytes = Buffer.from([0xf5, 0xff]);

describeWire(FunctionCommands, [
  [(r) => r.fcall('f'), 'FCALL f 0'],
  [(r) => r.fcall('f', ['a', 'b'], [1]), 'FCALL f 2 a b 1'],
  [(r) => r.fcall_ro('f', ['a']), 'FCALL_RO f 1 a'],
  [(r) => r.functionLoad('#!lua'), 'FUNCTION LOAD #!lua'],
  [(r) => r.functionLoad('#!lua', { REPLACE: true }), 'FUNCTION LOAD REPLACE #!lua'],
  [(r) => r.functionList(), 'FUNCTION LIST'],
  [(r) => r.functionList({ WITHCODE: true, LIBRARYNAME: 'my*' }), 'FUNCTION LIST LIBRARYNAME my* WITHCODE'],
  [(r) => r.functionDelete('lib'), 'FUNCTION DELETE lib'],
  [(r) => r.functionFlush(), 'FUNCTION FLUSH'],
  [(r) => r.functionFlush({ ASYNC: true }), 'FUNCTION FLUSH ASYNC'],
  [(r) => r.functionFlush({ SYNC: true }), 'FUNCTION FLUSH SYNC'],
  [(r) => r.functionDump(), 'FUNCTION DUMP'],
  [(r) => r.functionRestore(bytes), ['FUNCTION', 'RESTORE', bytes]],
  [(r) => r.functionRestore(bytes, { FLUSH: true }), ['FUNCTION', 'RESTORE', bytes, 'FLUSH']],
  [(r) => r.functionRestore(bytes, { APPEND: true }), ['FUNCTION', 'RESTORE', bytes, 'APPEND']],
  [(r) => r.functionRestore(bytes, { REPLACE: true }), ['FUNCTION', 'RESTORE', bytes, 'REPLACE']],
  [(r) => r.functionStats(), 'FUNCTION STATS'],
  [(r) => r.functionKill(), 'FUNCTION KILL'],
  [(r) => r.functionHelp(), 'FUNCTION HELP'],
]);

describeReplies(FunctionCommands, [
  [(r) => r.functionList(), [], []],
  [
    (r) => r.functionList({ WITHCODE: true }),
    [
      [
        'library_name',
        'lib',
        'engine',
        'LUA',
        'functions',
        [['name', 'f', 'description', null, 'flags', ['no-writes']]],
        'library_code',
        '#!lua',
      ],
    ],
    [{ library_name: 'lib', engine: 'LUA', functions: [{ name: 'f', description: null, flags: ['no-writes'] }], library_code: '#!lua' }],
  ],
  [
    (r) => r.functionStats(),
    ['running_script', null, 'engines', ['LUA', ['libraries_count', 1, 'functions_count', 2]]],
    { running_script: null, engines: { LUA: { libraries_count: 1, functions_count: 2 } } },
  ],
  [
    (r) => r.functionStats(),
    ['running_script', ['name', 'f', 'command', ['FCALL', 'f', '0'], 'duration_ms', 7], 'engines', []],
    { running_script: { name: 'f', command: ['FCALL', 'f', '0'], duration_ms: 7 }, engines: {} },
  ],
]);
