import { ProxyProcess } from './proxy-process.js';

export interface NutcrackerOptions {
  /** Where the keys are: `host:port`, or with a weight (default 1) and the name that is hashed. */
  readonly servers: readonly (string | NutcrackerServer)[];
  /** Default `fnv1a_64`, as nutcracker's. */
  readonly hash?: string;
  /** Default `ketama`, as nutcracker's. */
  readonly distribution?: 'ketama' | 'modula' | 'random';
  /** Two characters. */
  readonly hashTag?: string;
  /** Other settings of the pool, by nutcracker's names: `{ timeout: 400, auto_eject_hosts: true }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Default: a free one. */
  readonly port?: number;
}

export interface NutcrackerServer {
  readonly at: string;
  readonly weight?: number;
  readonly name?: string;
}

/** A real nutcracker (twemproxy) in front of servers: https://github.com/twitter/twemproxy#configuration */
export class Nutcracker extends ProxyProcess {
  static start(options: NutcrackerOptions): Promise<Nutcracker> {
    return ProxyProcess.startAs(
      {
        name: 'nutcracker',
        // The second is the one of its statistics, which it does not do without.
        ports: 2,
        config: ([port = 0]) => configOf(options, port),
        args: ([, statistics = 0], file) => [
          '-c',
          file,
          '-a',
          '127.0.0.1',
          '-s',
          String(statistics),
          '-o',
          '/dev/stderr',
          '-p',
          'pid-of-nutcracker',
        ],
        port: options.port,
      },
      (parts) => new Nutcracker(parts),
    );
  }
}

function configOf(
  { servers, hash = 'fnv1a_64', distribution = 'ketama', hashTag, settings = {} }: NutcrackerOptions,
  port: number,
): string {
  const pool: Record<string, string | number | boolean> = { listen: `127.0.0.1:${port}`, redis: true, hash, distribution, ...settings };
  if (hashTag !== undefined) pool.hash_tag = `"${hashTag}"`;
  const lines = Object.entries(pool).map(([name, value]) => `  ${name}: ${value}`);
  const members = servers.map((server) => {
    const { at, weight = 1, name } = typeof server === 'string' ? ({ at: server } as NutcrackerServer) : server;
    return `   - ${at}:${weight}${name === undefined ? '' : ` ${name}`}`;
  });
  return `${['pool:', ...lines, '  servers:', ...members].join('\n')}\n`;
}
