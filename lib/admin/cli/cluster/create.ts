import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';
import { integerOption } from '../option-values.js';

export const create: Command = {
  name: 'cluster create',
  usage: 'HOST:PORT HOST:PORT HOST:PORT …',
  what: 'Makes one cluster of empty servers; shards are spread over hosts.',
  options: { replicas: { value: 'NUMBER', what: 'replicas of each primary (0)' }, ...PLANNED },
  words: [1, 1_000],
  async run(context) {
    const replicas = integerOption(context.options, 'replicas', 0) ?? 0;
    return await carryOut(context, context.words, (admin) => admin.planCreate({ replicas }));
  },
};
