import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';
import { failoverModeOption } from '../option-values.js';

export const failover: Command = {
  name: 'cluster failover',
  usage: 'HOST:PORT REPLICA',
  what: 'Makes a replica the primary of its shard, without losing writes.',
  options: {
    force: { what: 'the primary is down: the other primaries agree without it' },
    takeover: { what: 'the other primaries have no majority: the replica decides alone' },
    ...PLANNED,
  },
  words: [2, 2],
  async run(context) {
    const [seed = '', replica = ''] = context.words;
    const mode = failoverModeOption(context.options);
    return await carryOut(context, [seed], (admin) => admin.planFailover(replica, { mode }));
  },
};
