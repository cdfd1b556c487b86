import { hasErrors } from '../../health/problem.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { integerOption } from '../option-values.js';
import { UsageError } from '../usage-error.js';
import { openOne } from './open-ring.js';
import { renderRing, ringJson } from './render-ring.js';

export const check: Command = {
  name: 'ring check',
  usage: 'FILE',
  what: 'Whether the members of a ring serve, and keys are where they belong. Exit code 1 if not.',
  options: {
    samples: { value: 'KEYS', what: 'keys of each member that are looked at (10000)' },
    all: { what: 'look at all keys' },
  },
  words: [1, 1],
  async run(context) {
    const { options, words } = context;
    const [word = ''] = words;
    const samples = options.all === true ? Number.MAX_SAFE_INTEGER : integerOption(options, 'samples', 1);
    if (options.all === true && options.samples !== undefined) throw new UsageError('--all and --samples exclude each other');
    const admin = await openOne(context, word);
    const report = await admin.check(samples === undefined ? {} : { samples });
    return { code: hasErrors(report.problems) ? EXIT.problems : EXIT.ok, text: renderRing(report), json: ringJson(report) };
  },
};
