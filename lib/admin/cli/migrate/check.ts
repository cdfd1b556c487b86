import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { checkSource } from '../../migrate/check-source.js';
import type { Difference } from '../../migrate/facts.js';
import { openParser } from '../../migrate/parser.js';
import { readSource } from '../../migrate/read-source.js';
import { sourceFiles } from '../../migrate/source-files.js';
import { count } from '../../slot-list.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { line } from '../render.js';
import { UsageError } from '../usage-error.js';

/** What a file has to say before it is worth parsing. */
const MENTIONS = /\b(?:io)?redis\b/;

export const migrateCheck: Command = {
  name: 'migrate check',
  usage: 'SRC…',
  what: 'Calls and options of ioredis and node-redis in sources that mean something else natively.',
  options: {},
  words: [1, 1_000],
  async run({ words, use }) {
    const files = words.flatMap(filesOf);
    const parser = use(await openParser(dirname(resolve(files[0] ?? words[0] ?? '.'))));
    const found: (Difference & { readonly file: string })[] = [];
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      if (!MENTIONS.test(text)) continue;
      const facts = readSource(parser.parse(resolve(file), text), parser.kinds);
      for (const finding of await checkSource(facts)) found.push({ file: relative('', file), ...finding });
    }
    const lines = found.map(({ file, at, what, natively }) => line(`${file}:${at.line}:${at.column}  ${what}`) + line(`    ${natively}`));
    const total = `${count(found.length, 'place')} in ${count(files.length, 'file')}\n`;
    return { code: found.length === 0 ? EXIT.ok : EXIT.problems, text: `${lines.join('')}${total}`, json: { files: files.length, found } };
  },
};

function filesOf(path: string): readonly string[] {
  try {
    return sourceFiles(path);
  } catch (error) {
    throw new UsageError(`SRC: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
