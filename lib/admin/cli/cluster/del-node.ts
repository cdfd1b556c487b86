import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';

export const delNode: Command = {
  name: 'cluster del-node',
  usage: 'HOST:PORT NODE',
  what: 'A node leaves for good. Refused while it holds slots.',
  options: PLANNED,
  words: [2, 2],
  async run(context) {
    const [seed = '', node = ''] = context.words;
    return await carryOut(context, [seed], (admin) => admin.planDelNode(node));
  },
};
