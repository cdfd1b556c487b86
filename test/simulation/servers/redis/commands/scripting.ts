import { Failure, OK } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { runScript, type Script, shaOf } from '../scripts.js';

export const scriptRules: RuleTable = {
  EVAL: (call) => evaluate(call, call.server.scripts.load(call.word(1)), false),
  EVAL_RO: (call) => evaluate(call, call.server.scripts.load(call.word(1)), true),
  EVALSHA: (call) => evaluateKnown(call, false),
  EVALSHA_RO: (call) => evaluateKnown(call, true),
  'SCRIPT LOAD': (call) => {
    call.server.scripts.load(call.word(2));
    return shaOf(call.word(2));
  },
  'SCRIPT EXISTS': ({ server, words }) => words.slice(2).map((sha) => (server.scripts.get(sha) === undefined ? 0 : 1)),
  'SCRIPT FLUSH': ({ server, words }) => {
    const mode = words[2]?.toUpperCase();
    if (words.length > 3 || (mode !== undefined && mode !== 'ASYNC' && mode !== 'SYNC')) {
      return new Failure('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
    }
    server.scripts.clear();
    return OK;
  },
};

function evaluateKnown(call: CommandCall, isReadonly: boolean): Answer {
  const script = call.server.scripts.get(call.word(1));
  return script === undefined ? new Failure(call.server.dialect.noScript) : evaluate(call, script, isReadonly);
}

function evaluate(call: CommandCall, script: Script, isReadonly: boolean): Answer {
  const { words } = call;
  const count = Number(words[2]);
  if (!Number.isInteger(count)) return new Failure('ERR value is not an integer or out of range');
  if (count > words.length - 3) return new Failure("ERR Number of keys can't be greater than number of args");
  if (count < 0) return new Failure("ERR Number of keys can't be negative");
  return runScript(call, script, words.slice(3, 3 + count), words.slice(3 + count), isReadonly);
}
