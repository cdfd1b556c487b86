import { OptionsError } from '../errors.js';
import { refuseSecret } from './secrets.js';
import { checkTls, type TlsOptions } from './tls.js';
import type { ConnectionUrl } from './url.js';
import { type Check, integerBetween, secret, shape } from './validate.js';

/** The user and password that a client logs in with. */
export interface Credentials {
  /** Default: `default`, the server's default user. */
  readonly username?: string;
  readonly password: string;
  /** Life of the password or token, in ms from now. Before it ends, live connections log in again. Default: it does not expire. */
  readonly expiresInMs?: number;
}

/** A function that is asked for credentials at every connect. */
export interface CredentialFunction {
  (): Credentials | Promise<Credentials>;
  /** Another number whenever live connections have to log in again: what was asked for before is old. Without it nothing ever is. */
  readonly generation?: number;
}

/** Credentials, or a function that is asked for them at every connect. */
export type CredentialSource = Credentials | CredentialFunction;

/** How servers are reached: the data nodes of a client, or its sentinels. */
export interface AccessOptions {
  readonly username?: string;
  readonly password?: string;
  /** Instead of `username` and `password`, as the client's option of this name. */
  readonly credentials?: () => Credentials | Promise<Credentials>;
  /** `true`, or options for `tls.connect`. Default: false. */
  readonly tls?: boolean | TlsOptions;
}

/** Options of a client on another group of the same sentinels; the others are the first client's. */
export interface GroupOptions extends AccessOptions {
  /** Default: the client's. */
  readonly database?: number;
}

/** User, password, TLS and database of the data nodes, from a URL. */
export interface UrlAccess {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: true;
  readonly database?: number;
}

/** The server alone knows how many databases it has (`databases` in its configuration), and refuses the others. */
export const checkDatabase = integerBetween(0, 2_147_483_647);

/** Takes a function as it is: its result is checked where it is called. */
export const checkCredentials: Check<() => Credentials | Promise<Credentials>> = (value, path) =>
  typeof value === 'function'
    ? (value as () => Credentials) // its arguments and result cannot be seen from outside
    : refuseSecret(path, 'a function that gives { username, password }', value);

const ACCESS = {
  username: secret,
  password: secret,
  credentials: checkCredentials,
  tls: checkTls,
} satisfies Record<keyof AccessOptions, Check<unknown>>;

/** How the sentinels are reached. */
export const checkAccess = withOneLogin<AccessOptions>(shape(ACCESS));

/** The options of `group(name, options)`. */
export const checkGroup = withOneLogin<GroupOptions>(
  shape({ ...ACCESS, database: checkDatabase } satisfies Record<keyof GroupOptions, unknown>),
);

/** Refuses a login that is given as `credentials` and as `username` or `password`. */
function withOneLogin<T extends AccessOptions>(check: Check<T>): Check<T> {
  return (value, path) => {
    const given = check(value, path);
    if (given.credentials !== undefined && (given.username !== undefined || given.password !== undefined)) refuseTwoLogins(path);
    return given;
  };
}

/** Throws for a login that is given twice. */
function refuseTwoLogins(path: string): never {
  throw new OptionsError(`${path}.credentials`, 'expected either credentials, or username and password');
}

/**
 * The login of the data nodes; null: none. Options win over the URL field by field: it may name the user, and the password come from
 * elsewhere.
 */
export function credentialsOf(given: AccessOptions, url: UrlAccess, path: string): CredentialSource | null {
  if (given.credentials !== undefined) {
    if (given.username === undefined && given.password === undefined) return given.credentials;
    return refuseTwoLogins(path);
  }
  const username = given.username ?? url.username;
  const password = given.password ?? url.password;
  if (password !== undefined) return username === undefined ? { password } : { username, password };
  if (username === undefined) return null;
  throw new OptionsError(`${path}.${path === 'url' ? 'password' : 'username'}`, 'expected a password with the username');
}

/** The TLS options of the data nodes; null: no TLS. A URL that asks for TLS is never overruled. */
export function tlsOf(given: AccessOptions, url: UrlAccess, path: string): TlsOptions | null {
  if (given.tls === false && url.tls === true) {
    throw new OptionsError(`${path}.tls`, 'expected true or options for tls.connect, because the URL asks for TLS (rediss://), got false');
  }
  if (typeof given.tls === 'object') return given.tls;
  return given.tls === true || url.tls === true ? {} : null;
}

/** The checks of `url` in a topology that came as plain data. */
export const checkUrlAccess = shape({
  username: secret,
  password: secret,
  tls: (value, path) => (value === true ? value : refuseSecret(path, 'true', value)),
  database: checkDatabase,
} satisfies { [Name in keyof UrlAccess]-?: Check<NonNullable<UrlAccess[Name]>> });

/** User, password, TLS and database that a URL names. */
export function accessOfUrl(url: ConnectionUrl): UrlAccess {
  return {
    ...(url.username === undefined ? {} : { username: url.username }),
    ...(url.password === undefined ? {} : { password: url.password }),
    ...(url.tls ? { tls: true as const } : {}),
    ...(url.database === undefined ? {} : { database: url.database }),
  };
}

/** The login and TLS among options. */
export function loginOf({ username, password, tls }: Omit<AccessOptions, 'credentials'>): Omit<AccessOptions, 'credentials'> {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
}

export function isSameAccess(a: UrlAccess, b: UrlAccess): boolean {
  return a.username === b.username && a.password === b.password && a.tls === b.tls && a.database === b.database;
}
