import { IntegerRangeError, type Redis, type Script } from '../../index.js';
import type { Command } from './command.js';
import { asResp2 } from './over/resp2-replies.js';
import { roundBigints } from './replies.js';

/** Views of the engine on which commands are issued: text as strings, and as bytes. */
export interface EngineViews {
  readonly text: Redis;
  readonly bytes: Redis;
  /** The client is not the entry's: its replies are read as bytes, and become those of RESP2. */
  readonly isForeign: boolean;
}

/** What a view, a pipeline and a transaction of the engine have alike. */
interface Issuer {
  call(name: string, ...args: readonly (string | Buffer)[]): unknown;
  script(script: Script, keys: readonly (string | Buffer)[], args: readonly (string | Buffer)[]): unknown;
}

interface Batch extends Issuer {
  exec(options: { readonly errors: 'inline' }): Promise<unknown[]>;
}

function issue(issuer: Issuer, command: Command): unknown {
  const { name, args, script } = command;
  if (script === null) return issuer.call(name, ...args);
  const count = Number(args[1]);
  // The server says what is wrong with the count.
  if (!Number.isInteger(count) || count < 0 || count > args.length - 2) return issuer.call('eval', script.lua, ...args.slice(1));
  return issuer.script(script.scriptFor(command.isReadOnly), args.slice(2, 2 + count), args.slice(2 + count));
}

const isText = ({ replyEncoding }: Command): boolean => replyEncoding === 'utf8' || replyEncoding === 'utf-8';

/** Issues a command, and gives its reply as it came: text, or bytes where the command wants another encoding. */
export function callEngine(views: EngineViews, command: Command): Promise<unknown> {
  if (views.isForeign) return callForeign(views, command);
  try {
    return issue((isText(command) ? views.text : views.bytes) as unknown as Issuer, command) as Promise<unknown>; // by `call` and `script`
  } catch (error) {
    // More arguments than a call can have (some 120,000).
    return Promise.reject(error);
  }
}

async function callForeign({ bytes }: EngineViews, command: Command): Promise<unknown> {
  try {
    return asResp2(command.name, command.args, await issue(bytes as unknown as Issuer, command)); // as above
  } catch (error) {
    if (error instanceof IntegerRangeError) return asResp2(command.name, command.args, roundedReply(error));
    throw error;
  }
}

/** Issues commands together; outcomes are the engine's. Rejects where none of them was run. */
export async function runBatch(views: EngineViews, commands: readonly Command[], transaction: boolean): Promise<readonly unknown[]> {
  if (commands.length === 0) return [];
  const view = !views.isForeign && commands.every(isText) ? views.text : views.bytes;
  const batch = (transaction ? view.multi() : view.pipeline()) as unknown as Batch;
  for (const command of commands) issue(batch, command);
  const outcomes = await batch.exec({ errors: 'inline' });
  return views.isForeign ? outcomes.map((outcome, at) => foreignOutcome(outcome, commands[at])) : outcomes;
}

function foreignOutcome(outcome: unknown, command: Command | undefined): unknown {
  const reply = outcome instanceof IntegerRangeError ? roundedReply(outcome) : outcome;
  return reply instanceof Error || command === undefined ? reply : asResp2(command.name, command.args, reply);
}

/** The reply of a command that has integers beyond 2^53: rounded, as ioredis gives it. */
export function roundedReply({ reply }: IntegerRangeError): unknown {
  return roundBigints(reply);
}

/** What became of a command in a batch, with integers beyond 2^53 rounded. */
export function roundedOutcome(outcome: unknown): unknown {
  return outcome instanceof IntegerRangeError ? roundedReply(outcome) : roundBigints(outcome);
}
