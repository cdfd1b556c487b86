import { createClient, type Explanation, type NodeInfo, type Redis, TopologyError, type TopologySnapshot } from '../../index.js';
import { addressKey } from '../../options/address.js';
import type { ClientOptions } from '../../options/client-options.js';
import { cluster, seedsOf, type TopologyOptions } from '../../options/topology.js';
import { compilePattern } from '../../options/wildcard.js';
import { isRead } from '../../protocol/catalog/effects.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import { specOf } from '../../protocol/catalog/specs.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { AdminError } from '../admin-error.js';

/** A command that is to be explained. */
export interface ExplainRequest {
  /** Options of the client that would send it. */
  readonly options: ClientOptions & { readonly topology: TopologyOptions };
  /** What the topology is, is to be found out: a server or servers are all that is known. */
  readonly isUnknown: boolean;
  /** Domain that the program names; null: that of the keys. */
  readonly domain: string | null;
  /** The command and its arguments. */
  readonly words: readonly string[];
}

/** An explanation with what it refers to. */
export interface ExplainedCommand extends Omit<Explanation, 'parts' | 'toString'> {
  /** Primary of its shard; null: it has none, or goes to several. */
  readonly owner: string | null;
  /** Role of the node it goes to. */
  readonly role: NodeInfo['role'] | null;
  /** Why it belongs to its domain; null: to none. */
  readonly domainReason: string | null;
  readonly parts: readonly ExplainedCommand[];
}

export interface Explained {
  readonly topology: TopologySnapshot;
  readonly keys: readonly string[];
  /** It only reads, by the server's flag. */
  readonly reads: boolean;
  readonly explained: ExplainedCommand;
}

/** Longest wait for the servers, and for what is measured of them, in ms. */
const CONNECT_MS = 5_000;
const MEASURE_MS = 2_000;
const POLL_MS = 20;

/** A client that knows the servers. `close` ends it, and what waits for it. */
export class Explainer {
  #client: Redis | null = null;
  #isClosed = false;

  /** Explains where a client with these options would send a command, and why. Of the command itself nothing is sent. */
  async explain({ options, isUnknown, domain, words }: ExplainRequest): Promise<Explained> {
    const client = await this.#connected(options, isUnknown);
    await measured(client, options);
    const [command = '', ...args] = words;
    const view = domain === null ? client : client.domain(domain);
    const explanation = view.explain(command, ...args);
    const { spec, args: operands } = specOf(words);
    const keys = keyIndexes(spec, operands).flatMap((index) => (typeof operands[index] === 'string' ? [operands[index]] : []));
    const { topology } = client;
    if (topology === null) throw new AdminError('nothing is known of the servers', { reason: 'unreachable' });
    const reasonFor = (name: string | null): string | null => (name === null ? null : domainReason(name, domain, keys, options));
    return { topology, keys, reads: isRead(spec), explained: withContext(explanation, topology, reasonFor) };
  }

  close(): void {
    this.#isClosed = true;
    this.#client?.destroy();
  }

  async #connected(options: ExplainRequest['options'], isUnknown: boolean): Promise<Redis> {
    try {
      return await this.#open(options);
    } catch (error) {
      if (!(error instanceof TopologyError)) throw error;
      if (error.code === 'ERR_IS_A_CLUSTER' && isUnknown) {
        const { url, ...rest } = options.topology;
        const seeds = seedsOf({ ...rest });
        const topology = { ...cluster(seeds), ...(url === undefined ? {} : { url }) };
        return await this.#open({ ...options, topology });
      }
      if (error.code !== 'ERR_IS_A_SENTINEL') throw error;
      const seeds = seedsOf(options.topology).map(addressKey).join(',');
      throw new AdminError(`${error.node ?? seeds} is a Sentinel: name the group, redis+sentinel://${seeds}/NAME`, {
        reason: 'unreachable',
        cause: error,
      });
    }
  }

  async #open(options: ClientOptions): Promise<Redis> {
    this.#client?.destroy();
    const client = createClient({ ...options, timeoutMs: CONNECT_MS, failFast: true });
    this.#client = client;
    if (this.#isClosed) client.destroy();
    client.on('error', () => undefined); // the one that counts is the rejection
    await client.connect();
    return client;
  }
}

/** Waits until round trips and lags are known, if the choice goes by them; not for servers that do not answer. */
async function measured(client: Redis, { topology: _, ...options }: ExplainRequest['options']): Promise<void> {
  if (!/"(nearest|latencyWindowMs|maxLagMs|maxLagBytes)"/.test(JSON.stringify(options))) return;
  const end = performance.now() + MEASURE_MS;
  const isMissing = (): boolean => client.stats().nodes.some((node) => node.role === 'replica' && node.reachable && node.pingMs === null);
  while (isMissing() && performance.now() < end) await sleep(POLL_MS);
}

/** Why a command belongs to a domain: the program names it, or a pattern of its keys fits. */
function domainReason(name: string, given: string | null, keys: readonly string[], { domains = {} }: ClientOptions): string {
  if (given !== null) return 'the program names it';
  const patterns = [domains[name]?.keys ?? []].flat();
  for (const key of keys) {
    const [best] = patterns
      .map(compilePattern)
      .filter(({ matches }) => matches(key))
      .sort((a, b) => b.literalLength - a.literalLength);
    if (best !== undefined) return `${key} fits its keys ${best.text}`;
  }
  return 'its keys fit';
}

function withContext(
  { parts, ...explanation }: Explanation,
  topology: TopologySnapshot,
  reasonFor: (domain: string | null) => string | null,
): ExplainedCommand {
  const { shard, node, domain } = explanation;
  return {
    ...explanation,
    owner: shard === null ? null : (topology.shards[shard]?.primary?.key ?? null),
    role: node === null ? null : (topology.nodes.get(node)?.role ?? null),
    domainReason: reasonFor(domain),
    parts: parts.map((part) => withContext(part, topology, reasonFor)),
  };
}
