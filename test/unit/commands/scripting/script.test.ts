import { ScriptCommands } from '../../../../lib/commands/scripting/script.js';
import { describeWire } from '../recorder.js';

describeWire(ScriptCommands, [
  [(r) => r.eval('return 1'), ['EVAL', 'return 1', 0]],
  [(r) => r.eval('return 1', ['k', 2], ['a', 3]), ['EVAL', 'return 1', 2, 'k', 2, 'a', 3]],
  [(r) => r.evalsha('abc', [], ['a']), 'EVALSHA abc 0 a'],
  [(r) => r.eval_ro('s', ['k']), 'EVAL_RO s 1 k'],
  [(r) => r.evalsha_ro('abc', ['k'], [1]), 'EVALSHA_RO abc 1 k 1'],
  [(r) => r.scriptLoad('return 1'), ['SCRIPT', 'LOAD', 'return 1']],
  [(r) => r.scriptExists('abc'), 'SCRIPT EXISTS abc'],
  [(r) => r.scriptExists(['a', 'b']), 'SCRIPT EXISTS a b'],
  [(r) => r.scriptFlush(), 'SCRIPT FLUSH'],
  [(r) => r.scriptFlush({ ASYNC: true }), 'SCRIPT FLUSH ASYNC'],
  [(r) => r.scriptFlush({ SYNC: true }), 'SCRIPT FLUSH SYNC'],
  [(r) => r.scriptKill(), 'SCRIPT KILL'],
  [(r) => r.scriptShow('abc'), 'SCRIPT SHOW abc'],
  [(r) => r.scriptHelp(), 'SCRIPT HELP'],
]);
