import type { AccessOptions } from '../../options/access.js';
import { createSecureContext } from '../../runtime/sockets.js';
import { thrownText } from '../../util/user-function.js';
import type { Access, OptionValues } from './command.js';
import { readGivenFile } from './given-file.js';
import { numberOption, textOption } from './option-values.js';
import { UsageError } from './usage-error.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables with the password, the first that is set; the second one is redis-cli's. */
const PASSWORDS = ['SLOTWISE_PASSWORD', 'REDISCLI_AUTH'];

/** Longest delay of Node's timers. */
const LONGEST_MS = 2_147_483_647;

const PEM = /-----BEGIN [A-Z ]+-----/;

/**
 * Login and TLS. What the options say comes before what the URL says, and that before the environment. `typed`: the password that was typed.
 * Throws a `UsageError`.
 */
export function accessOf(options: OptionValues, environment: Environment, url: AccessOptions = {}, typed: string | null = null): Access {
  const username = textOption(options.user) ?? url.username;
  const password = textOption(options.password) ?? typed ?? url.password ?? fromEnvironment(environment);
  const tls = tlsOf(options) ?? url.tls;
  const connectTimeoutMs = numberOption(options, 'connect-timeout', 1);
  if (connectTimeoutMs !== undefined && connectTimeoutMs > LONGEST_MS)
    throw new UsageError(`--connect-timeout: expected at most ${LONGEST_MS}, got ${connectTimeoutMs}`);
  if (options.askpass === true && options.password !== undefined) throw new UsageError('--askpass and --password exclude each other');
  if (username !== undefined && password === undefined) {
    throw new UsageError(`expected a password for the user: set ${PASSWORDS.join(' or ')}, or add --askpass`);
  }
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
  };
}

function fromEnvironment(environment: Environment): string | undefined {
  const name = PASSWORDS.find((each) => environment[each] !== undefined && environment[each] !== '');
  return name === undefined ? undefined : environment[name];
}

function tlsOf(options: OptionValues): AccessOptions['tls'] {
  const [ca, cert, key] = ['cacert', 'cert', 'key'].map((name) => fileOf(options, name));
  const servername = textOption(options.sni);
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key belong together');
  if (cert !== undefined && key !== undefined) {
    try {
      createSecureContext({ cert, key });
    } catch (error) {
      throw new UsageError(`--cert and --key cannot be used: ${thrownText(error)}`);
    }
  }
  const details = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(options.insecure === true ? { rejectUnauthorized: false } : {}),
  };
  if (Object.keys(details).length > 0) return details;
  return options.tls === true ? true : undefined;
}

function fileOf(options: OptionValues, name: string): Buffer | undefined {
  const path = textOption(options[name]);
  if (path === undefined) return undefined;
  const content = readGivenFile(path, `--${name}`);
  if (!PEM.test(content.toString('latin1'))) throw new UsageError(`--${name}: ${path} has no PEM text (-----BEGIN …)`);
  return content;
}
