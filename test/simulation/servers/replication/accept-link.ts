import type { SentinelMessage } from '../sentinel/messages.js';
import type { LinkEnd } from './link.js';
import type { FromPrimary, FromReplica, SyncRequest } from './messages.js';
import type { Replication } from './replication.js';

/** Another server has connected: a replica, or a sentinel. */
export function acceptLink(replication: Replication, end: LinkEnd): void {
  end.closed = () => {
    replication.downstream.forget(end);
    replication.observed.forget(end);
  };
  end.received = (message) => received(replication, end, message as FromReplica | SentinelMessage);
}

function received(replication: Replication, end: LinkEnd, message: FromReplica | SentinelMessage): void {
  switch (message.is) {
    case 'psync':
      psync(replication, end as LinkEnd<FromReplica, FromPrimary>, message);
      break;
    case 'loaded':
      replication.downstream.loaded(end);
      break;
    case 'ack':
      replication.downstream.acknowledged(end, message.offset);
      break;
    default:
      replication.observed.received(end as LinkEnd<SentinelMessage, SentinelMessage>, message);
  }
}

/** https://github.com/redis/redis/blob/7.0/src/replication.c (`syncCommand`) */
function psync(replication: Replication, end: LinkEnd<FromReplica, FromPrimary>, request: SyncRequest): void {
  const { upstream, server, history } = replication;
  if (request.isFailover && upstream !== null && request.id === history && !server.isLoading) replication.promote();
  else if (request.isFailover || server.isLoading || (upstream !== null && upstream.state !== 'connected')) {
    end.send({ is: 'refused' });
    return;
  }
  replication.downstream.psync(end, request);
}
