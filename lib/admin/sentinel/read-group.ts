import { ReplyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { LIMITS } from '../../topology/limits.js';
import type { NodeRules } from '../../topology/node-rules.js';
import { fieldOf, listOf, textOf } from '../../topology/replies.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { askServerKind } from '../health/server-kind.js';
import { refuseOtherKind } from '../health/wrong-kind.js';
import { errorReply, type NodeClient } from '../node-connections.js';
import { readTree } from '../replication/read-tree.js';
import type { ReplicationTree } from '../replication/tree.js';
import type { SentinelGroupState, SentinelNode } from './sentinel-group.js';
import { parseSentinelReplies, type SentinelReplies, viewCommands } from './sentinel-view.js';

/** How the sentinels and the data servers of a group are reached, and which addresses are believed. */
export interface GroupAccess {
  readonly sentinels: NodeClient;
  readonly data: NodeClient;
  readonly rules: NodeRules;
}

/** The groups that a sentinel watches. Rejects where the server is no sentinel. */
export async function readGroupNames(access: GroupAccess, seeds: readonly Address[]): Promise<string[]> {
  const failures: string[] = [];
  for (const seed of seeds) {
    try {
      const masters = await access.sentinels.send(seed, ['SENTINEL', 'MASTERS']);
      return listOf(masters).flatMap((master) => textOf(fieldOf(master, 'name') ?? null) ?? []);
    } catch (error) {
      if (error instanceof ReplyError) refuseOtherKind(await askServerKind(access.sentinels, seed), 'sentinel');
      failures.push(reasonOf(seed, error));
    }
  }
  throw new AdminError(`no Sentinel could be asked: ${failures.join('; ')}`, { reason: 'unreachable' });
}

/** The group that is meant: the one that is named, or the only one that the sentinels watch. */
export async function nameOfGroup(access: GroupAccess, seeds: readonly Address[], name: string | null): Promise<string> {
  if (name !== null) return name;
  const names = await readGroupNames(access, seeds);
  const [only] = names;
  const at = seeds.map(addressKey).join(',');
  if (only !== undefined && names.length === 1) return only;
  if (only === undefined) {
    throw new AdminError(`${at} watches no group yet: slotwise sentinel monitor makes it watch one`, { reason: 'unreachable' });
  }
  const shown = names.slice(0, 12).map((each) => `redis+sentinel://${at}/${encodeURIComponent(each)}`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  throw new AdminError(`${at} watches ${names.length} groups; say which one: ${shown.join(', ')}${more}`, { reason: 'unreachable' });
}

/** Asks the seeds, the sentinels that they know, and the data servers. Rejects if no sentinel of the seeds watches the group. */
export async function readGroup(access: GroupAccess, seeds: readonly Address[], name: string): Promise<SentinelGroupState> {
  const sentinels = await readSentinels(access, seeds, name);
  if (sentinels.every(({ replies }) => replies === null)) {
    const failures = sentinels.map((sentinel) => `${sentinel.name}: ${sentinel.problem}`);
    throw new AdminError(`no Sentinel could be asked: ${failures.join('; ')}`, { reason: 'unreachable' });
  }
  if (sentinels.every(({ replies }) => replies?.view == null)) {
    const names = await readGroupNames(
      access,
      sentinels.flatMap(({ replies, address }) => (replies === null ? [] : [address])),
    );
    const watched = names.length === 0 ? 'they watch none' : `they watch ${names.slice(0, 12).join(', ')}`;
    throw new AdminError(`the Sentinels do not know a group named ${JSON.stringify(name)}: ${watched}`, { reason: 'unreachable' });
  }
  const announced = sentinels.flatMap(({ replies }) => {
    const view = replies?.view;
    return view == null ? [] : [view.primary, ...view.replicas].flatMap(({ address }) => address ?? []);
  });
  const data = [...new Map(announced.flatMap((each) => access.rules.address(each) ?? []).map((each) => [addressKey(each), each])).values()];
  let tree: ReplicationTree | null = null;
  let treeProblem: string | null = null;
  try {
    tree = await readTree(access.data, data.slice(0, LIMITS.replicas), access.rules);
  } catch (error) {
    treeProblem = thrownText(error);
  }
  const order = (a: SentinelNode, b: SentinelNode): number =>
    Number(a.replies === null) - Number(b.replies === null) || (a.name < b.name ? -1 : 1);
  return { name, sentinels: [...sentinels].sort(order), tree, treeProblem };
}

export async function readSentinels(access: GroupAccess, seeds: readonly Address[], name: string): Promise<SentinelNode[]> {
  const found = new Map<string, SentinelNode | null>();
  const visit = async (address: Address, isSeed: boolean): Promise<void> => {
    const key = addressKey(address);
    if (found.has(key) || found.size >= LIMITS.sentinels + seeds.length) return;
    found.set(key, null);
    const node = await readSentinel(access, address, name, isSeed);
    found.set(key, node);
    const peers = node.replies?.view?.peers ?? [];
    await Promise.all(
      peers.flatMap((peer) => (peer.address === null ? [] : (access.rules.address(peer.address) ?? []))).map((peer) => visit(peer, false)),
    );
  };
  await Promise.all(seeds.map((seed) => visit(seed, true)));
  const nodes = [...found.values()].filter((node) => node !== null);
  // One process may have been reached by the name that was given and by the one that its peers use.
  const first = new Map<string, SentinelNode>();
  for (const node of nodes) if (!first.has(node.id)) first.set(node.id, node);
  return [...first.values()];
}

async function readSentinel(access: GroupAccess, address: Address, name: string, isSeed: boolean): Promise<SentinelNode> {
  const key = addressKey(address);
  let replies: SentinelReplies;
  try {
    replies = await askSentinel(access.sentinels, address, name);
  } catch (error) {
    return { id: key, name: key, address, replies: null, problem: reasonOf(null, error), isSeed };
  }
  if (replies.view === null) refuseOtherKind(await askServerKind(access.sentinels, address), 'sentinel');
  return { id: replies.id === '' ? key : replies.id, name: key, address, replies, problem: null, isSeed };
}

/** What one sentinel says of itself and of a group. Rejects if it does not answer. */
export async function askSentinel(sentinels: NodeClient, address: Address, group: string): Promise<SentinelReplies> {
  const replies = viewCommands(group).map((words) => sentinels.send(address, words).catch(errorReply));
  return parseSentinelReplies(await Promise.all(replies));
}

function reasonOf(address: Address | null, error: unknown): string {
  const text = thrownText(error);
  return address === null || text.includes(addressKey(address)) ? text : `${addressKey(address)}: ${text}`;
}
