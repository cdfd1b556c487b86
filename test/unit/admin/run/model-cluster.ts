import type { BatchClient } from '../../../../lib/admin/node-connections.js';
import type { NodeRef } from '../../../../lib/admin/plans/steps.js';
import { ConnectionLostError, ReplyError } from '../../../../lib/errors.js';
import type { Address } from '../../../../lib/options/address.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';

/** A node of a `ModelCluster`. */
class ModelNode {
  readonly ref: NodeRef;
  readonly slots = new Set<number>();
  readonly migrating = new Map<number, string>();
  readonly importing = new Map<number, string>();
  /** Names of keys by slot. */
  readonly keys = new Map<number, Set<string>>();

  constructor(port: number) {
    const address = { host: 'h', port };
    this.ref = { id: String(port), name: `h:${port}`, address, peer: { ...address, busPort: port } };
  }

  keysOf(slot: number): Set<string> {
    const keys = this.keys.get(slot) ?? new Set<string>();
    this.keys.set(slot, keys);
    return keys;
  }
}

/** What becomes of the command that is the n-th, from 0 on. */
export type Mishap = (place: number, words: readonly string[], port: number) => 'cut' | ReplyError | null;

/**
 * Model of a cluster: slots, their marks and their keys, as the commands of a move see and change them. After each command it holds that a
 * client finds every key, at the owner of its slot or where the owner sends clients to.
 */
export class ModelCluster implements BatchClient {
  readonly commands: string[] = [];
  /** Called after each command. */
  onCommand: (words: readonly string[]) => void = () => undefined;
  /** Nodes that answer nothing. */
  readonly silent = new Set<number>();
  /** Keys that clients write between the commands, by slot. */
  readonly written = new Map<number, string[]>();
  /** Slots to which clients write; empty: they write nothing. */
  writtenSlots: readonly number[] = [];
  /** A write that was sent elsewhere and arrives after the next command. */
  #redirected: { readonly slot: number; readonly node: ModelNode } | null = null;
  readonly #nodes: readonly ModelNode[];
  readonly #mishap: Mishap;
  #isCut = false;
  /** Slots that the last command changed. */
  readonly #touched = new Set<number>();
  #queued: (() => Raw)[] | null = null;

  constructor(nodes: readonly number[] | readonly ModelNode[], mishap: Mishap = () => null) {
    this.#nodes = nodes.map((node) => (typeof node === 'number' ? new ModelNode(node) : node));
    this.#mishap = mishap;
  }

  node(port: number): ModelNode {
    const node = this.#nodes.find(({ ref }) => ref.id === String(port));
    if (node === undefined) throw new Error(`no node ${port}`);
    return node;
  }

  /** Slots that are open on either side. */
  get open(): number[] {
    return [...new Set(this.#nodes.flatMap(({ migrating, importing }) => [...migrating.keys(), ...importing.keys()]))].sort(
      (a, b) => a - b,
    );
  }

  /** The same nodes: connections work again, and nothing more goes wrong. */
  restored(): ModelCluster {
    const model = new ModelCluster(this.#nodes);
    for (const [slot, keys] of this.written) model.written.set(slot, keys);
    return model;
  }

  credentials(): Promise<null> {
    return Promise.resolve(null);
  }

  async send(address: Address, words: readonly Arg[]): Promise<Raw> {
    const [reply = null] = await this.sendAll(address, [words]);
    if (reply instanceof ReplyError) throw reply;
    return reply;
  }

  async sendAll(address: Address, commands: readonly (readonly Arg[])[]): Promise<readonly Raw[]> {
    const port = 'port' in address ? address.port : 0;
    const replies: Raw[] = [];
    if (this.silent.has(port)) return await new Promise<never>(() => undefined);
    for (const command of commands) {
      const words = command.map(String);
      const mishap = this.#isCut ? 'cut' : this.#mishap(this.commands.length, words, port);
      if (mishap === 'cut') {
        this.#isCut = true;
        throw new ConnectionLostError('the connection broke', { executed: 'unknown' });
      }
      this.commands.push(`${port} ${words.join(' ')}`);
      replies.push(mishap ?? this.execute(port, words));
      this.assertFound(this.#touched, words.join(' '));
      this.#touched.clear();
      this.#write();
      this.onCommand(words);
    }
    // The replies come later, in the order of the commands.
    await Promise.resolve();
    return replies;
  }

  /** A client is told where to write a key, and does it after the next command: whoever is not there any more sends it elsewhere. */
  #write(): void {
    if (this.writtenSlots.length === 0) return;
    const sent = this.#redirected;
    if (sent !== null) {
      const { slot } = sent;
      const node = sent.node.slots.has(slot) || sent.node.importing.has(slot) ? sent.node : this.#placeToWrite(slot);
      const key = `written${this.commands.length}`;
      node.keysOf(slot).add(key);
      this.written.set(slot, [...(this.written.get(slot) ?? []), key]);
      this.assertFound([slot], `a write to slot ${slot}`);
    }
    const slot = this.writtenSlots[this.commands.length % this.writtenSlots.length] ?? 0;
    this.#redirected = { slot, node: this.#placeToWrite(slot) };
  }

  #placeToWrite(slot: number): ModelNode {
    const owner = this.#ownerOf(slot);
    const target = this.#nodes.find(({ ref }) => ref.id === owner?.migrating.get(slot));
    const place = target ?? owner;
    if (place === undefined) throw new Error(`nobody owns slot ${slot}`);
    return place;
  }

  #ownerOf(slot: number): ModelNode | undefined {
    return (
      this.#nodes.find(({ slots, migrating }) => slots.has(slot) && !migrating.has(slot)) ??
      this.#nodes.find(({ slots }) => slots.has(slot))
    );
  }

  /** What a client finds: the names of a slot's keys. */
  reachable(slot: number): string[] {
    const owner =
      this.#nodes.find(({ slots, migrating }) => slots.has(slot) && !migrating.has(slot)) ??
      this.#nodes.find(({ slots }) => slots.has(slot));
    if (owner === undefined) return [];
    return [...owner.keysOf(slot), ...this.#askedOf(owner, slot)];
  }

  /** Throws unless every owner of these slots finds all their keys, and each has an owner. */
  assertFound(slots: Iterable<number>, after = ''): void {
    for (const slot of slots) {
      const owners = this.#nodes.filter((node) => node.slots.has(slot));
      if (owners.length === 0) throw new Error(`after ${after} nobody owns slot ${slot}`);
      const all = this.#nodes.flatMap((node) => [...node.keysOf(slot)]);
      for (const owner of owners) {
        const found = new Set([...owner.keysOf(slot), ...this.#askedOf(owner, slot)]);
        const missing = all.find((key) => !found.has(key) && !key.startsWith('stray'));
        if (missing !== undefined) throw new Error(`after ${after} clients of ${owner.ref.name} do not find ${missing}`);
      }
    }
  }

  #askedOf(owner: ModelNode, slot: number): readonly string[] {
    const target = this.#nodes.find(({ ref }) => ref.id === owner.migrating.get(slot));
    const isWelcome = target !== undefined && (target.importing.has(slot) || target.slots.has(slot));
    return isWelcome ? [...target.keysOf(slot)] : [];
  }

  execute(port: number, words: readonly string[]): Raw {
    const node = this.node(port);
    const name = words[0] === 'CLUSTER' ? (words[1] ?? '') : (words[0] ?? '');
    if (name === 'MULTI') this.#queued = [];
    else if (name === 'EXEC') {
      const replies = (this.#queued ?? []).map((command) => command());
      this.#queued = null;
      return replies;
    } else if (this.#queued !== null) {
      this.#queued.push(() => this.#run(node, name, words));
      return 'QUEUED';
    } else return this.#run(node, name, words);
    return 'OK';
  }

  #run(node: ModelNode, name: string, words: readonly string[]): Raw {
    const slot = Number(words[2]);
    switch (name) {
      case 'COUNTKEYSINSLOT':
        return node.keysOf(slot).size;
      case 'NODES':
        return `${node.ref.id} ${node.ref.name}@1 myself,master - 0 0 1 connected ${[...node.migrating].map(([open, to]) => `[${open}->-${to}]`).join(' ')}\n`;
      case 'GETKEYSINSLOT':
        return [...node.keysOf(slot)].slice(0, Number(words[3])).map((key) => Buffer.from(key));
      case 'INFO':
        return 'db0:keys=1,expires=0,avg_ttl=0\r\n';
      case 'WAIT':
        return 0;
      case 'MIGRATE':
        return this.#migrate(node, words);
      case 'SETSLOT':
        this.#touched.add(slot);
        return setSlot(node, slot, words[3] ?? '', words[4] ?? '');
      default:
        return 'OK';
    }
  }

  #migrate(node: ModelNode, words: readonly string[]): Raw {
    const target = this.node(Number(words[2]));
    const keys = words.slice(words.indexOf('KEYS') + 1);
    const slot = [...node.keys].find(([, held]) => keys.some((key) => held.has(key)))?.[0];
    if (slot === undefined) return 'NOKEY';
    this.#touched.add(slot);
    if (!words.includes('REPLACE') && keys.some((key) => target.keysOf(slot).has(key))) {
      return new ReplyError('ERR', 'ERR Target instance replied with error: BUSYKEY Target key name already exists.');
    }
    for (const key of keys) if (node.keysOf(slot).delete(key)) target.keysOf(slot).add(key);
    return 'OK';
  }
}

/** https://redis.io/docs/latest/commands/cluster-setslot/ */
function setSlot(node: ModelNode, slot: number, state: string, id: string): Raw {
  if (state === 'IMPORTING') {
    if (node.slots.has(slot)) return new ReplyError('ERR', `ERR I'm already the owner of hash slot ${slot}`);
    node.importing.set(slot, id);
  } else if (state === 'MIGRATING') {
    if (!node.slots.has(slot)) return new ReplyError('ERR', `ERR I'm not the owner of hash slot ${slot}`);
    node.migrating.set(slot, id);
  } else if (state === 'STABLE') {
    node.migrating.delete(slot);
    node.importing.delete(slot);
  } else if (id === node.ref.id) {
    node.slots.add(slot);
    node.importing.delete(slot);
  } else {
    if (node.slots.has(slot) && node.keysOf(slot).size > 0) {
      return new ReplyError('ERR', `ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`);
    }
    node.slots.delete(slot);
    node.migrating.delete(slot);
  }
  return 'OK';
}
