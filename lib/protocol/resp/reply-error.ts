import { ReplyError, withoutStack } from '../../errors.js';

/** Meaning of an error reply to the attempt loop and the handshake. `other` belongs to the caller. */
export type ErrorKind =
  | 'moved'
  | 'ask'
  | 'redirect'
  | 'tryagain'
  | 'clusterdown'
  | 'loading'
  | 'masterdown'
  | 'readonly'
  | 'noreplicas'
  | 'unblocked'
  | 'noauth'
  | 'wrongpass'
  | 'noperm'
  | 'execabort'
  | 'unknown-command'
  | 'noproto'
  | 'noscript'
  | 'no-keys'
  | 'other';

/**
 * A server's direction to another node. An empty `host` is the host that answered; `?` is a node whose preferred name it does not know
 * (yet).
 */
export type Redirection =
  | { readonly kind: 'MOVED' | 'ASK'; readonly slot: number; readonly host: string; readonly port: number }
  | { readonly kind: 'REDIRECT'; readonly host: string; readonly port: number };

const KIND_OF_CODE: ReadonlyMap<string, ErrorKind> = new Map<string, ErrorKind>([
  ['MOVED', 'moved'],
  ['ASK', 'ask'],
  ['REDIRECT', 'redirect'],
  ['TRYAGAIN', 'tryagain'],
  ['CLUSTERDOWN', 'clusterdown'],
  ['LOADING', 'loading'],
  ['MASTERDOWN', 'masterdown'],
  ['READONLY', 'readonly'],
  ['NOREPLICAS', 'noreplicas'],
  ['NOAUTH', 'noauth'],
  ['WRONGPASS', 'wrongpass'],
  ['NOPERM', 'noperm'],
  ['EXECABORT', 'execabort'],
  ['NOPROTO', 'noproto'],
  ['NOSCRIPT', 'noscript'],
]);

/** Texts that decide where the code alone does not. */
const KIND_OF_TEXT: readonly (readonly [code: string, text: RegExp, kind: ErrorKind])[] = [
  // Servers before 6.0 and proxies have no HELLO, older ones lack subcommands; the case of the text changed over the releases.
  ['ERR', /^ERR unknown (?:sub)?command\b/i, 'unknown-command'],
  // Before 6.0 a wrong password had no code of its own.
  ['ERR', /^ERR invalid password/i, 'wrongpass'],
  // What COMMAND GETKEYS says of a command without keys, or whose keys are none with these arguments.
  ['ERR', /^ERR The command has no key arguments/i, 'no-keys'],
  // `CLIENT UNBLOCK … ERROR` answers UNBLOCKED too, but then a client asked for it, and nothing is to be retried.
  ['UNBLOCKED', /instance state changed/, 'unblocked'],
];

/**
 * Whether a well-formed redirection stands behind `moved`, `ask` or `redirect` is for `redirection` to say.
 * Codes: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
export function classify(error: ReplyError): ErrorKind {
  const kind = KIND_OF_CODE.get(error.code);
  if (kind !== undefined) return kind;
  for (const [code, text, textKind] of KIND_OF_TEXT) if (error.code === code && text.test(error.message)) return textKind;
  return 'other';
}

// A script that runs for too long: https://redis.io/docs/latest/develop/programmability/lua-api/#maximum-execution-time
const UNAVAILABLE: ReadonlySet<string> = new Set(['LOADING', 'MASTERDOWN', 'CLUSTERDOWN', 'BUSY']);

/** Whether the node cannot serve, whatever the command. */
export function isNodeUnavailable({ code }: ReplyError): boolean {
  return UNAVAILABLE.has(code);
}

/** Codes of refusals that say nothing about what was asked: the server starts, follows, is busy or has no memory left. */
const PASSING_CODES: ReadonlySet<string> = new Set([...UNAVAILABLE, 'TRYAGAIN', 'OOM', 'MISCONF', 'NOREPLICAS']);
/** Texts of the same, without a code of their own: a server or a proxy that is full, whatever it was asked. */
const PASSING_TEXT = /^ERR .*\b(?:max(?:imum)? number of (?:clients|connections)|too many (?:clients|connections)|timed? ?out)\b/i;

/** Whether another attempt may end better, though nothing changes that a person has to correct. */
export function isPassing({ code, message }: ReplyError): boolean {
  return PASSING_CODES.has(code) || (code === 'ERR' && PASSING_TEXT.test(message));
}

// The host may be empty, a name, an IPv4 or an IPv6 address, bare or in brackets: the last colon splits. Words after it are let pass.
const REDIRECTION = /^(?:(MOVED|ASK) (\d{1,5})|REDIRECT) (\S*):(\d{1,5})(?:\s|$)/;

/**
 * Reads the target of a redirection; null if the text is none or names a slot, port or host that cannot be, which makes it an ordinary
 * error. Host names are folded to lower case, so that one node has one key.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
 */
export function redirection(error: ReplyError): Redirection | null {
  const match = REDIRECTION.exec(error.message);
  if (match === null) return null;
  const [, kind, slotText, hostText = '', portText] = match;
  const port = Number(portText);
  if (port < 1 || port > 65_535) return null;
  const host = (hostText.startsWith('[') && hostText.endsWith(']') ? hostText.slice(1, -1) : hostText).toLowerCase();
  if (kind !== 'MOVED' && kind !== 'ASK') return host === '?' ? null : { kind: 'REDIRECT', host, port };
  const slot = Number(slotText);
  return slot > 16_383 ? null : { kind, slot, host, port };
}

const CODE = /^[A-Z][A-Z0-9_-]*(?= |$)/;

/** The text of an error reply as an error. `code` is its first word if that is one in capitals, else `ERR`. */
export function parseReplyError(text: string): ReplyError {
  return replyError(CODE.exec(text)?.[0] ?? 'ERR', text);
}

/** The stack would only name the parser and the socket, and 10,000 redirections in a burst would pay for each. */
export function replyError(code: string, text: string): ReplyError {
  return withoutStack(() => new ReplyError(code, text));
}
