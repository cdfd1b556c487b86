import type { Break } from './break.js';
import { clientBreaks } from './client.js';
import { connectionBreaks } from './connection.js';
import { dispatchBreaks } from './dispatch.js';
import { poolBreaks } from './pool.js';
import { protocolBreaks } from './protocol.js';
import { pubsubBreaks } from './pubsub.js';
import { readBreaks } from './reads.js';
import { ringAndProxyBreaks } from './rings-and-proxies.js';
import { topologyBreaks } from './topology.js';

export const breaks: readonly Break[] = [
  ...protocolBreaks,
  ...connectionBreaks,
  ...poolBreaks,
  ...dispatchBreaks,
  ...topologyBreaks,
  ...readBreaks,
  ...pubsubBreaks,
  ...clientBreaks,
  ...ringAndProxyBreaks,
];
