import { ConfigCommands } from '../../../../lib/commands/server/config.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(ConfigCommands, [
  [(r) => r.configGet('maxmemory'), 'CONFIG GET maxmemory'],
  [(r) => r.configGet(['max*', 'save']), 'CONFIG GET max* save'],
  [(r) => r.configSet({ maxmemory: 0, save: 'x' }), 'CONFIG SET maxmemory 0 save x'],
  [(r) => r.configRewrite(), 'CONFIG REWRITE'],
  [(r) => r.configResetstat(), 'CONFIG RESETSTAT'],
  [(r) => r.configHelp(), 'CONFIG HELP'],
]);

describeReplies(ConfigCommands, [
  [(r) => r.configGet('x'), [], {}],
  [(r) => r.configGet('max*'), ['maxmemory', '0', 'maxclients', '10'], { maxmemory: '0', maxclients: '10' }],
]);
