import type { EndpointsPlan, RingPlan } from '../topologies/deployment.js';
import type { ClientPlan, Plan, WorkloadPlan } from './plan.js';

/** A plan for people: what the trace of a seed begins with. Numbers in brackets are those by which parts are left out. */
export function showPlan({ seed, deployment, latency, clients, workloads, faults, stormMs }: Plan): string[] {
  const { kind, product, version, shards, replicas, sentinels, persistence, reachedBy, hasTls } = deployment;
  const counts = [`${shards} shards`, `${replicas} replicas each`, `${sentinels} sentinels`].filter((count) => !count.startsWith('0'));
  return [
    `seed ${seed}: ${kind} of ${product} ${version}, ${counts.join(', ')}, ${persistence === 'all' ? 'nothing' : 'everything'} is lost in a restart`,
    `clients reach them by ${reachedBy}${hasTls ? ' over TLS' : ''}; packets take ${latency.least} to ${latency.most} ms; ${stormMs} ms of faults`,
    ...showRing(deployment.ring),
    ...showEndpoints(deployment.endpoints),
    ...clients.map(showClient),
    ...workloads.map(showWorkload),
    ...faults.map(({ name, atMs, lastsMs }, at) => `fault [${at}]: ${name}, from ${atMs} to ${Math.min(stormMs, atMs + lastsMs)} ms`),
  ];
}

function showEndpoints(endpoints: EndpointsPlan | undefined): string[] {
  if (endpoints === undefined) return [];
  const { proxy, proxies, list, servers, options, timeoutMs, endsSessions } = endpoints;
  const rest = `${servers} servers behind them, given ${timeoutMs} ms${proxy === 'tcp' && endsSessions ? '; sessions end with the role' : ''}`;
  return [`endpoints: ${proxies} proxies (${proxy}), told by ${list}; ${rest}; ${JSON.stringify(options)}`];
}

function showRing(ring: RingPlan | undefined): string[] {
  if (ring === undefined) return [];
  const { members, first, placement, onDown, eject, sameMember, changesMembers } = ring;
  const parts = [
    `placement ${JSON.stringify(placement)}`,
    `onDown ${onDown}`,
    ...(onDown === 'eject' ? [`eject ${JSON.stringify(eject)}`] : []),
  ];
  if (sameMember) parts.push('sameMember');
  if (changesMembers) parts.push('its members change');
  return [
    `ring: ${parts.join('; ')}`,
    ...members.map(({ name, weight, servers: { kind, replicas, sentinels, reachedBy, place } }, at) => {
      const rest = [...(replicas > 0 ? [`${replicas} replicas`] : []), ...(sentinels > 0 ? [`${sentinels} sentinels`] : [])];
      return `member ${name}: ${[kind, ...rest].join(', ')} by ${reachedBy}, on 10.${place}, weight ${weight}${at < first ? '' : ', not from the beginning'}`;
    }),
  ];
}

function showClient({ name, options, functions, connects, ends }: ClientPlan): string {
  const parts = [
    ...Object.entries(options).map(([option, value]) => `${option} ${JSON.stringify(value)}`),
    ...functions.map((option) => `${option}: a function`),
    ...(connects ? ['connect() first'] : []),
    ...(ends === null ? [] : [`${ends.by}() at ${ends.atMs} ms`]),
  ];
  return `client ${name}: ${parts.length === 0 ? 'all defaults' : parts.join('; ')}`;
}

function showWorkload({ name, client, programs, commands, startMs, pauseMs, view }: WorkloadPlan, at: number): string {
  const options = Object.keys(view).length === 0 ? '' : `, with ${JSON.stringify(view)}`;
  return `workload [${at}]: ${name}, ${programs} programs of ${commands} commands on client ${client}, from ${startMs} ms, every ${pauseMs} ms${options}`;
}
