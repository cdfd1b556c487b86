import type { ConnectionConfig } from '../../lib/connection/connection.js';
import type { Listener } from '../simulation/network/network.js';
import type { ServerEnd } from '../simulation/network/tcp.js';
import { CommandReader, encode, Failure, OK, type ReplyValue, Status } from '../simulation/servers/resp.js';
import { World } from '../simulation/world.js';

/** Longest wait for what has to happen, in ms of virtual time. */
const LONG_MS = 60_000;
const PORT = 6379;

/** What a script says where the command gets no answer for now. */
export const silence = Symbol('silence');

/** What a scripted server answers; undefined leaves the command to `usualAnswer`. */
export type Answer = ReplyValue | typeof silence | undefined;
/** `command`: the name in capitals. */
export type Script = (command: readonly string[], connection: ScriptedConnection) => Answer;

/** A connection as its scripted server sees it. */
export class ScriptedConnection {
  readonly received: string[] = [];
  protocol: 2 | 3 = 2;

  constructor(
    /** Counts from 0. */
    readonly index: number,
    readonly end: ServerEnd,
    private readonly world: World,
  ) {}

  /** Answers what was left without an answer, or sends what nobody asked for: all in one packet. */
  send(...values: readonly ReplyValue[]): void {
    const text = values.map((value) => encode(value, this.protocol)).join('');
    this.end.write(Buffer.from(text, 'latin1'), this.world.timeline.now);
  }
}

/** A server in memory that answers as the test says. */
export class ScriptedServer implements Listener {
  /** All that there ever were. */
  readonly connections: ScriptedConnection[] = [];
  readonly address: { readonly host: string; readonly port: number };

  constructor(
    readonly host: string,
    public script: Script,
    private readonly world: World,
  ) {
    this.address = { host, port: PORT };
    this.listen();
  }

  listen(): void {
    this.world.network.listeners.set(this.name, this);
  }

  /** New connections are refused, until `listen`. Those that are open stay. */
  refuse(): void {
    this.world.network.listeners.delete(this.name);
  }

  get name(): string {
    return `${this.host}:${PORT}`;
  }

  get open(): ScriptedConnection[] {
    return this.connections.filter(({ end }) => !end.isClosed);
  }

  /** Commands with these names that came, in their order; without names all. */
  received(...names: readonly string[]): string[] {
    const all = this.connections.flatMap(({ received }) => received);
    return names.length === 0 ? all : all.filter((words) => names.includes(words.split(' ')[0] ?? ''));
  }

  accept(end: ServerEnd): void {
    const connection = new ScriptedConnection(this.connections.length, end, this.world);
    this.connections.push(connection);
    const reader = new CommandReader();
    const close = (): void => end.close();
    end.handlers = {
      data: (bytes, sentAt) => {
        end.read(bytes.length);
        reader.add(bytes, sentAt);
        for (let words = reader.next(); words !== null; words = reader.next()) this.#take(words, connection);
      },
      ended: close,
      reset: close,
    };
  }

  #take([name = '', ...args]: readonly string[], connection: ScriptedConnection): void {
    const command = [name.toUpperCase(), ...args];
    connection.received.push(command.join(' '));
    const scripted = this.script(command, connection);
    const answer = scripted === undefined ? usualAnswer(command, connection) : scripted;
    if (answer !== silence && !connection.end.isClosed) connection.send(answer);
  }
}

/** What every server answers while clients get ready. */
function usualAnswer([name = '', first]: readonly string[], connection: ScriptedConnection): ReplyValue {
  switch (name) {
    case 'HELLO':
      connection.protocol = first === '2' ? 2 : 3;
      return new Map<string, ReplyValue>([
        ['server', 'redis'],
        ['version', '7.0.15'],
        ['proto', connection.protocol],
        ['id', connection.index + 1],
        ['mode', 'standalone'],
        ['role', 'master'],
        ['modules', []],
      ]);
    case 'PING':
      return first ?? new Status('PONG');
    case 'ECHO':
      return first ?? '';
    case 'AUTH':
    case 'CLIENT':
    case 'READONLY':
    case 'ASKING':
      return OK;
    default:
      return new Failure(`ERR unknown command '${name}'`);
  }
}

/**
 * The network and the time of the simulation, with servers that answer as a test says: for unit tests of what stands on sockets. Nothing
 * waits, and nothing moves on but in `until` and `pass`.
 */
export class ScriptedWorld implements Disposable {
  readonly #world = new World(1, { latency: { least: 0.05, most: 0.05 } });

  constructor() {
    this.#world.enter();
  }

  /** Starts a server at this address. */
  serve(host: string, script: Script = () => undefined): ScriptedServer {
    return new ScriptedServer(host, script, this.#world);
  }

  /** Names of what timers of the engine would call. */
  get openTimers(): readonly string[] {
    return this.#world.client.openTimerNames;
  }

  /** Time goes on until this is so. */
  async until(isSo: () => boolean, what = isSo.toString()): Promise<void> {
    if (!(await this.#run(isSo, LONG_MS))) throw new Error(`after ${LONG_MS} ms it is not so that ${what}`);
  }

  async pass(ms: number): Promise<void> {
    await this.#run(() => false, ms);
  }

  /** Time goes on until the promise is settled. */
  async outcome<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    promise.then(settled, settled);
    await this.until(() => isSettled, 'the promise is settled');
    return promise;
  }

  [Symbol.dispose](): void {
    this.#world.leave();
    const [uncaught] = this.#world.client.uncaught;
    if (uncaught !== undefined) throw uncaught;
  }

  /** In an immediate, as the world has to run: see `drain` of its process. */
  #run(isSo: () => boolean, ms: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(this.#world.run(isSo, ms));
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}

/** What a connection to this server needs to come up. */
export function connectionTo({ address }: ScriptedServer): ConnectionConfig {
  return {
    address,
    tls: null,
    connectTimeoutMs: 5_000,
    keepAliveMs: 0,
    protocol: 3,
    credentials: null,
    database: 0,
    clientName: null,
    readonly: false,
  };
}
