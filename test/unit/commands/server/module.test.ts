import { ModuleCommands } from '../../../../lib/commands/server/module.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(ModuleCommands, [
  [(r) => r.moduleList(), 'MODULE LIST'],
  [(r) => r.moduleLoad('/m.so'), 'MODULE LOAD /m.so'],
  [(r) => r.moduleLoad('/m.so', ['a', 1]), 'MODULE LOAD /m.so a 1'],
  [(r) => r.moduleLoadex('/m.so'), 'MODULE LOADEX /m.so'],
  [(r) => r.moduleLoadex('/m.so', { ARGS: 'x', CONFIG: { a: 1, b: 2 } }), 'MODULE LOADEX /m.so CONFIG a 1 CONFIG b 2 ARGS x'],
  [(r) => r.moduleUnload('m'), 'MODULE UNLOAD m'],
  [(r) => r.moduleHelp(), 'MODULE HELP'],
]);

describeReplies(ModuleCommands, [
  [(r) => r.moduleList(), [['name', 'm', 'ver', 1, 'path', '', 'args', []]], [{ name: 'm', ver: 1, path: '', args: [] }]],
]);
