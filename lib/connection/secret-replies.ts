import { ReplyError } from '../errors.js';
import type { Arg } from '../protocol/command-spec.js';
import { argText } from '../protocol/resp/text.js';

/** So many characters of a secret in a row are a part of it; fewer are in many a word. */
const PART = 6;
const HIDDEN = '***';
/** How servers quote a command that they do not know, cut at 128 bytes: https://github.com/redis/redis/blob/7.0/src/server.c (`commandCheckExistence`) */
const QUOTED_ARGUMENTS = /(with args beginning with:).*/s;

/** Secrets among the arguments of a command; undefined: it has none. */
type SecretsOf = (args: readonly string[]) => readonly string[];

const after = (word: RegExp, count: number): SecretsOf => {
  return (args) => args.flatMap((arg, at) => (word.test(arg) ? args.slice(at + 1, at + 1 + count) : []));
};
const valuesOf = (name: RegExp): SecretsOf => {
  return (args) => args.flatMap((arg, at) => (at % 2 === 0 && name.test(arg) ? (args[at + 1] ?? []) : []));
};

/** https://redis.io/docs/latest/commands/acl-setuser/ */
const PASSWORD_RULE = /^[><#!]/;
const PLAIN_RULE = /^([+~&%-].*|on|off|nopass|reset\w*|all\w+|nocommands|clearselectors|(skip-)?sanitize-payload)$/i;

/** What no rule of an ACL is may be a password without its `>`, or several rules in one text, as in a selector. */
function secretsOfRule(rule: string): string[] {
  if (PASSWORD_RULE.test(rule)) return [rule.slice(1)];
  const parts = rule.split(/[\s()]+/).filter((part) => part !== '');
  if (parts.length > 1 || parts[0] !== rule) return parts.flatMap(secretsOfRule);
  return PLAIN_RULE.test(rule) ? [] : [rule];
}

/** Commands that carry secrets, by name. */
const SECRETS: Readonly<Record<string, SecretsOf>> = {
  AUTH: (args) => args.slice(-1),
  HELLO: (args) => after(/^auth$/i, 2)(args).slice(1),
  MIGRATE: (args) => [...after(/^auth$/i, 1)(args), ...after(/^auth2$/i, 2)(args)],
  'ACL SETUSER': (args) => args.flatMap((arg, at) => (at === 0 && !PASSWORD_RULE.test(arg) ? [] : secretsOfRule(arg))),
  'CONFIG SET': valuesOf(/pass|auth/i),
  'SENTINEL SET': after(/pass|auth/i, 1),
  'SENTINEL CONFIG SET': valuesOf(/pass|auth/i),
};

/**
 * The error reply to a command, without what the command carried of secrets: servers and proxies quote what they refuse, and errors go into
 * logs. The arguments of a command that the server does not know are left out as well: the command may be one of these, misspelt. The same
 * error where nothing is to be hidden.
 */
export function withoutSecretsOf(error: ReplyError, name: string, args: readonly Arg[]): ReplyError {
  const secretsOf = Object.hasOwn(SECRETS, name) ? SECRETS[name] : undefined;
  return withoutSecrets(error, secretsOf === undefined ? [] : secretsOf(args.map(argText)));
}

/** The error reply without quoted arguments, and without its text where any part of these secrets may be in it. */
export function withoutSecrets(error: ReplyError, secrets: readonly string[]): ReplyError {
  const text = error.message.replace(QUOTED_ARGUMENTS, `$1 ${HIDDEN}`);
  const isTold = secrets.some((secret) => isPartOf(secret, text) || isPartOf(secret, error.code));
  if (!isTold && text === error.message) return error;
  const code = isTold && secrets.some((secret) => isPartOf(secret, error.code)) ? 'ERR' : error.code;
  const shown = isTold ? `${code} ${HIDDEN} (the server's text quotes a secret)` : text;
  return new ReplyError(code, shown, { node: error.node, command: error.command, attempts: error.attempts, executed: error.executed });
}

/** Whether the text has a part of the secret, as it is or as it is written in URLs and headers. */
function isPartOf(secret: string, text: string): boolean {
  if (secret === '') return false;
  const bytes = Buffer.from(secret);
  // Bytes are text without halves of surrogate pairs, which cannot be encoded.
  const forms = [secret, encodeURIComponent(bytes.toString()), bytes.toString('base64')];
  return forms.some((form) => partsOf(form).some((part) => text.includes(part)));
}

function partsOf(form: string): string[] {
  if (form.length <= PART) return [form];
  return Array.from({ length: form.length - PART + 1 }, (_, at) => form.slice(at, at + PART));
}
