import type { ReplicationGroup } from '../../support/replication.js';
import type { Server } from '../../support/server.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import { Replication } from '../servers/replication/replication.js';
import { type Conversation, type Host, ModelHost, RealHost } from './conversation.js';
import { printTree } from './reply-tree.js';
import { stepsOf } from './script.js';

/** Servers of a group: the first is the primary at the beginning. */
export const NODES = ['p', 'q', 'r'] as const;
export type NodeName = (typeof NODES)[number];

/** A primary with two replicas, real or not. */
export interface Side {
  readonly host: Host;
  address(node: NodeName): { readonly host: string; readonly port: number };
  set(node: NodeName, option: 'min-replicas-to-write' | 'replica-serve-stale-data', value: string): Promise<void>;
  kill(node: NodeName): Promise<void>;
}

interface ModelNode {
  readonly server: RedisServer;
  readonly replication: Replication;
}

export class ModelSide implements Side {
  readonly host = new ModelHost();
  readonly #servers: readonly ModelNode[];

  constructor(options: { readonly product: 'redis' | 'valkey'; readonly version: string }) {
    const { network, books, host } = this.host;
    this.#servers = NODES.map((_, index) => {
      const server = new RedisServer(network, { host, port: 6379 + index }, options, books);
      const replication = new Replication(server, null);
      server.replication = replication;
      return { server, replication };
    });
    const [first, ...others] = this.#servers;
    if (first !== undefined) for (const { replication } of others) replication.begin(first.replication);
    for (const { server } of this.#servers) server.start();
  }

  #at(node: NodeName): ModelNode {
    const found = this.#servers[NODES.indexOf(node)];
    if (found === undefined) throw new Error(`no ${node}`);
    return found;
  }

  address(node: NodeName): { readonly host: string; readonly port: number } {
    return this.#at(node).server;
  }

  async set(node: NodeName, option: string, value: string): Promise<void> {
    const { replication } = this.#at(node);
    if (option === 'min-replicas-to-write') replication.minReplicas = Number(value);
    else replication.servesStaleData = value === 'yes';
  }

  async kill(node: NodeName): Promise<void> {
    this.#at(node).server.kill();
  }
}

export class RealSide implements Side {
  readonly host: RealHost;

  constructor(private readonly group: ReplicationGroup) {
    this.host = new RealHost(group.primary.port, group.primary.host);
  }

  #at(node: NodeName): Server {
    const found = this.group.servers[NODES.indexOf(node)];
    if (found === undefined) throw new Error(`no ${node}`);
    return found;
  }

  address(node: NodeName): { readonly host: string; readonly port: number } {
    return this.#at(node);
  }

  async set(node: NodeName, option: string, value: string): Promise<void> {
    await this.#at(node).ask('CONFIG', 'SET', option, value);
  }

  async kill(node: NodeName): Promise<void> {
    await this.#at(node).kill();
  }
}

/**
 * Runs lines on a group, and returns what each that reads has brought. A line is as in a script of one server, and begins with the name of a
 * node, perhaps with a number for another connection: `q: GET k`, `p2? BLPOP l 0`. Besides: `set p min-replicas-to-write 3`, `kill p`,
 * `until p: ROLE has master`. `{q.host}` and `{q.port}` stand for an address; in replies addresses are written so, and with `shape:` other
 * numbers as N.
 */
export async function runLines(side: Side, lines: readonly string[]): Promise<string[]> {
  const open = new Map<string, Conversation>();
  const results: string[] = [];
  const connection = async (name: string): Promise<Conversation> => {
    const known = open.get(name) ?? (await side.host.open(side.address(name[0] as NodeName)));
    open.set(name, known);
    return known;
  };
  const filled = (text: string): string =>
    text.replace(/\{(\w)\.(host|port)\}/g, (_, node: NodeName, part: 'host' | 'port') => String(side.address(node)[part]));
  const readable = (text: string): string => {
    let shown = text;
    for (const node of NODES) shown = shown.replaceAll(String(side.address(node).port), `${node}.port`);
    return shown.replaceAll(side.address('p').host, 'HOST');
  };
  try {
    for (const line of lines) {
      const [verb = '', first = '', second = '', third = ''] = line.split(' ');
      if (verb === 'set') await side.set(first as NodeName, second as 'min-replicas-to-write', third);
      else if (verb === 'kill') await side.kill(first as NodeName);
      else if (verb === 'wait') await side.host.wait(Number(first));
      else if (verb === 'until') await untilHas(side, await connection(`${first[0]}9`), line);
      else results.push(...(await runStep(line, connection, filled)).map(readable));
    }
  } finally {
    for (const conversation of open.values()) conversation.close();
  }
  return results;
}

async function runStep(
  line: string,
  connection: (name: string) => Promise<Conversation>,
  filled: (text: string) => string,
): Promise<string[]> {
  const [, isShape, name = '', rest = ''] = /^(shape: )?(\w\d?)(.*)$/.exec(line) ?? [];
  const [step] = stepsOf({ name: 'one', text: `x${rest}` });
  if (step === undefined) throw new Error(`no step: ${line}`);
  const { words, reads, blocks, compares } = step;
  const conversation = await connection(name);
  if (words !== null) conversation.send(words.map(filled));
  if (blocks) await conversation.untilBlocked(await idOf(connection, name));
  if (!reads) return [];
  const text = printTree(await conversation.next(), compares);
  return [isShape === undefined ? text : shapeOf(text)];
}

/** Ids are asked before a connection blocks. */
async function idOf(connection: (name: string) => Promise<Conversation>, name: string): Promise<string> {
  const other = await connection(`${name[0]}8`);
  other.send(['CLIENT', 'LIST']);
  const { text } = await other.next();
  return /id=(\d+) .*cmd=(?:blpop|wait)/.exec(text)?.[1] ?? '0';
}

function shapeOf(text: string): string {
  return text.replace(/(?<![\w.])\d+\b/g, 'N');
}

/** `until p: ROLE has master` */
async function untilHas(side: Side, conversation: Conversation, line: string): Promise<void> {
  const [, command = '', wanted = ''] = /^until \w: (.*) has (.*)$/.exec(line) ?? [];
  for (let tries = 0; tries < 500; tries++) {
    conversation.send(command.split(' '));
    if (printTree(await conversation.next()).includes(wanted)) return;
    await side.host.wait(20);
  }
  throw new Error(`${line}: it has not come`);
}
