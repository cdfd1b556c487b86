import assert from 'node:assert/strict';
import type { OptionHelp } from '../../../../lib/admin/cli/command.js';
import { COMMANDS } from '../../../../lib/admin/cli/commands.js';
import { COMMON } from '../../../../lib/admin/cli/common-options.js';

describe('the commands', () => {
  it('have names of one or two words, each once', () => {
    const names = COMMANDS.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
    for (const name of names) assert.match(name, /^[a-z][a-z-]*( [a-z][a-z-]*)?$/);
  });

  it('mean the same kind of option by the same name, which the parser relies on', () => {
    const kinds = new Map<string, string>();
    const kindOf = ({ value, many }: OptionHelp): string =>
      `${value === undefined ? 'a switch' : 'a value'}${many === true ? ', often' : ''}`;
    for (const [name, option] of [COMMON, ...COMMANDS.map(({ options }) => options)].flatMap((options) => Object.entries(options))) {
      assert.equal(kindOf(option), kinds.get(name) ?? kindOf(option), `--${name}`);
      kinds.set(name, kindOf(option));
    }
  });

  it('have no option that every command has', () => {
    for (const { name, options } of COMMANDS)
      for (const option of Object.keys(options)) assert.ok(!Object.hasOwn(COMMON, option), `${name} --${option}`);
  });
});
