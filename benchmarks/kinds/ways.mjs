import { startClient } from '../process.mjs';
import { median } from '../ratios.mjs';
import { turned } from './load.mjs';

/**
 * Ways of slotwise to three servers, as data: a topology of the running ones. All are in one table, in interleaved rounds. `proxied` goes through a
 * nutcracker that places keys as `ketama` does.
 */
export const ways = {
  cluster: { title: 'cluster', topologyOf: ({ cluster }) => ({ cluster: true, ports: cluster.ports }) },
  ring: { title: 'ring', topologyOf: ({ ring }) => ({ placement: {}, ports: ring.ports }) },
  ketama: { title: 'ketama', topologyOf: ({ ring }) => ({ placement: { as: 'twemproxy', hash: 'fnv1a_64' }, ports: ring.ports }) },
  proxied: { title: 'proxied', topologyOf: ({ proxy }) => ({ ports: [proxy.port] }), needsProxy: true },
};

const measured = {
  opsPerSecond: 'commands a second',
  cpuMicros: 'CPU of the client, µs each',
  proxyMicros: 'CPU of the proxy, µs each',
  bothMicros: 'CPU of both, µs each',
};

/** Of each round: which figure of a way, divided by that of another way. */
const ratios = {
  opsToCluster: { title: 'operations, cluster = 1', field: 'opsPerSecond', to: 'cluster' },
  cpuToCluster: { title: 'CPU of both, cluster = 1', field: 'bothMicros', to: 'cluster' },
  opsToProxied: { title: 'operations, proxied = 1', field: 'opsPerSecond', to: 'proxied' },
  cpuToProxied: { title: 'CPU of both, proxied = 1', field: 'bothMicros', to: 'proxied' },
};

const figures = [...Object.entries(measured), ...Object.entries(ratios).map(([name, { title }]) => [name, title])];

/** Rounds of every way, the order turned by one each round; medians, also of the ratios of one round. Round 0 warms up. */
export async function measureWays(id, _row, { servers, rounds, durationMs, warmUpMs }) {
  const { proxy } = servers;
  const results = {};
  const able = Object.keys(ways).filter((name) => proxy !== null || !ways[name].needsProxy);
  const taken = Object.fromEntries(able.map((name) => [name, []]));
  const open = new Map(able.map((name) => [name, startClient('slotwise')]));
  const attempt = async (name, work) => {
    if (results[name]?.error) return;
    try {
      await work(open.get(name), ways[name]);
    } catch (error) {
      results[name] = { error: error.message };
    }
  };
  try {
    for (const name of able) await attempt(name, (client, { topologyOf }) => client.ask('open', { topology: topologyOf(servers) }));
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of turned(able, round)) {
        await attempt(name, async (client, { needsProxy }) => {
          const duration = { durationMs: round === 0 ? warmUpMs : durationMs };
          const result = await client.ask('load', { row: id, ...duration, ...(needsProxy ? { besidePid: proxy.pid } : {}) });
          const { besideMicros: proxyMicros = 0, ...own } = result;
          if (round > 0) taken[name].push({ ...own, proxyMicros, bothMicros: own.cpuMicros + proxyMicros });
        });
      }
    }
  } finally {
    for (const client of open.values()) client.stop();
  }
  for (const [name, list] of Object.entries(taken)) {
    const middle = (field) => median(list.map((result) => result[field]));
    const ratio = ({ field, to }) => median(list.map((result, round) => result[field] / taken[to]?.[round]?.[field]));
    results[name] ??= {
      ...Object.fromEntries(Object.keys(measured).map((field) => [field, middle(field)])),
      ...Object.fromEntries(Object.entries(ratios).map(([field, of]) => [field, ratio(of)])),
      rounds: list,
    };
  }
  return { results, figures };
}
