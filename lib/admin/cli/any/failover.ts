import { ClusterAdmin } from '../../cluster-admin.js';
import { failover as clusterFailover } from '../cluster/failover.js';
import type { Command } from '../command.js';
import { PLANNED } from '../common-options.js';
import { failOverReplication, HANDOVER } from '../replication/failover.js';
import { failOverSentinel } from '../sentinel/actions.js';
import { reachTarget, SENTINELS } from '../target-words.js';
import { UsageError } from '../usage-error.js';

export const failover: Command = {
  name: 'failover',
  usage: 'URL [REPLICA]',
  what: 'Makes a replica the primary, in the way of the topology that is there.',
  options: { ...HANDOVER, ...SENTINELS, ...PLANNED },
  words: [1, 2],
  async run(context) {
    const [target = '', replica] = context.words;
    const { admin, clusterContext } = await reachTarget(context, [target], null);
    if (admin.kind === 'ring')
      throw new UsageError(
        'a ring has no failover, its members have: give the URL of one, redis+sentinel://HOST/GROUP or redis+replication://HOST',
      );
    if (admin instanceof ClusterAdmin) {
      if (replica === undefined) throw new UsageError('in a cluster say which replica: slotwise failover URL REPLICA');
      return await clusterFailover.run({ ...clusterContext, words: [...clusterContext.words, replica] });
    }
    if (admin.kind === 'replication') return await failOverReplication(context, admin, replica);
    if (replica !== undefined) throw new UsageError('the Sentinels choose the replica themselves: leave it out, or set replica-priority');
    return await failOverSentinel(context, admin);
  },
};
