import { readOptions } from '../../explain/options-file.js';
import { count } from '../../slot-list.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { readGivenFile } from '../given-file.js';
import { line } from '../render.js';

export const optionsCheck: Command = {
  name: 'options check',
  usage: 'FILE',
  what: 'Checks the options of a client in a JSON file. Exit code 1 if there are mistakes.',
  options: {},
  words: [1, 1],
  run({ words: [path = ''] }) {
    const { mistakes } = readOptions(readGivenFile(path, 'FILE').toString());
    const lines = mistakes.length === 0 ? ['ok\n'] : [...mistakes, count(mistakes.length, 'mistake')].map(line);
    return Promise.resolve({
      code: mistakes.length === 0 ? EXIT.ok : EXIT.problems,
      text: lines.join(''),
      json: { ok: mistakes.length === 0, mistakes },
    });
  },
};
