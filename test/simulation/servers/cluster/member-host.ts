import type { Random } from '../../time/random.js';
import type { ClusterMember } from './cluster-member.js';
import type { ClusterHost } from './core.js';

/** Name of the pause that a failover asks for. */
const FAILOVER = 'failover';

/** What becomes of the node of a member goes for its data. */
export function hostOf(member: ClusterMember, random: Random): ClusterHost {
  const { server, replication } = member;
  return {
    random,
    get now() {
      return server.now;
    },
    get offset() {
      return replication.offset;
    },
    get dataAgeMs() {
      const { upstream } = replication;
      if (upstream === null) return 0;
      return upstream.state === 'connected' ? upstream.lastIoMs : server.now - upstream.downSince;
    },
    follow: (primary) => {
      if (member.isValkey9) member.redirectBlocked();
      replication.follow(primary);
    },
    becomePrimary: () => {
      replication.promote();
      // Its slots change their owner, as they do for all servers of the shard. Redis 7.0 does not count itself among these any more.
      if (server.isAtLeast(7, 2)) server.pubsub.dropShardChannels(() => true);
    },
    holdWrites: (untilMs) => server.pause.begin(FAILOVER, untilMs - server.now, 'write'),
    releaseWrites: () => server.pause.end(FAILOVER),
    deleteKeys: (slots) => member.deleteKeys(slots),
    slotsLeft: (slots) => member.slotsLeft(slots),
    deliver: (channel, message, isSharded) => {
      if (isSharded) server.pubsub.publishSharded(channel, message);
      else server.pubsub.publish(channel, message);
    },
    step: () => member.redirectBlocked(),
  };
}
