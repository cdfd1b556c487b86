import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { MOVING, PLANNED } from '../common-options.js';
import { duplicatesOption } from '../option-values.js';

export const fix: Command = {
  name: 'cluster fix',
  usage: 'HOST:PORT',
  what: 'Finishes or ends interrupted moves, finds owners for slots without one.',
  options: {
    duplicates: { value: 'WHICH', what: 'which copy counts where a key is on two nodes: owner or other' },
    back: { what: 'take open moves back: for a target that cannot take keys' },
    'take-unreachable': { what: 'take slots of nodes that do not answer; their keys are lost' },
    ...MOVING,
    ...PLANNED,
  },
  words: [1, 1],
  async run(context) {
    const { options, words } = context;
    const wanted = {
      takeUnreachable: options['take-unreachable'] === true,
      duplicates: duplicatesOption(options),
      back: options.back === true,
    };
    return await carryOut(context, words, (admin) => admin.planFix(wanted));
  },
};
