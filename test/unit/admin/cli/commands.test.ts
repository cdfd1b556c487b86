import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

  describe('are in the documents', () => {
    const docs = fileURLToPath(new URL('../../../../docs', import.meta.url));
    const pages = [join(docs, 'admin.md'), ...readdirSync(join(docs, 'admin')).map((name) => join(docs, 'admin', name))];
    const text = pages.map((page) => readFileSync(page, 'utf8')).join('\n');

    for (const { name, options } of COMMANDS) {
      it(`slotwise ${name}`, () => {
        assert.match(text, new RegExp(`(\`|slotwise )${name}[ \`]`));
        for (const option of Object.keys(options)) assert.match(text, new RegExp(`--${option}\\b`), `--${option}`);
      });
    }

    it('with the options of all of them', () => {
      for (const option of Object.keys(COMMON)) assert.match(text, new RegExp(`--${option}\\b`), `--${option}`);
    });
  });
});
