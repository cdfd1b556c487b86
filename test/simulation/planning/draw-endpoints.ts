import type { EndpointsOptions } from '../../../lib/index.js';
import type { Random } from '../time/random.js';
import type { DeploymentPlan, EndpointsPlan } from '../topologies/deployment.js';

/** What a proxy of no name does not know, as its clients are told. */
const REFUSED = [
  ...['@transaction', '@blocking', '@pubsub', '@admin', 'SCAN', 'DBSIZE', 'WAIT', 'KEYS', 'RANDOMKEY', 'CLIENT', 'SCRIPT', 'EVAL_RO'],
  ...['XADD', 'EVALSHA_RO'],
];

function drawOptions(random: Random, proxy: EndpointsPlan['proxy']): EndpointsOptions {
  const isPlain = random.chance(0.5);
  const [spreads, rebalances] = [random.chance(0.25), random.chance(0.2)];
  const refreshMs = random.pick([100, 500, 2_000, 30_000]);
  return {
    ...(proxy !== 'tcp' && isPlain ? { speaks: 'plain' } : {}),
    ...(proxy === 'tcp' ? {} : { refuses: proxy === 'twemproxy' ? 'twemproxy' : REFUSED }),
    ...(spreads ? { balance: 'spread' } : rebalances ? { rebalanceMs: random.pick([500, 2_000]) } : {}),
    refreshMs,
  };
}

/** Proxies in front of servers, out of the plan of a deployment that has none. */
export function drawEndpoints(random: Random, common: DeploymentPlan): DeploymentPlan {
  const proxy = random.weighted({ tcp: 4, twemproxy: 4, plain: 1 });
  const hasGroup = proxy === 'tcp' && random.chance(0.5);
  const endpoints: EndpointsPlan = {
    proxy,
    proxies: random.pick([2, 2, 3]),
    list: random.pick(['fixed', 'fixed', 'names', 'function', 'function'] as const),
    servers: proxy === 'twemproxy' ? random.pick([1, 2, 2, 3]) : 1,
    options: drawOptions(random.fork('options'), proxy),
    timeoutMs: random.pick([300, 400, 1_000, 5_000]),
    endsSessions: random.chance(0.5),
  };
  return {
    ...common,
    kind: 'endpoints',
    shards: 1,
    replicas: hasGroup ? random.pick([1, 1, 2]) : 0,
    sentinels: 0,
    reachedBy: endpoints.list === 'names' ? 'name' : 'address',
    hasTls: false,
    endpoints,
  };
}
