import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { releasePort } from './ports.js';
import { endProcess, startProcess } from './processes.js';
import { until } from './wait.js';

/** How a process is started, and when it is ready. */
interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** Name for messages. */
  readonly name: string;
  /** It lives as long as the whole run, see `leaks.ts`. */
  readonly shared?: boolean;
  /** Whether it is ready. */
  readonly isReady: () => Promise<boolean>;
  /** What it does then, for messages: `answers PING`. */
  readonly what: string;
}

/** A real process on 127.0.0.1 with ports and a folder of its own, which a test ends, holds up and starts again. */
export abstract class LocalProcess {
  readonly host = '127.0.0.1';
  #child: ChildProcess | null = null;
  #state: 'running' | 'paused' | 'ended' | 'removed' = 'ended';

  /** `ports`: those that it listens on. The first is the one for clients. */
  protected constructor(
    private readonly ports: readonly number[],
    readonly folder: string,
  ) {}

  get port(): number {
    return this.ports[0] ?? 0;
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
    const file = join(this.folder, 'output.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** SIGKILL: all connections break. Ports and folder stay, for `restart`. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
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

  /** Starts again, on the same ports, in the same folder. Resolves when it is ready. */
  async restart(): Promise<void> {
    if (this.#state === 'removed') throw new Error(`${this.address} was stopped for good`);
    await this.kill();
    await this.launch();
  }

  /** Ends the process at once, frees the ports and removes the folder. */
  async stop(): Promise<void> {
    await this.kill();
    if (this.#state === 'removed') return;
    this.#state = 'removed';
    // A child that saves may outlive its parent for a moment, and write into the folder.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 25, retryDelay: 20 });
    for (const port of this.ports) releasePort(port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Starts the process by `begin`. */
  protected abstract launch(): Promise<void>;

  protected async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child !== null) await endProcess(this.#child, signal);
    if (this.#state !== 'removed') this.#state = 'ended';
  }

  /** Resolves when the process is ready. Rejects with the end of what it wrote. */
  protected async begin({ program, args, name, shared = false, isReady, what }: Launch): Promise<void> {
    const child = startProcess(program, args, { name, folder: this.folder, shared });
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
    try {
      await until(() => failure !== null || isReady(), { timeoutMs: 10_000, everyMs: 5, what: `${name} ${what}` });
      if (failure !== null) throw new Error(`${name} ${failure}`);
    } catch (error) {
      const tail = this.log.split('\n').slice(-30).join('\n');
      throw new Error(`${(error as Error).message}\n--- its output:\n${tail}`, { cause: error });
    }
  }
}
