import { ReplyError } from '../../errors.js';
import type { Address } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { performance } from '../../runtime/runtime.js';
import { infoOf, listOf, textOf } from '../../topology/replies.js';
import { errorReply, type NodeClient, type NodeCommandOptions } from '../node-connections.js';

/** What one server says of itself, in every topology. */
export interface NodeFacts {
  /** Fields of INFO by name. Empty where the rights do not allow it. */
  readonly info: ReadonlyMap<string, string>;
  /** The settings of `SETTINGS`, as far as the server has them and the rights allow to read them. */
  readonly config: ReadonlyMap<string, string>;
  /** Time from the question to the answer, in ms. */
  readonly roundTripMs: number;
}

/** Settings that say whether a failover can work, and what it can lose. https://redis.io/docs/latest/operate/oss_and_stack/management/config/ */
const SETTINGS: readonly string[] = [
  'appendonly',
  'cluster-allow-replica-migration',
  'cluster-databases',
  'cluster-node-timeout',
  'cluster-replica-no-failover',
  'cluster-replica-validity-factor',
  'cluster-require-full-coverage',
  'databases',
  'masterauth',
  'masteruser',
  'maxmemory',
  'maxmemory-policy',
  'min-replicas-max-lag',
  'min-replicas-to-write',
  'primaryauth',
  'primaryuser',
  'replica-announce-ip',
  'replica-announce-port',
  'replica-priority',
  'replica-ignore-maxmemory',
  'replica-read-only',
  'repl-ping-replica-period',
  'repl-timeout',
  'rdb-version-check',
  'requirepass',
  'save',
  'stop-writes-on-bgsave-error',
  'tls-cluster',
];

/** Settings whose values are secrets: what is kept of them is only whether they are set. */
const SECRETS: ReadonlySet<string> = new Set(['masterauth', 'primaryauth', 'requirepass']);

/** Stands for the value of a secret that is set. */
const IS_SET = 'set';

/** Asks a server for its facts. Rejects if it does not answer at all. */
export async function readFacts(connections: NodeClient, address: Address, timeoutMs?: number): Promise<NodeFacts> {
  const options = timeoutMs === undefined ? {} : { timeoutMs };
  const startedAt = performance.now();
  const [info, config] = await Promise.all([
    connections
      .send(address, ['INFO'], options)
      .catch(errorReply)
      .then((reply) => ({ reply, at: performance.now() })),
    askSettings(connections, address, options),
  ]);
  return { info: infoOf(info.reply), config: settingsOf(config), roundTripMs: info.at - startedAt };
}

async function askSettings(connections: NodeClient, address: Address, options: NodeCommandOptions): Promise<Raw> {
  const reply = await connections.send(address, ['CONFIG', 'GET', ...SETTINGS], options).catch(errorReply);
  // Several names since Redis 7.0. https://redis.io/docs/latest/commands/config-get/
  const isOld = reply instanceof ReplyError && reply.code === 'ERR';
  return isOld ? await connections.send(address, ['CONFIG', 'GET', '*'], options).catch(errorReply) : reply;
}

function settingsOf(reply: Raw): ReadonlyMap<string, string> {
  const words = listOf(reply).map((word) => textOf(word) ?? '');
  const settings = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [name = '', value = ''] = [words[at], words[at + 1]];
    if (SETTINGS.includes(name)) settings.set(name, SECRETS.has(name) && value !== '' ? IS_SET : value);
  }
  return settings;
}
