import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { MOVING, PLANNED, SKIPPING } from '../common-options.js';
import { numberOption, skipOption, weightsOption } from '../option-values.js';

export const rebalance: Command = {
  name: 'cluster rebalance',
  usage: 'HOST:PORT',
  what: 'Moves as few slots as give every primary its share.',
  options: {
    weight: { value: 'NODE=NUMBER', many: true, what: 'may be given often (1 each; 0 empties a node)' },
    threshold: { value: 'PERCENT', what: 'how far off its share a node may be (2)' },
    'use-empty': { what: 'primaries without slots get some' },
    ...SKIPPING,
    ...MOVING,
    ...PLANNED,
  },
  words: [1, 1],
  async run(context) {
    const { options, words } = context;
    const thresholdPercent = numberOption(options, 'threshold', 0);
    const wanted = { weights: weightsOption(options), useEmpty: options['use-empty'] === true, ...skipOption(options) };
    return await carryOut(context, words, (admin) =>
      admin.planRebalance({ ...wanted, ...(thresholdPercent === undefined ? {} : { thresholdPercent }) }),
    );
  },
};
