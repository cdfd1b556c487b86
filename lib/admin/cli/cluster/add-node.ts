import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';
import { namedNodes } from '../node-words.js';
import { textOption } from '../option-values.js';

export const addNode: Command = {
  name: 'cluster add-node',
  usage: 'NEW-HOST:PORT HOST:PORT',
  what: 'An empty server joins the cluster: a primary without slots, or a replica.',
  options: { 'replica-of': { value: 'NODE', what: 'primary it follows, or auto: one with the fewest replicas' }, ...PLANNED },
  words: [2, 2],
  async run(context) {
    // Both are reached by the same login.
    const [added = ''] = namedNodes(context.words).nodes;
    const replicaOf = textOption(context.options['replica-of']);
    return await carryOut(context, context.words.slice(1), (admin) =>
      admin.planAddNode(added, replicaOf === undefined ? {} : { replicaOf }),
    );
  },
};
