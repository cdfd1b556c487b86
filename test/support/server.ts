import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { requireServer, type ServerVersion, versionOf } from '../../scripts/servers.mjs';
import { AskConnection, type AskOptions, infoFields } from './ask.js';
import { certificateFiles } from './certificates.js';
import { LocalProcess } from './local-process.js';
import { claimPort } from './ports.js';
import { temporaryFolder } from './processes.js';
import { type CommandArg, type Reply, ReplyFailure } from './resp.js';

export interface ServerOptions {
  /** Lines of the configuration file, after the defaults below. */
  readonly config?: readonly string[];
  /** Default: what `scripts/servers.mjs` finds. */
  readonly program?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Whether it also listens with TLS, on `tlsPort`. */
  readonly tls?: boolean;
  /** Whether it also listens on a socket file, `socketPath`. */
  readonly unixSocket?: boolean;
  /** Sets `requirepass` and `masterauth`. */
  readonly password?: string;
  /** How `ask` logs in. Default: with `password`. */
  readonly auth?: { readonly username?: string; readonly password: string };
  /** Runs as a Sentinel; `config` says what it watches. */
  readonly sentinel?: boolean;
  /** Lives as long as the whole run, see `leaks.ts`. */
  readonly shared?: boolean;
}

/** A real server process on 127.0.0.1 with a folder of its own. */
export class Server extends LocalProcess {
  readonly #options: ServerOptions;
  readonly #program: string;

  private constructor(
    options: ServerOptions,
    port: number,
    readonly tlsPort: number | null,
    folder: string,
  ) {
    super(tlsPort === null ? [port] : [port, tlsPort], folder);
    this.#options = options;
    this.#program = options.program ?? requireServer().server;
  }

  /** Resolves when the server answers. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    // Between the claim of a port and its use another program may take it.
    for (let attempt = 1; ; attempt++) {
      const port = options.port ?? (await claimPort());
      const tlsPort = options.tls ? await claimPort() : null;
      const server = new Server(options, port, tlsPort, temporaryFolder(`${options.sentinel ? 'sentinel' : 'server'}-${port}`));
      try {
        server.#configure();
        await server.launch();
        return server;
      } catch (error) {
        await server.stop();
        if (options.port !== undefined || attempt === 5 || !/already in use/i.test(String(error))) throw error;
      }
    }
  }

  /** Product and version of the program that servers run by default. */
  static version(): ServerVersion {
    const { server } = requireServer();
    const version = versionOf(server);
    if (version === null) throw new Error(`${server} does not tell its version`);
    return version;
  }

  get socketPath(): string {
    return join(this.folder, 'socket');
  }

  /** A connection that stays open, for many questions or for connection state. The caller closes it. */
  connect(options: AskOptions = {}): Promise<AskConnection> {
    const { password, auth = password === undefined ? undefined : { password } } = this.#options;
    return AskConnection.open({ host: this.host, port: this.port }, { auth, ...options });
  }

  /** Sends one command over a connection of its own. Rejects for an error reply. */
  async ask(...args: readonly CommandArg[]): Promise<Reply> {
    using connection = await this.connect();
    return await connection.ask(...args);
  }

  async info(section = 'default'): Promise<Record<string, string>> {
    return infoFields(await this.ask('INFO', section));
  }

  /** SIGTERM: the server says farewell to its clients and replicas. Port and folder stay. */
  async terminate(): Promise<void> {
    this.resume();
    await this.end('SIGTERM');
  }

  #configure(): void {
    const { config = [], password, sentinel = false, unixSocket = false } = this.#options;
    const lines = [`port ${this.port}`, `bind ${this.host}`, 'protected-mode no', `dir ${this.folder}`];
    if (!sentinel) lines.push('save ""', 'appendonly no', 'repl-diskless-sync-delay 0', 'enable-debug-command yes');
    if (password !== undefined) lines.push(`requirepass ${password}`, ...(sentinel ? [] : [`masterauth ${password}`]));
    if (unixSocket) lines.push(`unixsocket ${this.socketPath}`, 'unixsocketperm 700');
    if (this.tlsPort !== null) {
      lines.push(`tls-port ${this.tlsPort}`, 'tls-auth-clients optional', `tls-ca-cert-file ${certificateFiles.ca}`);
      lines.push(`tls-cert-file ${certificateFiles.serverCert}`, `tls-key-file ${certificateFiles.serverKey}`);
    }
    writeFileSync(join(this.folder, 'server.conf'), `${[...lines, ...config].join('\n')}\n`);
  }

  protected async launch(): Promise<void> {
    const { sentinel = false, shared = false } = this.#options;
    // Any server program is a Sentinel too: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#running-sentinel
    const args = ['server.conf', ...(sentinel ? ['--sentinel'] : [])];
    const name = `${basename(this.#program)}${sentinel ? ' as sentinel' : ''} ${this.address}`;
    await this.begin({ program: this.#program, args, name, shared, isReady: () => this.#answers(), what: 'answers PING' });
  }

  async #answers(): Promise<boolean> {
    try {
      await this.ask('PING');
      return true;
    } catch (error) {
      // It answers; whoever asks must log in some other way.
      return error instanceof ReplyFailure && /^(NOAUTH|NOPERM|WRONGPASS)/.test(error.message);
    }
  }
}

/** These options, with that program where one is given. */
export function withProgram(options: ServerOptions = {}, program: string | undefined): ServerOptions {
  return program === undefined ? options : { ...options, program };
}

/** Stops all, whatever happens to one of them. */
export async function stopAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

/** Starts several at once; if one fails, the others are stopped. */
export type StartServer = (options: ServerOptions) => Promise<Server>;

export async function startAll(options: readonly ServerOptions[], start: StartServer = Server.start): Promise<Server[]> {
  const results = await Promise.allSettled(options.map((each) => start(each)));
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return servers;
  await stopAll(servers);
  throw failed.reason;
}
