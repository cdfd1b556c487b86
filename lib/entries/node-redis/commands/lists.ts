import type { RedisArgument as Arg, RedisVariadicArgument as Args, Numeric, Words } from '../command-parser.js';
import { listOf } from '../replies/aggregates.js';
import { type Blob, command, integer, integerOrNull, integers, ok, raw, shape, textOrNull, texts, textsOrNull } from './command.js';

type Side = 'LEFT' | 'RIGHT';
/** Lists a pop may take from, from which side, and how many at most. */
type PopArgs = [keys: Args, side: Side, options?: { COUNT?: number }];

function popWords(words: Words, ...[keys, side, options]: PopArgs): Words {
  return words.pushKeysLength(keys).push(side).option('COUNT', options?.COUNT);
}

const ofKey = shape((reply) => {
  if (reply === null) return null;
  const [key, element] = listOf(reply) as unknown as [Blob, Blob]; // the server's order
  return { key, element };
});
const manyOfKey = raw<[key: Blob, elements: Blob[]] | null>();

/** Lists, and the pops that wait. */
export const lists = {
  blMove: command(
    'BLMOVE',
    (w, ...[source, destination, from, to, timeout]: [source: Arg, destination: Arg, from: Side, to: Side, timeout: Numeric]) =>
      w.pushKey(source).pushKey(destination).push(from, to).number(timeout),
    textOrNull,
  ),
  blmPop: command('BLMPOP', (w, timeout: Numeric, ...rest: PopArgs) => popWords(w.number(timeout), ...rest), manyOfKey),
  blPop: command('BLPOP', (w, keys: Args, timeout: Numeric) => w.pushKeys(keys).number(timeout), ofKey),
  brPop: command('BRPOP', (w, keys: Args, timeout: Numeric) => w.pushKeys(keys).number(timeout), ofKey),
  brPopLPush: command(
    'BRPOPLPUSH',
    (w, source: Arg, destination: Arg, timeout: Numeric) => w.pushKey(source).pushKey(destination).number(timeout),
    textOrNull,
  ),
  lIndex: command('LINDEX', (w, key: Arg, index: Numeric) => w.pushKey(key).number(index), textOrNull),
  lInsert: command(
    'LINSERT',
    (w, key: Arg, position: 'BEFORE' | 'AFTER', pivot: Arg, element: Arg) => w.pushKey(key).push(position, pivot, element),
    integer,
  ),
  lLen: command('LLEN', (w, key: Arg) => w.pushKey(key), integer),
  lMove: command(
    'LMOVE',
    (w, source: Arg, destination: Arg, from: Side, to: Side) => w.pushKey(source).pushKey(destination).push(from, to),
    textOrNull,
  ),
  lmPop: command('LMPOP', popWords, manyOfKey),
  lPop: command('LPOP', (w, key: Arg) => w.pushKey(key), textOrNull),
  lPopCount: command('LPOP', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), textsOrNull),
  lPos: command('LPOS', (w, key: Arg, element: Arg, options?: LPosOptions) => posWords(w, key, element, options), integerOrNull),
  lPosCount: command(
    'LPOS',
    (w, key: Arg, element: Arg, count: Numeric, options?: LPosOptions) => posWords(w, key, element, options).push('COUNT').number(count),
    integers,
  ),
  lPush: command('LPUSH', (w, key: Arg, elements: Args) => w.pushKey(key).pushVariadic(elements), integer),
  lPushX: command('LPUSHX', (w, key: Arg, elements: Args) => w.pushKey(key).pushVariadic(elements), integer),
  lRange: command('LRANGE', (w, key: Arg, start: Numeric, stop: Numeric) => w.pushKey(key).number(start, stop), texts),
  lRem: command('LREM', (w, key: Arg, count: Numeric, element: Arg) => w.pushKey(key).number(count).push(element), integer),
  lSet: command('LSET', (w, key: Arg, index: Numeric, element: Arg) => w.pushKey(key).number(index).push(element), ok),
  lTrim: command('LTRIM', (w, key: Arg, start: Numeric, stop: Numeric) => w.pushKey(key).number(start, stop), ok),
  rPop: command('RPOP', (w, key: Arg) => w.pushKey(key), textOrNull),
  rPopCount: command('RPOP', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), textsOrNull),
  rPopLPush: command('RPOPLPUSH', (w, source: Arg, destination: Arg) => w.pushKey(source).pushKey(destination), textOrNull),
  rPush: command('RPUSH', (w, key: Arg, elements: Args) => w.pushKey(key).pushVariadic(elements), integer),
  rPushX: command('RPUSHX', (w, key: Arg, elements: Args) => w.pushKey(key).pushVariadic(elements), integer),
};

export interface LPosOptions {
  RANK?: number;
  MAXLEN?: number;
}

function posWords(words: Words, key: Arg, element: Arg, options: LPosOptions | undefined): Words {
  return words.pushKey(key).push(element).option('RANK', options?.RANK).option('MAXLEN', options?.MAXLEN);
}
