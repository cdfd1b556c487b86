import { Failure, OK, type ReplyValue } from '../simulation/servers/resp.js';
import type { Answer, ScriptedConnection, ScriptedServer, ScriptedWorld } from './scripted-world.js';

/** Answers of one of several servers, by its index; undefined leaves the command to what such a server says of itself. */
export type GroupScript = (server: number, command: readonly string[], connection: ScriptedConnection) => Answer;

/** Servers of a scripted world, each of which says who it is. */
abstract class ScriptedGroup {
  readonly servers: readonly ScriptedServer[];
  script: GroupScript = () => undefined;

  constructor(world: ScriptedWorld, size: number) {
    this.servers = Array.from({ length: size }, (_, index) =>
      world.serve(`10.0.0.${index + 1}`, (command, connection) => this.script(index, command, connection) ?? this.says(index, command)),
    );
  }

  server(index: number): ScriptedServer {
    const server = this.servers[index];
    if (server === undefined) throw new Error(`there is no server ${index}`);
    return server;
  }

  /** Commands with these names that a server got. */
  received(index: number, ...names: readonly string[]): string[] {
    return this.server(index).received(...names);
  }

  protected abstract says(index: number, command: readonly string[]): Answer;
}

interface Range {
  readonly first: number;
  readonly last: number;
  /** Index of the server. */
  readonly owner: number;
}

/** Primaries of a cluster, each with as many slots. */
export class ScriptedCluster extends ScriptedGroup {
  #ranges: readonly Range[] = this.servers.map((_, owner) => {
    const size = 16_384 / this.servers.length;
    return { first: Math.ceil(size * owner), last: Math.ceil(size * (owner + 1)) - 1, owner };
  });
  /** Those that the others do not name any more. */
  readonly #gone = new Set<number>();

  /** From now on the servers say that the slot belongs to `owner`. */
  moveSlot(slot: number, owner: number): void {
    this.#ranges = this.#ranges.flatMap((range) => {
      if (slot < range.first || slot > range.last) return [range];
      const parts = [
        { ...range, last: slot - 1 },
        { first: slot, last: slot, owner },
        { ...range, first: slot + 1 },
      ];
      return parts.filter(({ first, last }) => first <= last);
    });
  }

  /** From now on the servers say that `gone` has left, and that `owner` has its slots. */
  forget(gone: number, owner: number): void {
    this.#gone.add(gone);
    this.#ranges = this.#ranges.map((range) => (range.owner === gone ? { ...range, owner } : range));
  }

  error(kind: 'MOVED' | 'ASK', slot: number, to: number): Failure {
    return new Failure(`${kind} ${slot} ${this.server(to).name}`);
  }

  protected says(index: number, [name = '', sub = '']: readonly string[]): Answer {
    switch (name === 'CLUSTER' ? `CLUSTER ${sub.toUpperCase()}` : name) {
      case 'CLUSTER SHARDS':
        return this.#members.map(
          (owner) =>
            new Map<string, ReplyValue>([
              ['slots', this.#slotsOf(owner)],
              ['nodes', [this.#shardNode(owner)]],
            ]),
        );
      case 'CLUSTER NODES':
        return this.#members.map((owner) => `${this.#line(owner, owner === index)}\n`).join('');
      case 'INFO':
        return '# Server\r\nredis_mode:cluster\r\n# Replication\r\nrole:master\r\n# Cluster\r\ncluster_enabled:1\r\n';
      case 'ROLE':
        return ['master', 0, []];
      case 'READONLY':
        return OK;
      default:
        return undefined;
    }
  }

  get #members(): number[] {
    return [...this.servers.keys()].filter((index) => !this.#gone.has(index));
  }

  #slotsOf(owner: number): number[] {
    return this.#ranges.flatMap((range) => (range.owner === owner ? [range.first, range.last] : []));
  }

  #shardNode(index: number): ReplyValue {
    const { host } = this.server(index);
    const named = [
      ['id', idOf(index)],
      ['ip', host],
      ['endpoint', host],
      ['role', 'master'],
      ['health', 'online'],
    ] as const;
    return new Map<string, ReplyValue>([...named, ['port', this.server(index).address.port], ['replication-offset', 1]]);
  }

  #line(index: number, isMyself: boolean): string {
    const slots = this.#ranges.filter(({ owner }) => owner === index).map(({ first, last }) => `${first}-${last}`);
    const place = `${this.server(index).name}@16379`;
    return [idOf(index), place, isMyself ? 'myself,master' : 'master', '- 0 0', index + 1, 'connected', ...slots].join(' ');
  }
}

function idOf(index: number): string {
  return String(index).padStart(40, 'a');
}

/** A primary with its replicas. */
export class ScriptedReplication extends ScriptedGroup {
  /** Index of the primary. */
  primary = 0;

  protected says(index: number, [name = '']: readonly string[]): Answer {
    const isPrimary = index === this.primary;
    if (name === 'ROLE') return isPrimary ? this.#roleOfPrimary() : ['slave', this.#primary.host, this.#primary.port, 'connected', 1];
    if (name !== 'INFO') return undefined;
    const lines = ['# Server', 'redis_mode:standalone', `run_id:${idOf(index)}`, '# Replication', ...this.#linesOf(isPrimary)];
    return `${lines.join('\r\n')}\r\nmaster_replid:${'r'.repeat(40)}\r\nmaster_repl_offset:1\r\nloading:0\r\n`;
  }

  get #primary(): ScriptedServer['address'] {
    return this.server(this.primary).address;
  }

  get #replicas(): ScriptedServer[] {
    return this.servers.filter((_, index) => index !== this.primary);
  }

  #roleOfPrimary(): ReplyValue {
    return ['master', 1, this.#replicas.map(({ address: { host, port } }) => [host, String(port), '1'])];
  }

  #linesOf(isPrimary: boolean): string[] {
    const { host, port } = this.#primary;
    if (!isPrimary) return ['role:slave', `master_host:${host}`, `master_port:${port}`, 'master_link_status:up', 'slave_repl_offset:1'];
    const replicas = this.#replicas.map(
      ({ address }, at) => `slave${at}:ip=${address.host},port=${address.port},state=online,offset=1,lag=0`,
    );
    return ['role:master', `connected_slaves:${replicas.length}`, ...replicas];
  }
}

/** Slot of the key `b`, which the first of three servers has. */
export const SLOT_OF_B = 3300;
