import { CommandCommands } from '../../../../lib/commands/server/command.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(CommandCommands, [
  [(r) => r.command(), 'COMMAND'],
  [(r) => r.commandInfo(), 'COMMAND INFO'],
  [(r) => r.commandInfo(['get', 'config|set']), 'COMMAND INFO get config|set'],
  [(r) => r.commandDocs(), 'COMMAND DOCS'],
  [(r) => r.commandDocs('get'), 'COMMAND DOCS get'],
  [(r) => r.commandCount(), 'COMMAND COUNT'],
  [(r) => r.commandList(), 'COMMAND LIST'],
  [(r) => r.commandList({ FILTERBY: { MODULE: 'm' } }), 'COMMAND LIST FILTERBY MODULE m'],
  [(r) => r.commandList({ FILTERBY: { ACLCAT: 'read' } }), 'COMMAND LIST FILTERBY ACLCAT read'],
  [(r) => r.commandList({ FILTERBY: { PATTERN: 'x*' } }), 'COMMAND LIST FILTERBY PATTERN x*'],
  [(r) => r.commandGetkeys(['MSET', 'a', 1]), 'COMMAND GETKEYS MSET a 1'],
  [(r) => r.commandGetkeysandflags(['SET', 'a', 1]), 'COMMAND GETKEYSANDFLAGS SET a 1'],
  [(r) => r.commandHelp(), 'COMMAND HELP'],
]);

const keySpec = [
  'flags',
  ['RO'],
  'begin_search',
  ['type', 'index', 'spec', ['index', 1]],
  'find_keys',
  ['type', 'range', 'spec', ['lastkey', 0]],
];
const sub = ['object|freq', 3, ['readonly'], 2, 2, 1, ['@read'], [], [], []];
const noted = ['notes', 'why', ...keySpec];
const object = ['object', -2, ['readonly'], 0, 0, 0, ['@slow'], ['a_tip'], [keySpec, noted], [sub]];
const keySpecification = {
  flags: ['RO'],
  begin_search: { type: 'index', spec: { index: 1 } },
  find_keys: { type: 'range', spec: { lastkey: 0 } },
};
const info = {
  name: 'object',
  arity: -2,
  flags: ['readonly'],
  firstKey: 0,
  lastKey: 0,
  step: 0,
  aclCategories: ['@slow'],
  tips: ['a_tip'],
  keySpecifications: [keySpecification, { notes: 'why', ...keySpecification }],
  subcommands: [
    {
      name: 'object|freq',
      arity: 3,
      flags: ['readonly'],
      firstKey: 2,
      lastKey: 2,
      step: 1,
      aclCategories: ['@read'],
      tips: [],
      keySpecifications: [],
      subcommands: [],
    },
  ],
};

describeReplies(CommandCommands, [
  [(r) => r.command(), [object], [info]],
  [(r) => r.commandInfo(['object', 'none']), [object, null], [info, null]],
  [(r) => r.commandDocs('none'), [], {}],
  [
    (r) => r.commandDocs('x'),
    [
      'x',
      [
        'summary',
        'Does x.',
        'doc_flags',
        ['deprecated'],
        'history',
        [['7.0.0', 'Added y.']],
        'arguments',
        [['name', 'how', 'type', 'oneof', 'flags', ['optional'], 'arguments', [['name', 'nx', 'type', 'pure-token', 'token', 'NX']]]],
        'subcommands',
        ['x|y', ['summary', 'Does y.', 'arguments', [['name', 'key', 'type', 'key', 'key_spec_index', 0]]]],
      ],
    ],
    {
      x: {
        summary: 'Does x.',
        doc_flags: ['deprecated'],
        history: [['7.0.0', 'Added y.']],
        arguments: [{ name: 'how', type: 'oneof', flags: ['optional'], arguments: [{ name: 'nx', type: 'pure-token', token: 'NX' }] }],
        subcommands: { 'x|y': { summary: 'Does y.', arguments: [{ name: 'key', type: 'key', key_spec_index: 0 }] } },
      },
    },
  ],
  [(r) => r.commandGetkeysandflags(['SET', 'a', 'b']), [['a', ['OW', 'update']]], [{ key: 'a', flags: ['OW', 'update'] }]],
]);
