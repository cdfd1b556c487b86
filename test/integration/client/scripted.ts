import assert from 'node:assert/strict';
import { type ClientOptions, createClient, type Redis, SlotwiseError } from '../../../lib/index.js';
import { error, FakeServer, type Handler, ok, silence } from '../../support/fake-server.js';
import type { ReplyValue } from '../../support/resp.js';
import { until } from '../../support/wait.js';

type Options = Omit<ClientOptions, 'topology'>;

const clients: Redis[] = [];

export function track(redis: Redis): Redis {
  clients.push(redis);
  return redis;
}

/** For `afterEach`: whatever happened, no client may still count a command as unanswered. Ends the clients. */
export async function assertNoPendingCommands(): Promise<void> {
  const all = clients.splice(0);
  try {
    for (const redis of all) {
      await until(() => redis.stats().commands === 0, { what: 'no command counts as unanswered' });
      const { commands, bytes, waiting } = redis.stats();
      assert.deepEqual({ commands, bytes, waiting }, { commands: 0, bytes: 0, waiting: 0 });
    }
  } finally {
    for (const redis of all) redis.destroy();
  }
}

/** A client to one scripted server. */
export function clientOf(server: FakeServer, options: Options = {}): Redis {
  return track(createClient({ topology: { kind: 'single', address: { host: server.host, port: server.port } }, ...options }));
}

/** What a server on its own answers to the questions of a monitor; `readonly` makes it a replica. */
export function singleAnswers([name]: readonly string[], role: 'master' | 'slave' = 'master') {
  if (name === 'ROLE') return role === 'master' ? ['master', 0, []] : ['slave', '127.0.0.1', 1, 'connected', 0];
  if (name !== 'INFO') return undefined;
  return `# Server\r\nredis_mode:standalone\r\n# Replication\r\nrole:${role}\r\nconnected_slaves:0\r\nmaster_link_status:up\r\n# Persistence\r\nloading:0\r\n`;
}

/** A server whose commands a script answers, and that answers a monitor by itself. */
export function single(script: Handler): Handler {
  return async (command, connection) => {
    const answer = await script(command, connection);
    return answer === undefined ? singleAnswers(command) : answer;
  };
}

interface Range {
  readonly first: number;
  readonly last: number;
  /** Index of the server. */
  readonly owner: number;
}

/** A cluster of scripted servers. */
export class ScriptedCluster {
  /** Owners of the slots, as the servers say. May be replaced. */
  ranges: readonly Range[];
  /** Indexes of the servers that the others do not name any more. */
  readonly #gone = new Set<number>();
  script: (server: number, ...args: Parameters<Handler>) => ReturnType<Handler> = () => undefined;

  private constructor(readonly servers: readonly FakeServer[]) {
    const size = 16_384 / servers.length;
    this.ranges = servers.map((_, owner) => ({ first: Math.ceil(size * owner), last: Math.ceil(size * (owner + 1)) - 1, owner }));
    for (const [index, server] of servers.entries()) {
      server.handler = async (command, connection) => {
        const answer = await this.script(index, command, connection);
        return answer === undefined ? this.#answer(index, command) : answer;
      };
    }
  }

  static async start(count: number): Promise<ScriptedCluster> {
    return new ScriptedCluster(await Promise.all(Array.from({ length: count }, () => FakeServer.start())));
  }

  server(index: number): FakeServer {
    const server = this.servers[index];
    if (server === undefined) throw new Error(`there is no server ${index}`);
    return server;
  }

  client(options: Options = {}, seeds: readonly number[] = [0]): Redis {
    const addresses = seeds.map((index) => ({ host: this.server(index).host, port: this.server(index).port }));
    return track(createClient({ topology: { kind: 'cluster', seeds: addresses }, ...options }));
  }

  /** From now on the servers say that `gone` has left, and that `owner` has its slots. */
  forget(gone: number, owner: number): void {
    this.#gone.add(gone);
    this.ranges = this.ranges.map((range) => (range.owner === gone ? { ...range, owner } : range));
  }

  /** From now on the servers say that the slot belongs to `owner`. */
  moveSlot(slot: number, owner: number): void {
    this.ranges = [...this.ranges.map((range) => ({ ...range })), { first: slot, last: slot, owner }];
  }

  #members(): (readonly [FakeServer, number])[] {
    return this.servers.map((server, index) => [server, index] as const).filter(([, index]) => !this.#gone.has(index));
  }

  /** Commands with this name that a server got, as text. */
  received(index: number, ...names: readonly string[]): string[] {
    return this.server(index)
      .received.filter(([name = '']) => names.includes(name))
      .map((words) => words.join(' '));
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #answer(index: number, [name, sub]: readonly string[]): ReplyValue | undefined {
    const text = name === 'CLUSTER' ? `CLUSTER ${sub?.toUpperCase()}` : name;
    switch (text) {
      case 'CLUSTER SLOTS':
        return this.ranges.map(({ first, last, owner }) => [
          first,
          last,
          [this.server(owner).host, this.server(owner).port, this.#id(owner)],
        ]);
      case 'CLUSTER SHARDS':
        return this.#members().map(([server, owner]) => [
          'slots',
          this.ranges.flatMap((range) => (range.owner === owner ? [range.first, range.last] : [])),
          'nodes',
          [
            [
              'id',
              this.#id(owner),
              'port',
              server.port,
              'ip',
              server.host,
              'endpoint',
              server.host,
              'role',
              'master',
              'replication-offset',
              1,
              'health',
              'online',
            ],
          ],
        ]);
      case 'CLUSTER NODES':
        return this.#members()
          .map(([server, owner]) => {
            const slots = this.ranges.filter((range) => range.owner === owner).map(({ first, last }) => `${first}-${last}`);
            const flags = owner === index ? 'myself,master' : 'master';
            return `${this.#id(owner)} ${server.host}:${server.port}@${server.port + 10_000} ${flags} - 0 0 ${owner + 1} connected ${slots.join(' ')}\n`;
          })
          .join('');
      case 'CLUSTER MYID':
        return this.#id(index);
      case 'CLUSTER INFO':
        return 'cluster_state:ok\r\ncluster_slots_assigned:16384\r\n';
      case 'READONLY':
        return ok;
      case 'INFO':
        return '# Server\r\nredis_mode:cluster\r\n# Replication\r\nrole:master\r\n# Cluster\r\ncluster_enabled:1\r\n';
      case 'ROLE':
        return ['master', 0, []];
      default:
        return undefined;
    }
  }

  #id(index: number): string {
    return String(index).padStart(40, 'a');
  }
}

/** Slot of the key `b`, which server 0 of three has. Of the others, `c` (7365) is on server 1 and `a` (15495) on server 2. */
export const SLOT_OF_B = 3300;

/** Answers GET with the index of the server that answered, unless the script answers. */
export function namingServer(script: ScriptedCluster['script'] = () => undefined): ScriptedCluster['script'] {
  return (server, ...args) => script(server, ...args) ?? (args[0][0] === 'GET' ? `server ${server}` : undefined);
}

export const movedTo = (server: FakeServer, slot: number) => error(`MOVED ${slot} ${server.host}:${server.port}`);
export const askFrom = (server: FakeServer, slot: number) => error(`ASK ${slot} ${server.host}:${server.port}`);

/** The error a promise rejects with; fails if it does not. */
export async function rejected(promise: Promise<unknown>): Promise<SlotwiseError> {
  const outcome: unknown = await promise.then(
    (value) => assert.fail(`resolved with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(outcome instanceof SlotwiseError, String(outcome));
  return outcome;
}

/** Answers every GET with a value that names the key, and every SET with OK. */
export const store: Handler = ([name, arg]) => (name === 'GET' ? `value of ${arg}` : name === 'SET' ? ok : undefined);

/** Answers as `store` does, but never for the key `unanswered`. */
export const unanswered: Handler = (words, connection) => (words[1] === 'unanswered' ? silence : store(words, connection));
