import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { MOVING, PLANNED, SKIPPING } from '../common-options.js';
import { nodesOption, skipOption, slotsOption, textOption } from '../option-values.js';
import { UsageError } from '../usage-error.js';

export const reshard: Command = {
  name: 'cluster reshard',
  usage: 'HOST:PORT --from NODE,… --to NODE --slots …',
  what: 'Moves slots with their keys while clients use them.',
  options: {
    from: { value: 'NODE,…', what: 'nodes that give slots, or all' },
    to: { value: 'NODE', what: 'node that gets them' },
    count: { value: 'NUMBER', what: 'how many slots' },
    slots: { value: 'SLOTS', what: 'which slots: 0-99,104' },
    all: { what: 'all slots of the nodes in --from' },
    ...SKIPPING,
    ...MOVING,
    ...PLANNED,
  },
  words: [1, 1],
  async run(context) {
    const { options, words } = context;
    const [from, to] = [textOption(options.from), textOption(options.to)];
    if (from === undefined || to === undefined) throw new UsageError('reshard needs --from and --to');
    const wanted = { from: nodesOption(from, 'from'), to, slots: slotsOption(options), ...skipOption(options) };
    return await carryOut(context, words, (admin) => admin.planReshard(wanted));
  },
};
