import type { Difference } from './compare.js';
import type { Conversation, Host } from './conversation.js';
import { printTree, type ReplyTree } from './reply-tree.js';
import { type ConformanceScript, stepsOf } from './script.js';

/** A node of a cluster, real or not. */
export interface NodeAddress {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** Nodes by name: `pa`, `pb`, `pc` are made primaries, `ra`, `rb`, `rc` their replicas. */
export type NodeNames = ReadonlyMap<string, NodeAddress>;

export interface ClusterHost {
  readonly host: Host;
  readonly nodes: NodeNames;
}

/** Parts of replies that differ by nature: ids, addresses, times, epochs. */
class Normalizer {
  readonly #found: readonly (readonly [string, string])[];

  constructor(nodes: NodeNames) {
    this.#found = [...nodes].flatMap(([name, { id, host, port }]): [string, string][] => [
      [id, `<id:${name}>`],
      [`${host}:${port}@${port + 10_000}`, `<bus:${name}>`],
      [`${host}:${port}`, `<${name}>`],
    ]);
  }

  text(text: string): string {
    let result = text;
    for (const [from, to] of this.#found) result = result.replaceAll(from, to);
    return result;
  }

  /** CLUSTER NODES in the order of names, without times, and without epochs where they are not asked for. */
  nodes(text: string, hasEpochs = false): string {
    const lines = this.text(text)
      .replace(/^txt:/, '')
      .trim()
      .split('\n')
      .map((line) => {
        const words = line.trim().split(' ');
        const [id, address, flags, primary, , , epoch, link, ...slots] = words;
        return [id, address, flags, primary, ...(hasEpochs ? [epoch] : []), link, ...slots].join(' ');
      });
    return lines.sort().join('\n');
  }
}

/** Names of nodes as ports and hosts of their own stand for them: in CLUSTER SHARDS and SLOTS they are items. */
function printed(tree: ReplyTree, nodes: NodeNames, command: string): string {
  const normalizer = new Normalizer(nodes);
  if (command === 'CLUSTER NODES') return `${tree.type}${normalizer.nodes(tree.text)}`;
  // Of the rest the model has nothing: how many messages there were, and epochs, which other scripts have raised.
  if (command === 'CLUSTER INFO') return tree.text.replace(/^(cluster_stats|total_cluster).*\r\n/gm, '').replace(/epoch:\d+/g, 'epoch');
  const ports = new Map([...nodes].map(([name, { port }]) => [String(port), `<port:${name}>`]));
  const hosts = new Set([...nodes.values()].map(({ host }) => host));
  const renamed = (each: ReplyTree): ReplyTree => ({
    type: each.type,
    text: each.type === ':' ? (ports.get(each.text) ?? each.text) : hosts.has(each.text) ? '<host>' : normalizer.text(each.text),
    items: each.items?.map(renamed) ?? null,
  });
  const isView = command === 'CLUSTER SHARDS';
  // Shards, and nodes of a shard, come in any order.
  if (isView)
    return (tree.items ?? [])
      .map((shard) => withoutOffsets(printTree(deepSorted(renamed(shard)))))
      .sort()
      .join('\n');
  return withoutOffsets(printTree(renamed(tree)));
}

function deepSorted(tree: ReplyTree): ReplyTree {
  const items = tree.items?.map(deepSorted) ?? null;
  const isNodes = items?.every((item) => item.items !== null) === true;
  if (items === null || !isNodes) return { ...tree, items };
  return { ...tree, items: [...items].sort((a, b) => (printTree(a) < printTree(b) ? -1 : 1)) };
}

/** Nor the ids of shards. */
function withoutOffsets(text: string): string {
  return text.replace(/("id"(?:: |, ))"[0-9a-f]{40}"/g, '$1"…"').replace(/("replication-offset"(?:: |, )):\d+/g, '$1:offset');
}

/** Time between two looks whether the nodes agree, in ms. */
const LOOK_MS = 50;
const LOOKS = 1_000;

/** Until all nodes have one view, and have heard of each other's offsets. */
async function agreed({ host, nodes }: ClusterHost): Promise<string> {
  const conversations = await Promise.all([...nodes.values()].map((node) => host.open(node)));
  const ask = async (words: readonly string[]): Promise<string[]> => {
    const answers: string[] = [];
    for (const conversation of conversations) {
      conversation.send(words);
      const tree = await conversation.next();
      answers.push(words[1] === 'NODES' ? new Normalizer(nodes).nodes(tree.text, true).replace('myself,', '') : printTree(tree));
    }
    return answers;
  };
  for (let looks = 0; ; looks++) {
    const views = await ask(['CLUSTER', 'NODES']);
    const slots = await ask(['CLUSTER', 'SLOTS']);
    const listed = slots.map((text) => [...nodes.values()].filter(({ id }) => text.includes(id)).length);
    if (new Set(views).size === 1 && listed.every((count) => count === nodes.size)) break;
    if (looks === LOOKS) throw new Error(`the nodes do not agree: ${JSON.stringify(views)}`);
    await host.wait(LOOK_MS);
  }
  for (const conversation of conversations) conversation.close();
  return 'agreed';
}

/** Runs a script, and returns the reply of each line that reads. The first two letters of a connection name the node. */
async function replies({ host, nodes }: ClusterHost, script: ConformanceScript, protocol: 2 | 3): Promise<string[]> {
  const open = new Map<string, { readonly conversation: Conversation; readonly id: string }>();
  const result: string[] = [];
  try {
    for (const step of stepsOf(script)) {
      if (step.waits > 0) {
        await host.wait(step.waits);
        continue;
      }
      const node = nodes.get(step.connection.slice(0, 2));
      if (node === undefined) throw new Error(`no node ${step.connection}`);
      let connection = open.get(step.connection);
      if (connection === undefined) {
        const conversation = await host.open(node);
        conversation.send(['HELLO', String(protocol)]);
        await conversation.next();
        conversation.send(['CLIENT', 'ID']);
        connection = { conversation, id: (await conversation.next()).text };
        open.set(step.connection, connection);
      }
      const { conversation, id } = connection;
      if (step.words?.[0] === 'AGREED') {
        result.push(await agreed({ host, nodes }));
        continue;
      }
      if (step.words !== null) conversation.send(step.words.map((word) => filled(word, nodes)));
      const command = (step.words ?? []).slice(0, 2).join(' ');
      if (step.reads) {
        const tree = await conversation.next();
        result.push(step.compares === 'exact' ? printed(tree, nodes, command) : printTree(tree, step.compares));
      }
      if (step.blocks) await conversation.untilBlocked(id);
    }
  } finally {
    for (const { conversation } of open.values()) conversation.close();
  }
  return result;
}

/** `{id:pa}`, `{host:pa}`, `{port:pa}`. */
function filled(word: string, nodes: NodeNames): string {
  const [, what, name = ''] = /^\{(id|host|port):(\w+)\}$/.exec(word) ?? [];
  if (what === undefined) return word;
  return String(nodes.get(name)?.[what as 'id' | 'host' | 'port'] ?? '');
}

export async function clusterDifferences(
  real: ClusterHost,
  model: ClusterHost,
  script: ConformanceScript,
  protocol: 2 | 3,
): Promise<Difference[]> {
  const [expected, actual] = [await replies(real, script, protocol), await replies(model, script, protocol)];
  const reading = stepsOf(script).filter(({ reads }) => reads);
  return reading.flatMap(({ line }, at) => {
    const [right = 'nothing', ours = 'nothing'] = [expected[at], actual[at]];
    return right === ours ? [] : [{ script: script.name, line, real: right, model: ours }];
  });
}
