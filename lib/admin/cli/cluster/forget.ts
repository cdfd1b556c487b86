import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';

export const forget: Command = {
  name: 'cluster forget',
  usage: 'HOST:PORT NODE',
  what: 'All nodes forget one that is gone.',
  options: PLANNED,
  words: [2, 2],
  async run(context) {
    const [seed = '', node = ''] = context.words;
    return await carryOut(context, [seed], (admin) => admin.planForget(node));
  },
};
