import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProxy, type ProxyName } from '../../scripts/servers.mjs';
import { LocalProcess } from './local-process.js';
import { claimPort } from './ports.js';
import { temporaryFolder } from './processes.js';

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
export class ProxyProcess extends LocalProcess {
  readonly #parts: ProxyParts;

  protected constructor(parts: ProxyParts) {
    super(parts.ports, parts.folder);
    this.#parts = parts;
  }

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

  protected async launch(): Promise<void> {
    const { launch, program, folder, ports } = this.#parts;
    writeFileSync(join(folder, 'proxy.conf'), launch.config(ports));
    const name = `${launch.name} ${this.address}`;
    await this.begin({
      program,
      args: launch.args(ports, 'proxy.conf'),
      name,
      isReady: () => this.#accepts(),
      what: 'accepts connections',
    });
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
