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
    becomePrimary: () => replication.promote(),
    holdWrites: (untilMs) => server.pause.begin(FAILOVER, untilMs - server.now, 'write'),
    releaseWrites: () => server.pause.end(FAILOVER),
    deleteKeys: (slots) => member.deleteKeys(slots),
    slotsLeft: () => member.slotsLeft(),
    deliver: (channel, message, isSharded) => {
      if (isSharded) server.pubsub.publishSharded(channel, message);
      else server.pubsub.publish(channel, message);
    },
    step: () => member.redirectBlocked(),
  };
}
