import { type ClientOptions, cluster, type ReadFunction, type ReadMode } from '../../../index.js';
import { random } from '../../../runtime/runtime.js';
import type { ClusterNode, ClusterOptions } from './cluster-options.js';
import { addressMapOf, commonOptions, type EngineSettings, login, tlsOf, viewSettings } from './engine-options.js';
import { optionsOfText } from './parse-arguments.js';
import type { RedisOptions } from './redis-options.js';

/** A node to begin with, with what it names besides its address. */
export type StartupNode = RedisOptions & { readonly host: string; readonly port: number };

/** Nodes to begin with, as objects. */
export function startupNodes(nodes: readonly ClusterNode[]): StartupNode[] {
  return nodes.map((node) => {
    const given = typeof node === 'string' ? optionsOfText(node) : typeof node === 'number' ? { port: node } : node;
    if (typeof given !== 'object' || given === null) throw new Error(`Invalid argument ${String(node)}`);
    const isTls = typeof node === 'string' && /^rediss:\/\//i.test(node);
    return { ...given, host: given.host || '127.0.0.1', port: Number(given.port) || 6379, ...(isTls ? { tls: true } : {}) };
  });
}

/** Chooses the node of a read out of those that have its slot. */
export type ChooseNode = (keys: readonly string[], command: { readonly name: string; readonly args: readonly unknown[] }) => string | null;

/** Settings of `new Cluster()`. `choose`: the function of `scaleReads`. */
export function clusterSettings(nodes: readonly StartupNode[], options: ClusterOptions, choose: ChooseNode | null): EngineSettings {
  const { redisOptions = {}, natMap, slotsRefreshInterval } = options;
  // What a URL of a node says holds for all, as the nodes of a cluster have one login.
  const [{ username, password, tls }] = [...nodes.filter((node) => node.password || node.tls), {} as RedisOptions] as [RedisOptions];
  const own: RedisOptions = { username, password, tls, ...redisOptions };
  return {
    client: {
      topology: cluster(nodes.map(({ host, port }) => ({ host, port }))),
      ...commonOptions(own),
      ...login(own.username || 'default', own.password),
      ...(own.tls ? { tls: tlsOf(own.tls) } : {}),
      ...(natMap ? { addressMap: addressMapOf(natMap) } : {}),
      ...probePeriod(slotsRefreshInterval),
    },
    view: viewSettings({ ...own, retryWrites: options.retryWrites }, readsOf(options.scaleReads, choose)),
  };
}

/** The engine looks more seldom, and at once where something seems to have changed. */
function probePeriod(interval: number | undefined): ClientOptions {
  return typeof interval === 'number' && interval > 0 ? { monitor: { periodMs: Math.max(1_000, Math.floor(interval)) } } : {};
}

const anyNode: ReadFunction = ({ candidates }) => candidates[Math.floor(random() * candidates.length)]?.key ?? '';

export function readsOf(scaleReads: ClusterOptions['scaleReads'], choose: ChooseNode | null): ReadMode | ReadFunction {
  switch (scaleReads) {
    case undefined:
    case 'master':
      return 'primary';
    case 'slave':
      return 'replicaPreferred';
    case 'all':
      return anyNode;
    default:
      if (typeof scaleReads !== 'function') {
        throw new Error(`Invalid option scaleReads "${String(scaleReads)}". Expected "all", "master", "slave" or a custom function`);
      }
      return choose === null ? 'primary' : chosenNode(choose);
  }
}

function chosenNode(choose: ChooseNode): ReadFunction {
  return ({ candidates, command, keys }) => {
    const sorted = [...candidates].sort((a, b) => Number(a.role === 'replica') - Number(b.role === 'replica'));
    const chosen = choose(
      sorted.map(({ key }) => key),
      { name: command.toLowerCase(), args: keys },
    );
    return sorted.find(({ key }) => key === chosen) ?? sorted[0]?.key ?? '';
  };
}
