import { OptionsError } from '../errors.js';
import { refuseSurplus } from '../options/call-form.js';
import { type Check, flag, func, integerBetween, refuseValue, shape } from '../options/validate.js';
import type { Raw } from '../protocol/command-spec.js';
import { newScript, type Script, type ScriptOptions } from '../protocol/script.js';

const checkText: Check<string> = (value, path) =>
  typeof value === 'string' && value !== '' ? value : refuseValue(path, 'the text of a script', value);

const checkScript = shape(
  { lua: checkText, keys: integerBetween(0, Number.MAX_SAFE_INTEGER), readonly: flag, reply: func<(raw: Raw) => unknown>() },
  'the options of a script, { lua, keys, readonly, reply }',
  'option',
  { script: 'lua', SCRIPT: 'lua', source: 'lua', text: 'lua', numberOfKeys: 'keys', NUMBER_OF_KEYS: 'keys', transformReply: 'reply' },
);

/**
 * Makes a Lua script callable by name, with the number of its keys and the type of its reply.
 * @example
 * const takeToken = defineScript({ lua: 'return redis.call("DECRBY", KEYS[1], ARGV[1])', keys: 1, reply: Number });
 * const left = await redis.script(takeToken, ['tokens:ada'], [1]);
 */
export function defineScript<const N extends number = number, Reply = Raw>(options: ScriptOptions<N, Reply>): Script<N, Reply>;
export function defineScript(options: ScriptOptions<number, unknown>, ...surplus: readonly unknown[]): Script<number, unknown> {
  refuseSurplus('defineScript', 1, 'defineScript({ lua, keys, readonly, reply })', [options, ...surplus]);
  const { lua, ...rest } = checkScript(options, 'defineScript');
  if (lua === undefined) throw new OptionsError('defineScript.lua', 'the text of a script', lua);
  return newScript({ lua, ...rest });
}
