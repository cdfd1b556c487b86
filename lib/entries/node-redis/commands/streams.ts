import type { RedisArgument as Arg, RedisVariadicArgument as Args, Dated, Numeric, Words } from '../command-parser.js';
import { list, map } from '../replies/aggregates.js';
import {
  claimed,
  claimedIds,
  messages,
  messagesOfStreams,
  messagesWithNulls,
  pendingMessages,
  pendingSummary,
  streamInfo,
} from '../replies/streams.js';
import { command, integer, integers, ok, text, textOrNull, texts } from './command.js';

type Policy = 'KEEPREF' | 'DELREF' | 'ACKED';

export interface XAddOptions {
  TRIM?: { strategy: 'MAXLEN' | 'MINID'; strategyModifier?: '=' | '~'; threshold: Numeric; limit?: number; policy?: Policy };
  policy?: Policy;
  IDMPAUTO?: { pid: Arg };
  IDMP?: { pid: Arg; iid: Arg };
}

type Streams = { key: Arg; id: Arg } | readonly { key: Arg; id: Arg }[];
type XAddArgs = [key: Arg, id: Arg, message: Readonly<Record<string, Arg>>, options?: XAddOptions];

export interface XTrimOptions {
  strategyModifier?: '=' | '~';
  LIMIT?: number;
  policy?: Policy;
}

export interface ReadOptions {
  COUNT?: number;
  BLOCK?: number;
  MAXCOUNT?: number;
  MAXSIZE?: number;
}

export interface ClaimOptions {
  IDLE?: number;
  TIME?: number | Dated;
  RETRYCOUNT?: number;
  FORCE?: boolean;
  LASTID?: Arg;
}

type ClaimArgs = [key: Arg, group: Arg, consumer: Arg, minIdleTime: number, id: Args, options?: ClaimOptions];
type AutoClaimArgs = [key: Arg, group: Arg, consumer: Arg, minIdleTime: number, start: Arg, options?: { COUNT?: number }];
type PendingArgs = [key: Arg, group: Arg, start: Arg, end: Arg, count: number, options?: { IDLE?: number; consumer?: Arg }];

function addWords(words: Words, modifier: string | undefined, ...[key, id, message, options]: XAddArgs): void {
  words.pushKey(key).maybe(modifier).maybe(options?.policy);
  if (options?.IDMPAUTO) words.push('IDMPAUTO', options.IDMPAUTO.pid);
  else if (options?.IDMP) words.push('IDMP', options.IDMP.pid, options.IDMP.iid);
  const trim = options?.TRIM;
  if (trim) words.push(trim.strategy).maybe(trim.strategyModifier).number(trim.threshold).option('LIMIT', trim.limit).maybe(trim.policy);
  words.push(id);
  for (const [field, value] of Object.entries(message)) words.push(field, value);
}

function readWords(words: Words, options: ReadOptions | undefined): Words {
  const { COUNT, MAXCOUNT, MAXSIZE, BLOCK } = options ?? {};
  return words.option('COUNT', COUNT).option('MAXCOUNT', MAXCOUNT).option('MAXSIZE', MAXSIZE).option('BLOCK', BLOCK);
}

function streamWords(words: Words, streams: Streams): void {
  const all = [streams].flat() as { key: Arg; id: Arg }[];
  words.push('STREAMS');
  for (const { key } of all) words.pushKey(key);
  for (const { id } of all) words.push(id);
}

function claimWords(words: Words, ...[key, group, consumer, minIdleTime, id, options]: ClaimArgs): Words {
  words.pushKey(key).push(group, consumer).number(minIdleTime).pushVariadic(id).option('IDLE', options?.IDLE);
  if (options?.TIME !== undefined) words.push('TIME').milliseconds(options.TIME);
  return words.option('RETRYCOUNT', options?.RETRYCOUNT).flag('FORCE', options?.FORCE).text('LASTID', options?.LASTID);
}

function autoClaimWords(words: Words, ...[key, group, consumer, minIdleTime, start, options]: AutoClaimArgs): Words {
  return words
    .pushKey(key)
    .push(group, consumer)
    .number(minIdleTime)
    .push(start)
    .option('COUNT', options?.COUNT || undefined);
}

function pendingWords(words: Words, ...[key, group, start, end, count, options]: PendingArgs): void {
  words.pushKey(key).push(group).option('IDLE', options?.IDLE).push(start, end).number(count).maybe(options?.consumer);
}

const range = (words: Words, key: Arg, start: Arg, end: Arg, options?: { COUNT?: number }): Words =>
  words.pushKey(key).push(start, end).option('COUNT', options?.COUNT);
const ofGroup = (words: Words, key: Arg, group: Arg): Words => words.pushKey(key).push(group);
const ofConsumer = (words: Words, key: Arg, group: Arg, consumer: Arg): Words => words.pushKey(key).push(group, consumer);

/** Streams and their groups. */
export const streams = {
  xAck: command('XACK', (w, key: Arg, group: Arg, id: Args) => w.pushKey(key).push(group).pushVariadic(id), integer),
  xAckDel: command(
    'XACKDEL',
    (w, key: Arg, group: Arg, id: Args, policy?: Policy) => w.pushKey(key).push(group).maybe(policy).push('IDS').pushVariadicWithLength(id),
    integers,
  ),
  xAdd: command('XADD', (w, ...args: XAddArgs) => addWords(w, undefined, ...args), text),
  xAddNoMkStream: command('XADD', (w, ...args: XAddArgs) => addWords(w, 'NOMKSTREAM', ...args), textOrNull),
  xAutoClaim: command('XAUTOCLAIM', autoClaimWords, claimed),
  xAutoClaimJustId: command('XAUTOCLAIM', (w, ...args: AutoClaimArgs) => autoClaimWords(w, ...args).push('JUSTID'), claimedIds),
  xClaim: command('XCLAIM', claimWords, messagesWithNulls),
  xClaimJustId: command('XCLAIM', (w, ...args: ClaimArgs) => claimWords(w, ...args).push('JUSTID'), texts),
  xDel: command('XDEL', (w, key: Arg, id: Args) => w.pushKey(key).pushVariadic(id), integer),
  xDelEx: command(
    'XDELEX',
    (w, key: Arg, id: Args, policy?: Policy) => w.pushKey(key).maybe(policy).push('IDS').pushVariadicWithLength(id),
    integers,
  ),
  xGroupCreate: command(
    'XGROUP CREATE',
    (w, key: Arg, group: Arg, id: Arg, options?: { MKSTREAM?: boolean; ENTRIESREAD?: number }) =>
      w.pushKey(key).push(group, id).flag('MKSTREAM', options?.MKSTREAM).option('ENTRIESREAD', options?.ENTRIESREAD),
    ok,
  ),
  xGroupCreateConsumer: command('XGROUP CREATECONSUMER', ofConsumer, integer),
  xGroupDelConsumer: command('XGROUP DELCONSUMER', ofConsumer, integer),
  xGroupDestroy: command('XGROUP DESTROY', ofGroup, integer),
  xGroupSetId: command(
    'XGROUP SETID',
    (w, key: Arg, group: Arg, id: Arg, options?: { ENTRIESREAD?: number }) =>
      w.pushKey(key).push(group, id).option('ENTRIESREAD', options?.ENTRIESREAD),
    ok,
  ),
  xInfoConsumers: command('XINFO CONSUMERS', ofGroup, list(map<unknown>())),
  xInfoGroups: command('XINFO GROUPS', (w, key: Arg) => w.pushKey(key), list(map<unknown>())),
  xInfoStream: command('XINFO STREAM', (w, key: Arg) => w.pushKey(key), streamInfo),
  xLen: command('XLEN', (w, key: Arg) => w.pushKey(key), integer),
  xPending: command('XPENDING', ofGroup, pendingSummary),
  xPendingRange: command('XPENDING', pendingWords, pendingMessages),
  xRange: command('XRANGE', range, messages),
  xRead: command('XREAD', (w, from: Streams, options?: ReadOptions) => streamWords(readWords(w, options), from), messagesOfStreams),
  xReadGroup: command(
    'XREADGROUP GROUP',
    (w, group: Arg, consumer: Arg, from: Streams, options?: ReadOptions & { NOACK?: boolean; CLAIM?: number }) =>
      streamWords(readWords(w.push(group, consumer), options).option('CLAIM', options?.CLAIM).flag('NOACK', options?.NOACK), from),
    messagesOfStreams,
  ),
  xRevRange: command('XREVRANGE', range, messages),
  xSetId: command(
    'XSETID',
    (w, key: Arg, lastId: Arg, options?: { ENTRIESADDED?: number; MAXDELETEDID?: Arg }) =>
      w
        .pushKey(key)
        .push(lastId)
        .option('ENTRIESADDED', options?.ENTRIESADDED)
        .text('MAXDELETEDID', options?.MAXDELETEDID || undefined),
    ok,
  ),
  xTrim: command(
    'XTRIM',
    (w, key: Arg, strategy: 'MAXLEN' | 'MINID', threshold: Numeric, options?: XTrimOptions) =>
      w
        .pushKey(key)
        .push(strategy)
        .maybe(options?.strategyModifier)
        .number(threshold)
        .option('LIMIT', options?.strategyModifier === '~' ? options.LIMIT : undefined)
        .maybe(options?.policy),
    integer,
  ),
};
