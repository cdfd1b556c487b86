import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProxy, type ProxyName } from '../../scripts/servers.mjs';
import { claimPort, releasePort } from './ports.js';
import { endProcess, startProcess, temporaryFolder } from './processes.js';
import { until } from './wait.js';

/** How a proxy is started: its configuration, a function of the ports that were free, and its arguments. */
export interface ProxyLaunch {
  readonly name: ProxyName;
  /** Number of ports that it listens on. The first is the one for clients. */
  readonly ports: number;
  readonly config: (ports: readonly number[]) => string;
  readonly args: (ports: readonly number[], configFile: string) => readonly string[];
  /** The port for clients. Default: a free one. */
  readonly port?: number | undefined;
}

/** What a proxy process is made of. */
interface ProxyParts {
  readonly launch: ProxyLaunch;
  readonly program: string;
  readonly ports: readonly number[];
  readonly folder: string;
}

/** A real proxy process on 127.0.0.1 with a folder of its own. */
export class ProxyProcess {
  readonly host = '127.0.0.1';
  #child: ChildProcess | null = null;
  #state: 'running' | 'paused' | 'ended' | 'removed' = 'ended';

  protected constructor(private readonly parts: ProxyParts) {}

  /** Starts one; resolves when it accepts connections. */
  protected static async startAs<T extends ProxyProcess>(launch: ProxyLaunch, make: (parts: ProxyParts) => T): Promise<T> {
    const program = findProxy(launch.name);
    if (program === null) throw new Error(`${launch.name} is missing, see scripts/servers.mjs`);
    // Between the claim of a port and its use another program may take it.
    for (let attempt = 1; ; attempt++) {
      const ports: number[] = launch.port === undefined ? [] : [launch.port];
      while (ports.length < launch.ports) ports.push(await claimPort());
      const proxy = make({ launch, program, ports, folder: temporaryFolder(`${launch.name}-${ports[0]}`) });
      try {
        await proxy.restart();
        return proxy;
      } catch (error) {
        await proxy.stop();
        if (attempt === 3) throw error;
      }
    }
  }

  get port(): number {
    return this.parts.ports[0] ?? 0;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get state(): 'running' | 'paused' | 'ended' | 'removed' {
    return this.#state;
  }

  /** What it wrote so far. */
  get log(): string {
    const file = join(this.parts.folder, 'output.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** SIGKILL: all connections break. Port and folder stay, for `restart`. */
  async kill(): Promise<void> {
    if (this.#child !== null) await endProcess(this.#child, 'SIGKILL');
    if (this.#state !== 'removed') this.#state = 'ended';
  }

  /** SIGSTOP: the kernel still accepts connections and bytes, and nobody answers. */
  pause(): void {
    if (this.#state !== 'running') throw new Error(`cannot pause ${this.address}, it is ${this.#state}`);
    this.#child?.kill('SIGSTOP');
    this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#child?.kill('SIGCONT');
    this.#state = 'running';
  }

  /** Starts again, on the same ports. Resolves when it accepts connections. */
  async restart(): Promise<void> {
    if (this.#state === 'removed') throw new Error(`${this.address} was stopped for good`);
    await this.kill();
    const { launch, program, folder, ports } = this.parts;
    writeFileSync(join(folder, 'proxy.conf'), launch.config(ports));
    const child = startProcess(program, launch.args(ports, 'proxy.conf'), { name: `${launch.name} ${this.address}`, folder });
    this.#child = child;
    this.#state = 'running';
    let failure: string | null = null;
    child.once('exit', (code, signal) => {
      failure = `ended with ${signal ?? code}`;
      if (this.#child === child && this.#state !== 'removed') this.#state = 'ended';
    });
    child.once('error', (error) => {
      failure = error.message;
    });
    await until(() => failure !== null || this.#accepts(), { timeoutMs: 10_000, everyMs: 5, what: `${launch.name} accepts connections` });
    if (failure !== null) throw new Error(`${launch.name} ${this.address} ${failure}\n--- its output:\n${this.log}`);
  }

  /** Ends the process at once, frees the ports and removes the folder. */
  async stop(): Promise<void> {
    await this.kill();
    if (this.#state === 'removed') return;
    this.#state = 'removed';
    rmSync(this.parts.folder, { recursive: true, force: true, maxRetries: 25, retryDelay: 20 });
    for (const port of this.parts.ports) releasePort(port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #accepts(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: this.host, port: this.port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}

/**
 * A mocha suite whose tests need these proxies; where one cannot be had they are skipped, and the title says why.
 *
 * @example
 * describeBehind(['nutcracker'], 'keys through nutcracker', () => {
 *   it('...', async () => {
 *     await using server = await Server.start();
 *     await using proxy = await Nutcracker.start({ servers: [server.address] });
 */
export function describeBehind(names: readonly ProxyName[], title: string, define: () => void): void {
  const missing = names.filter((name) => findProxy(name) === null);
  if (missing.length > 0) describe.skip(`${title} (${missing.join(' and ')} is missing, see scripts/servers.mjs)`, define);
  else describe(title, define);
}
