import { ProxyProcess } from './proxy-process.js';

export interface HAProxyOptions {
  /** `host:port` of what it hands connections to. */
  readonly servers: readonly string[];
  /**
   * `primary` asks each server for its role, every 50 ms, and hands connections to those alone that say they are a primary; those to a
   * server that no longer does are closed. Default: no checks.
   */
  readonly check?: 'primary';
  /** More lines of the `listen` section. */
  readonly lines?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}

/** A real HAProxy in tcp mode in front of servers: https://docs.haproxy.org/2.6/configuration.html */
export class HAProxy extends ProxyProcess {
  static start(options: HAProxyOptions): Promise<HAProxy> {
    return ProxyProcess.startAs(
      {
        name: 'haproxy',
        ports: 1,
        config: ([port = 0]) => configOf(options, port),
        args: (_, file) => ['-db', '-f', file],
        port: options.port,
      },
      (parts) => new HAProxy(parts),
    );
  }
}

/** A check as the documentation of HAProxy has it: https://docs.haproxy.org/2.6/configuration.html#4.2-tcp-check%20expect */
const PRIMARY_CHECK = [
  'option tcp-check',
  'tcp-check connect',
  'tcp-check send info\\ replication\\r\\n',
  'tcp-check expect string role:master',
  'default-server check inter 50ms fall 1 rise 1 on-marked-down shutdown-sessions',
];

function configOf({ servers, check, lines = [] }: HAProxyOptions, port: number): string {
  const checks = check === 'primary' ? PRIMARY_CHECK : [];
  const members = servers.map((address, at) => `server s${at} ${address}`);
  const section = [`bind 127.0.0.1:${port}`, ...checks, ...lines, ...members];
  const defaults = ['mode tcp', 'timeout connect 500ms', 'timeout client 1h', 'timeout server 1h', 'timeout check 500ms', 'retries 0'];
  return ['defaults', ...defaults.map(indented), 'listen redis', ...section.map(indented), ''].join('\n');
}

function indented(line: string): string {
  return `  ${line}`;
}
