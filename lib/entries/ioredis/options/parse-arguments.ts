import { REDIS_DEFAULTS, type RedisOptions } from './redis-options.js';

/** What `new Redis()` takes: a port, a host, a path or URL, and options, in any order that ioredis has. */
export type RedisArgument = number | string | RedisOptions | null | undefined;

/** The options that arguments of the constructor name, without defaults. Of an option that is named twice the first holds. */
export function givenOptions(args: readonly unknown[]): RedisOptions {
  const options: Record<string, unknown> = {};
  let isTls = false;
  for (const arg of args) {
    if (arg === null || arg === undefined) continue;
    if (typeof arg === 'object') fill(options, arg);
    else if (typeof arg === 'number') options.port = arg;
    else if (typeof arg === 'string') {
      fill(options, optionsOfText(arg));
      isTls ||= /^rediss:\/\//i.test(arg);
    } else throw new Error(`Invalid argument ${String(arg)}`);
  }
  if (isTls) fill(options, { tls: true });
  for (const name of ['port', 'db']) {
    const value = options[name];
    if (typeof value === 'string') options[name] = Number.parseInt(value, 10);
  }
  return options;
}

/** The options of a constructor with the defaults of their version. Throws where they contradict each other. */
export function withDefaults(given: RedisOptions): RedisOptions {
  const options: Record<string, unknown> = { ...given };
  fill(options, REDIS_DEFAULTS[given.behaves === 5 ? 5 : 6]);
  if (options.replyMapping === 'resp3' && options.protocol !== 3) {
    throw new Error('The "resp3" replyMapping is only supported with protocol 3');
  }
  return options;
}

/** Options that a text names: a port, a path of a socket file, `host:port`, or a URL with its query. */
export function optionsOfText(text: string): RedisOptions {
  if (/^-?\d+$/.test(text)) return { port: Number(text) };
  const isRelative = text.startsWith('//');
  if (text.startsWith('/') && !isRelative) {
    const [path = '', query = ''] = text.split('?', 2);
    return fill({ path }, optionsOfQuery(new URLSearchParams(query)));
  }
  const hasScheme = /^rediss?:\/\//i.test(text);
  const url = new URL(hasScheme ? text : isRelative ? `redis:${text}` : `redis://${text}`);
  const options: Record<string, unknown> = {};
  if (url.username !== '' || url.password !== '') {
    options.username = decodeURIComponent(url.username);
    options.password = decodeURIComponent(url.password);
  }
  if (url.pathname.length > 1) {
    if (hasScheme || isRelative) options.db = url.pathname.slice(1);
    else options.path = url.pathname;
  }
  if (url.hostname !== '') options.host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.port !== '') options.port = url.port;
  return fill(options, optionsOfQuery(url.searchParams));
}

/** The values of a query are text, which options whose values are none have to be read from. */
function optionsOfQuery(query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries([...query].map(([name, value]) => [name, readValue(name, value)]));
}

const NUMBERS: ReadonlySet<string> = new Set([
  'behaves',
  'commandTimeout',
  'connectTimeout',
  'family',
  'keepAlive',
  'maxRetriesPerRequest',
  'protocol',
]);

function readValue(name: string, value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  const number = Number.parseInt(value, 10);
  return NUMBERS.has(name) && !Number.isNaN(number) ? number : value;
}

/** Takes over what is not there yet. */
function fill<T extends object>(options: T, more: object): T {
  for (const [name, value] of Object.entries(more)) {
    if ((options as Record<string, unknown>)[name] === undefined) (options as Record<string, unknown>)[name] = value;
  }
  return options;
}
