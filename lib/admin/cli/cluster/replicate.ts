import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';

export const replicate: Command = {
  name: 'cluster replicate',
  usage: 'HOST:PORT NODE PRIMARY',
  what: 'A replica, or an empty primary, follows another primary.',
  options: PLANNED,
  words: [3, 3],
  async run(context) {
    const [seed = '', node = '', primary = ''] = context.words;
    return await carryOut(context, [seed], (admin) => admin.planReplicate(node, primary));
  },
};
