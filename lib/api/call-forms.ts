import { ArgumentError } from '../errors.js';
import { checkDatabase } from '../options/access.js';
import {
  type CallForm,
  oneOrMore,
  optional,
  options,
  type Parameter,
  refuseArgument,
  required,
  unchecked,
  value,
} from '../options/call-form.js';
import { checkClientName, checkSignal } from '../options/checks.js';
import { type Check, flag, integerBetween, nonEmptyString, oneOf, refuseValue } from '../options/validate.js';
import { checkFilter } from './keyspace-events.js';
import { checkMessages, checkSubscribe } from './subscription.js';
import { isWord } from './words.js';

const KEY = 'a key (text, a finite number or bytes)';
const isFunction = (given: unknown): boolean => typeof given === 'function';
const isName = (given: unknown): boolean => typeof given === 'string' || given instanceof Uint8Array;

const key = value('key', KEY, isWord);
const keys = oneOrMore('keys', KEY, isWord);
const channelNames = (name: string): Parameter => oneOrMore(name, 'text or bytes', isName);
const listener = (name: string): Parameter => value(name, 'a function', isFunction);

const checkKey: Check<unknown> = (given, path) => (isWord(given) ? given : refuseValue(path, KEY, given));
const checkPattern: Check<unknown> = (given, path) =>
  typeof given === 'string' || ArrayBuffer.isView(given) ? given : refuseValue(path, 'a glob-style pattern, text or bytes', given);
/** By the rule of the option `clientName`; null: none. */
const checkName: Parameter['check'] = (given, { method }) => (given === null ? null : checkClientName(given, `${method}(name)`));
const isCount = integerBetween(1, Number.MAX_SAFE_INTEGER);
/** Takes text, too: programs have numbers from their environment. */
const checkCount: Check<unknown> = (given, path) => isCount(typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given, path);
const checkDedupe: Check<unknown> = (given, path) =>
  typeof given === 'boolean' || (Number.isSafeInteger(given) && Number(given) >= 0)
    ? given
    : refuseValue(path, 'true, false or how many items to remember', given);

/** Options of the scans: the server's words, and the same in lower case. */
const ITEMS = { MATCH: checkPattern, COUNT: checkCount, match: checkPattern, count: checkCount, dedupe: checkDedupe };
const KEYS = { ...ITEMS, TYPE: nonEmptyString, type: nonEmptyString, strays: flag };
const WORDS = ['MATCH', 'COUNT', 'TYPE'] as const;
const OTHER_WORDS = { pattern: 'MATCH', PATTERN: 'MATCH', glob: 'MATCH', prefix: 'MATCH', limit: 'COUNT', size: 'COUNT', LIMIT: 'COUNT' };

/** Options of a scan, which reach it in lower case. */
function scanOptions(checks: Readonly<Record<string, Check<unknown>>>): Parameter {
  const { check, ...parameter } = options(checks, OTHER_WORDS);
  return {
    ...parameter,
    check(given, place) {
      const { MATCH, COUNT, TYPE, ...rest } = check(given, place) as Record<string, unknown>; // `options` returns an object
      const words = { MATCH, COUNT, TYPE };
      for (const word of WORDS) {
        if (words[word] === undefined) continue;
        const lower = word.toLowerCase();
        if (rest[lower] !== undefined) throw new ArgumentError(`${place.method}: expected ${word} or ${lower}, got both`);
        rest[lower] = words[word];
      }
      return rest;
    },
  };
}

const isSource = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && (Symbol.iterator in given || Symbol.asyncIterator in given);
const STREAM = { window: integerBetween(1, Number.MAX_SAFE_INTEGER), errors: oneOf('reject', 'inline') };
const NOTHING = { parameters: [], refuses: 'throws' } as const;
const BATCH = { parameters: [], refuses: 'batches' } as const;
const CHAIN = 'commands are added one by one';

const subscribing = (method: string, names: string, example: string): CallForm => ({
  form: `${method}(${names}, onMessage, { onGap, signal, timeoutMs })`,
  parameters: [channelNames(names), listener('onMessage'), options(checkSubscribe)],
  refuses: 'rejects',
  advice: `several names are one list, ${method}([${example}], onMessage)`,
});
const iterating = (method: string, names: string, example: string): CallForm => ({
  form: `${method}(${names}, { gaps, maxBuffered, overflow, onGap, signal, timeoutMs })`,
  parameters: [channelNames(names), options(checkMessages)],
  refuses: 'iterates',
  advice: `several names are one list, ${method}([${example}])`,
});

/** How the methods of `SubscriptionMethods` are called. */
export const SUBSCRIPTION_FORMS = {
  subscribe: subscribing('subscribe', 'channels', "'a', 'b'"),
  psubscribe: subscribing('psubscribe', 'patterns', "'a*', 'b*'"),
  ssubscribe: subscribing('ssubscribe', 'shardChannels', "'a', 'b'"),
  messages: iterating('messages', 'channels', "'a', 'b'"),
  pmessages: iterating('pmessages', 'patterns', "'a*', 'b*'"),
  smessages: iterating('smessages', 'shardChannels', "'a', 'b'"),
  keyspaceEvents: {
    form: 'keyspaceEvents({ keys, events }, onEvent, { onGap, signal, timeoutMs }), or keyspaceEvents({ keys, events }, { gaps … })',
    parameters: [required(options(checkFilter, {}, 'filter')), eventsTarget(), options(checkSubscribe)],
    refuses: ([, how]) => (how === undefined || (typeof how === 'object' && how !== null) ? 'iterates' : 'rejects'),
  },
} satisfies Readonly<Record<string, CallForm>>;

/** The second argument of `keyspaceEvents`: a function, or the options of the iterator. */
function eventsTarget(): Parameter {
  const iterator = options(checkMessages);
  return optional({
    name: 'onEvent',
    optional: true,
    check: (given, place) => {
      if (typeof given === 'object' && given !== null) return iterator.check(given, place);
      return isFunction(given) ? given : refuseArgument(place, 'onEvent', 'a function, or options of the iterator', given);
    },
  });
}

const CONNECT = { form: 'connect()', parameters: [], refuses: 'rejects' } as const;
/** The end of a life, and its events. */
const ENDS = {
  close: { form: 'close()', parameters: [], refuses: 'rejects' },
  destroy: { form: 'destroy()', ...NOTHING },
  on: { form: 'on(event, listener)', parameters: [unchecked('event'), listener('listener')], refuses: 'throws' },
  once: { form: 'once(event, listener)', parameters: [unchecked('event'), listener('listener')], refuses: 'throws' },
  off: { form: 'off(event, listener)', parameters: [unchecked('event'), listener('listener')], refuses: 'throws' },
} satisfies Readonly<Record<string, CallForm>>;

/** How the methods of `Dedicated` are called that are no commands. */
export const DEDICATED_FORMS = { call: null, connect: CONNECT, ...ENDS } satisfies Readonly<Record<string, CallForm | null>>;

/** How the methods of `LifeMethods` are called. */
export const LIFE_FORMS = {
  connect: CONNECT,
  setName: { form: 'setName(name)', parameters: [{ name: 'name', optional: false, check: checkName }], refuses: 'rejects' },
  reauthenticate: { form: 'reauthenticate()', parameters: [], refuses: 'rejects', advice: 'it asks the option credentials' },
  ...ENDS,
} satisfies Readonly<Record<string, CallForm>>;

/** How the methods of `Redis` are called. */
export const REDIS_FORMS = {
  call: null,
  explain: null,
  with: { form: 'with({ timeoutMs, signal, reads … })', parameters: [unchecked('options')], refuses: 'throws' },
  domain: { form: 'domain(name)', parameters: [unchecked('name')], refuses: 'throws' },
  session: { form: 'session()', ...NOTHING },
  duplicate: {
    form: 'duplicate({ clientName, signal })',
    parameters: [options({ clientName: checkClientName, signal: checkSignal })],
    refuses: 'throws',
  },
  dedicated: {
    form: 'dedicated({ key, database, clientName })',
    parameters: [options({ key: checkKey, database: checkDatabase, clientName: checkClientName })],
    refuses: 'throws',
  },
  group: { form: 'group(name, { username, password … })', parameters: [unchecked('name'), unchecked('options')], refuses: 'throws' },
  memberOf: { form: 'memberOf(key)', parameters: [key], refuses: 'throws' },
  member: { form: 'member(name)', parameters: [unchecked('name')], refuses: 'throws' },
  setMembers: {
    form: "setMembers({ name: 'host:port' }) or setMembers(['host:port'])",
    parameters: [unchecked('members')],
    refuses: 'throws',
  },
  pipeline: { form: 'pipeline()', ...BATCH, advice: `${CHAIN}, pipeline().get('a').incr('b').exec()` },
  multi: { form: 'multi()', ...BATCH, advice: `${CHAIN}, multi().set('a', '1').incr('b').exec()` },
  watch: {
    form: 'watch(keys, attempt, { retries })',
    parameters: [keys, listener('attempt'), options({ retries: integerBetween(0, Number.MAX_SAFE_INTEGER) })],
    refuses: 'rejects',
    advice: "several keys are one list, watch(['a', 'b'], attempt)",
  },
  stream: {
    form: 'stream(source, (redis, item) => command, { window, errors })',
    parameters: [value('source', 'iterable, such as a list', isSource), listener('issue'), options(STREAM)],
    refuses: 'iterates',
  },
  scanKeys: { form: 'scanKeys({ MATCH, COUNT, TYPE, dedupe, strays })', parameters: [scanOptions(KEYS)], refuses: 'iterates' },
  scanHash: { form: 'scanHash(key, { MATCH, COUNT, dedupe })', parameters: [key, scanOptions(ITEMS)], refuses: 'iterates' },
  scanSet: { form: 'scanSet(key, { MATCH, COUNT, dedupe })', parameters: [key, scanOptions(ITEMS)], refuses: 'iterates' },
  scanSortedSet: { form: 'scanSortedSet(key, { MATCH, COUNT, dedupe })', parameters: [key, scanOptions(ITEMS)], refuses: 'iterates' },
  lease: { form: 'lease(use, { key })', parameters: [listener('use'), options({ key: checkKey })], refuses: 'rejects' },
  stats: { form: 'stats()', ...NOTHING },
} satisfies Readonly<Record<string, CallForm | null>>;

/** How the methods of `Pipeline` are called that are no commands. */
export const PIPELINE_FORMS = {
  call: null,
  exec: { form: "exec({ errors: 'inline' })", parameters: [options({ errors: oneOf('reject', 'inline') })], refuses: 'rejects' },
} satisfies Readonly<Record<string, CallForm | null>>;

/** How the methods of `Watched` are called that are no commands. */
export const WATCHED_FORMS = {
  call: null,
  multi: { ...REDIS_FORMS.multi, advice: `${CHAIN}, return tx.multi().set('a', '1')` },
} satisfies Readonly<Record<string, CallForm | null>>;
