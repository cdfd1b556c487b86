import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';
import { textOption } from '../option-values.js';

export const addNode: Command = {
  name: 'cluster add-node',
  usage: 'NEW-HOST:PORT HOST:PORT',
  what: 'An empty server joins the cluster: a primary without slots, or a replica.',
  options: { 'replica-of': { value: 'NODE', what: 'primary it follows, or auto: one with the fewest replicas' }, ...PLANNED },
  words: [2, 2],
  async run(context) {
    const [added = '', seed = ''] = context.words;
    const replicaOf = textOption(context.options['replica-of']);
    return await carryOut(context, [seed], (admin) => admin.planAddNode(added, replicaOf === undefined ? {} : { replicaOf }));
  },
};
