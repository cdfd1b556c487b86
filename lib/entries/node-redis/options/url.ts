import type { RedisClientOptions, RedisSocketOptions } from './types.js';

/** What a URL says: the options that it stands for. */
export interface UrlOptions extends Pick<RedisClientOptions, 'username' | 'password' | 'database'> {
  readonly socket: RedisSocketOptions;
}

/** Options of `redis[s]://[[user][:password]@][host][:port][/database]` and `unix://[user:password@]/path[?db=n]`. Throws `TypeError`. */
export function parseURL(url: string): UrlOptions {
  if (url.startsWith('unix:')) return parseUnixUrl(url);
  const { hostname, port, protocol, username, password, pathname } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw new TypeError(`Protocol - ${protocol} - is not a valid Redis protocol. Expected redis: or rediss:`);
  return {
    socket: {
      host: hostname.replace(/^\[([0-9a-f:]+)\]$/, '$1'),
      tls: protocol === 'rediss:',
      ...(port === '' ? {} : { port: Number(port) }),
    },
    ...loginOf(username, password),
    ...(pathname.length > 1 ? { database: databaseOf(pathname.slice(1), 'Invalid pathname') } : {}),
  };
}

function parseUnixUrl(url: string): UrlOptions {
  const match = /^unix:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/.exec(url);
  const [, username = '', password = '', path = '/', query = ''] = match ?? [];
  if (path === '/') throw new TypeError('Invalid unix URL');
  const database = new URLSearchParams(query).get('db');
  return {
    socket: { path: decodeURIComponent(path), tls: false },
    ...loginOf(username, password),
    ...(database === null ? {} : { database: databaseOf(database, 'Invalid db query parameter') }),
  };
}

function loginOf(username: string, password: string): Pick<UrlOptions, 'username' | 'password'> {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}

function databaseOf(text: string, problem: string): number {
  const database = Number(text);
  if (Number.isNaN(database)) throw new TypeError(problem);
  return database;
}

/** The options with what their URL says, which wins. */
export function withUrl<Options extends RedisClientOptions>(options: Options): Options {
  if (options.url === undefined || options.url === '') return options;
  const parsed = parseURL(options.url);
  const tls = options.socket?.tls;
  if (tls !== undefined && tls !== parsed.socket.tls) {
    throw new TypeError(`tls socket option is set to ${tls}, which does not match the protocol of the URL`);
  }
  return { ...options, ...parsed, socket: { ...options.socket, ...parsed.socket } };
}
