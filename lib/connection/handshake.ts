import { AuthError, ConnectError, DatabaseError, ReplyError, SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import type { Raw } from '../protocol/command-spec.js';
import { classify, isPassing } from '../protocol/resp/reply-error.js';
import { thrownText } from '../util/user-function.js';
import { VERSION } from '../version.js';

/** What a fresh connection must become before it carries commands. */
export interface HandshakeConfig {
  readonly protocol: 2 | 3;
  readonly credentials: Credentials | null;
  readonly database: number;
  readonly clientName: string | null;
  /** Reads on a replica need it in a cluster: https://redis.io/docs/latest/commands/readonly/ */
  readonly readonly: boolean;
}

/** One command of the handshake, and what its error reply means. */
export interface HandshakeStep {
  readonly words: readonly string[];
  /** `auth`: a refusal is an authentication error; `needed`: any error ends the connection; `optional`, `id`, `info`: errors are ignored. */
  readonly on: 'hello' | 'auth' | 'needed' | 'optional' | 'id' | 'info';
}

/**
 * The steps, all sent in one write. HELLO switches to RESP3 and authenticates at once (https://redis.io/docs/latest/commands/hello/);
 * servers before 6.0, proxies and ACL rules may refuse it, then the RESP2 steps are sent instead.
 */
export function handshakeSteps(config: HandshakeConfig, protocol: 2 | 3): HandshakeStep[] {
  const steps: HandshakeStep[] = [];
  const { credentials } = config;
  if (protocol === 3) {
    const auth = credentials === null ? [] : authWords(credentials, protocol);
    const name = config.clientName === null ? [] : ['SETNAME', config.clientName];
    steps.push({ words: ['HELLO', '3', ...auth, ...name], on: 'hello' });
  } else {
    if (credentials !== null) steps.push({ words: authWords(credentials, protocol), on: 'auth' });
    if (config.clientName !== null) steps.push({ words: ['CLIENT', 'SETNAME', config.clientName], on: 'optional' });
    // HELLO says it: https://redis.io/docs/latest/commands/client-id/
    steps.push({ words: ['CLIENT', 'ID'], on: 'id' });
  }
  if (config.database !== 0) steps.push({ words: ['SELECT', String(config.database)], on: 'needed' });
  if (config.readonly) steps.push({ words: ['READONLY'], on: 'optional' });
  steps.push({ words: ['CLIENT', 'SETINFO', 'LIB-NAME', 'slotwise'], on: 'optional' });
  steps.push({ words: ['CLIENT', 'SETINFO', 'LIB-VER', VERSION], on: 'optional' });
  // https://redis.io/docs/latest/commands/client-info/
  steps.push({ words: ['CLIENT', 'INFO'], on: 'info' });
  return steps;
}

/** Finds out whether credentials are wanted: a server that starts, or a user who may not PING, is for the commands to find out. */
export const PING_STEP: HandshakeStep = { words: ['PING'], on: 'optional' };

/**
 * The steps for a proxy, which closes the connection at commands that it does not know, or passes them on to a server that others use as
 * well: no HELLO, CLIENT or READONLY, and no SELECT of the database that it has anyway.
 */
export function plainSteps({ credentials, database }: HandshakeConfig): HandshakeStep[] {
  const steps: HandshakeStep[] = [];
  if (credentials !== null) steps.push({ words: authWords(credentials, 2), on: 'auth' });
  if (database !== 0) steps.push({ words: ['SELECT', String(database)], on: 'needed' });
  steps.push(PING_STEP);
  return steps;
}

/** Number of the steps that go alone where the dialect of the server is not known: those at which a proxy closes. */
export function openingLength(steps: readonly HandshakeStep[]): number {
  return steps.findIndex(({ on }) => on === 'hello' || on === 'id') + 1;
}

/** Words of proxies for a command that they do not have. Servers without CLIENT ID have others, of a subcommand. */
const UNKNOWN_TO_PROXY = /\b(?:unknown|unsupported) command\b|\bnot allowed\b/i;

/** Whether these replies, to the steps of RESP2, are those of a proxy: it has no CLIENT. HELLO was not sent, or refused. */
export function isOfProxy(steps: readonly HandshakeStep[], replies: readonly (Raw | ReplyError)[]): boolean {
  return steps.some(({ on }, index) => {
    const reply = replies[index];
    return on === 'id' && reply instanceof ReplyError && classify(reply) !== 'noperm' && UNKNOWN_TO_PROXY.test(reply.message);
  });
}

/** AUTH as a command, and as a part of HELLO. Before Redis 6 there are no users: https://redis.io/docs/latest/commands/auth/ */
export function authWords({ username, password }: Credentials, protocol: 2 | 3): string[] {
  const user = username ?? (protocol === 3 ? 'default' : null);
  return ['AUTH', ...(user === null ? [] : [user]), password];
}

/** What the replies of one round of steps mean. */
type HandshakeOutcome =
  | { readonly next: 'ready'; readonly server: ServerFacts }
  | { readonly next: 'resp2' }
  | { readonly next: 'fail'; readonly error: AuthError | ConnectError | DatabaseError };

/** What HELLO says of the server; empty strings where it was not sent or does not say. */
export interface ServerFacts {
  readonly protocol: 2 | 3;
  readonly product: string;
  readonly version: string;
  /** Id of this connection, as CLIENT UNBLOCK wants it; null: unknown. */
  readonly id: number | null;
  /** The server's own end of this connection, as it says; null: unknown. Servers behind one balancer differ by it. */
  readonly localAddress: string | null;
  /** Availability zone of the server (Valkey 8 and newer): https://valkey.io/commands/hello/ */
  readonly zone: string | null;
  /** A proxy is there, of which nothing is asked that it may close at. */
  readonly plain?: true;
}

export function judge(steps: readonly HandshakeStep[], replies: readonly (Raw | ReplyError)[], node: string): HandshakeOutcome {
  let server: ServerFacts = { protocol: 2, product: '', version: '', id: null, localAddress: null, zone: null };
  for (const [index, step] of steps.entries()) {
    const reply = replies[index] ?? null;
    if (!(reply instanceof Error)) {
      if (step.on === 'hello') server = factsOf(reply);
      else if (step.on === 'id' && typeof reply === 'number') server = { ...server, id: reply };
      else if (step.on === 'info') server = { ...server, localAddress: localAddressOf(reply) };
      continue;
    }
    const error = reply as ReplyError; // the parser makes no other errors
    const kind = classify(error);
    if (isPassing(error) && !isIgnored(step)) {
      return {
        next: 'fail',
        error: new ConnectError(`${node} is not ready: it refused ${step.words[0]}: ${error.message}`, { node, cause: error }),
      };
    }
    const wrongCredentials = kind === 'wrongpass' || (wantsLogin(error) && steps[0]?.words.includes('AUTH') !== true) || step.on === 'auth';
    if (wrongCredentials) {
      return { next: 'fail', error: refusedCredentials(node, error) };
    }
    if (isIgnored(step)) continue;
    // Whatever else a server, a proxy or an ACL rule has against HELLO: RESP2 may still work, and its AUTH tells the truth about credentials.
    if (step.on === 'hello') return { next: 'resp2' };
    const refusal = `${node} refused ${step.words[0]}: ${error.message}`;
    const isUnrecoverable = step.words[0] === 'SELECT' && (error.code === 'ERR' || kind === 'noperm');
    return { next: 'fail', error: new (isUnrecoverable ? DatabaseError : ConnectError)(refusal, { node, cause: error }) };
  }
  return { next: 'ready', server };
}

/** The facts in an outcome that is to be the last one. Throws where it is none. */
export function factsIn(outcome: HandshakeOutcome, node: string): ServerFacts {
  if (outcome.next === 'ready') return outcome.server;
  throw outcome.next === 'fail' ? outcome.error : new ConnectError(`${node} refused HELLO`, { node });
}

function isIgnored({ on }: HandshakeStep): boolean {
  return on === 'optional' || on === 'id' || on === 'info';
}

/** What predixy answers to everything but AUTH of a client that is not logged in. */
const PREDIXY_NOAUTH = /^ERR auth permission deny\b/i;

function wantsLogin(error: ReplyError): boolean {
  return classify(error) === 'noauth' || PREDIXY_NOAUTH.test(error.message);
}

function refusedCredentials(node: string, error: ReplyError): AuthError {
  const what = wantsLogin(error) ? 'wants credentials and got none' : 'refused the credentials';
  return new AuthError(`${node} ${what}: ${error.message}`, { node, cause: error });
}

/** Outcome of an AUTH on a connection that is past its handshake. A connection that breaks logs in by its successor's handshake. */
export async function loggedIn(login: Promise<Raw>, node: string): Promise<void> {
  try {
    await login;
  } catch (error) {
    if (!(error instanceof ReplyError)) return;
    throw isPassing(error)
      ? new ConnectError(`${node} refused AUTH: ${error.message}`, { node, cause: error })
      : refusedCredentials(node, error);
  }
}

function factsOf(hello: Raw): ServerFacts {
  const facts = new Map<Raw, Raw>();
  if (Array.isArray(hello)) {
    for (let at = 0; at + 1 < hello.length; at += 2) facts.set(hello[at] ?? null, hello[at + 1] ?? null);
  }
  const id = facts.get('id');
  const zone = facts.get('availability_zone');
  return {
    protocol: facts.get('proto') === 3 ? 3 : 2,
    product: String(facts.get('server') ?? ''),
    version: String(facts.get('version') ?? ''),
    id: typeof id === 'number' ? id : null,
    localAddress: null,
    zone: typeof zone === 'string' && zone !== '' ? zone : null,
  };
}

function localAddressOf(info: Raw): string | null {
  return typeof info === 'string' ? (/(?:^|\s)laddr=(\S+)/.exec(info)?.[1] ?? null) : null;
}

/** Whether two connections to one address provably lead to different servers: a balancer, or a name with several addresses, chose. */
export function areOfDifferentServers({ localAddress: one }: ServerFacts, { localAddress: other }: ServerFacts): boolean {
  return one !== null && other !== null && one !== other;
}

/** Returns an error reply as a reply. Throws any other error, because there was no reply. */
export function replyOrThrow(error: unknown): Raw {
  if (error instanceof ReplyError) return error;
  throw error;
}

export function asHandshakeError(error: unknown, node: string): SlotwiseError {
  if (error instanceof SlotwiseError) return error;
  return new ConnectError(`the handshake with ${node} failed: ${thrownText(error)}`, { node, cause: error });
}
