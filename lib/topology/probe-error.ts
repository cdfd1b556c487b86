import {
  AddressRefusedError,
  AuthError,
  DatabaseError,
  ReplyError,
  SlotwiseError,
  show,
  TlsError,
  TopologyError,
  type TopologyErrorCode,
} from '../errors.js';
import { type Address, addressKey } from '../options/address.js';
import { classify } from '../protocol/resp/reply-error.js';
import type { Answer } from './ask-several.js';
import type { ServerMode } from './replies.js';

export interface Cause {
  readonly node: string;
  readonly error: unknown;
}

const MISCONFIGURED: ReadonlySet<string> = new Set<TopologyErrorCode>([
  'ERR_NOT_A_CLUSTER',
  'ERR_IS_A_CLUSTER',
  'ERR_NOT_A_SENTINEL',
  'ERR_IS_A_SENTINEL',
  'ERR_PRIMARY_NAME_UNKNOWN',
  'NOPERM',
]);

/** Whether a server does not let us in, and will not until a person corrects options or servers. */
export function isRefusedAccess(error: unknown): error is AuthError | DatabaseError | TlsError {
  return error instanceof AuthError || error instanceof DatabaseError || error instanceof TlsError;
}

/** Whether no retry helps, because a person has to correct the options or the servers. */
export function isMisconfigured(error: unknown): boolean {
  if (isRefusedAccess(error) || error instanceof AddressRefusedError) return true;
  return error instanceof TopologyError && MISCONFIGURED.has(error.code);
}

/** Throws where a server that should be a data server on its own runs in another mode. */
export function checkDataServer(node: string, mode: ServerMode | null): void {
  if (mode === 'sentinel') {
    throw new TopologyError('ERR_IS_A_SENTINEL', `${node} is a sentinel, not a data server: use sentinel([…], 'name')`, [], { node });
  }
  if (mode === 'cluster') {
    throw new TopologyError('ERR_IS_A_CLUSTER', `${node} is a node of a cluster: use cluster([…])`, [], { node });
  }
}

/** Whether the ACL refused a question. */
export function isNotPermitted(reply: unknown): reply is ReplyError {
  return reply instanceof ReplyError && classify(reply) === 'noperm';
}

/** The error for a question that the ACL refused. `rights`: what the user needs, as rules of an ACL; `more`: what else is known. */
export function notPermitted(node: string, reply: ReplyError, rights: string, more = ''): TopologyError {
  const message = `${node} does not let this user ask what the client has to know: ${reply.message}; it needs ${rights}${more}`;
  return new TopologyError('NOPERM', message, [{ node, error: reply }], { node });
}

/** The failed ones of `answers`, as they appear in a `TopologyError`. */
export function causesOf(answers: readonly Answer<Address, unknown>[]): Cause[] {
  return answers.flatMap((answer) => (answer.ok ? [] : [{ node: addressKey(answer.item), error: answer.error }]));
}

/**
 * The error of a probe that found nothing. What one server said of itself (it is a sentinel, no cluster, …) says more to the user than that
 * others did not answer, and a wrong password is reported as what it is if every server refused it.
 */
export function failure(code: TopologyErrorCode, message: string, causes: readonly Cause[]): SlotwiseError {
  const specific = causes.find(({ error }) => error instanceof TopologyError)?.error;
  if (specific instanceof TopologyError) return new TopologyError(codeOf(specific), specific.message, causes, { node: specific.node });
  const refused = causes[0]?.error;
  if (refused instanceof SlotwiseError && causes.every(({ error }) => isRefusedAccess(error))) return refused;
  return new TopologyError(code, `${message}${list(causes)}`, causes);
}

function codeOf(error: TopologyError): TopologyErrorCode {
  return error.code as TopologyErrorCode; // its constructor takes no other
}

/** ` (10.0.0.1:7000: connect ECONNREFUSED …; …)`, or nothing. */
function list(causes: readonly Cause[]): string {
  if (causes.length === 0) return '';
  const shown = causes.slice(0, 4).map(({ node, error }) => {
    const text = error instanceof SlotwiseError ? error.message : show(error);
    return text.includes(node) ? text : `${node}: ${text}`;
  });
  return ` (${shown.join('; ')}${causes.length > shown.length ? `; and ${causes.length - shown.length} more` : ''})`;
}
