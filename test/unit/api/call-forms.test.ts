import assert from 'node:assert/strict';
import { ArgumentError, createClient, OptionsError } from '../../../lib/index.js';
import { refusalOf } from '../../support/refusal.js';

const use = async (): Promise<void> => {};

/** Calls that are refused, with how and with what words. */
const CASES: readonly (readonly [method: string, args: readonly unknown[], how: string, message: RegExp])[] = [
  [
    'subscribe',
    ['a', 'b', use],
    'rejects',
    /^subscribe: argument 2 \(onMessage\) must be a function, got text; it is called as .* one list, subscribe\(\['a', 'b'\], onMessage\)$/,
  ],
  [
    'subscribe',
    ['a', use, {}, 1],
    'rejects',
    /^subscribe: takes at most 3 arguments, got 4; .* several names are one list, subscribe\(\['a', 'b'\], on/,
  ],
  [
    'subscribe',
    [[], use],
    'rejects',
    /^subscribe: argument 1 \(channels\) must be text or bytes, or a list of at least one, got a list; it is called as /,
  ],
  [
    'subscribe',
    [['a', 7], use],
    'rejects',
    /^subscribe: argument 1 \(channels\[1\]\) must be text or bytes, got a number; it is called as /,
  ],
  [
    'subscribe',
    ['a', use, 5],
    'rejects',
    /^subscribe: argument 3 \(options\) must be an object of options, got a number; it is called as /,
  ],
  ['subscribe', ['a', use, { ongap: use }], 'rejects', /^subscribe\.ongap: unknown option; did you mean onGap\?$/],
  [
    'psubscribe',
    [new Map(), use],
    'rejects',
    /^psubscribe: argument 1 \(patterns\) must be text or bytes, or a list of them, got a Map; it is called as /,
  ],
  [
    'messages',
    ['a', { overflow: 'drop' }],
    'iterates',
    /^messages\.overflow: expected one of drop-oldest, drop-newest, error, got "drop"$/,
  ],
  ['messages', ['a', { maxBuffered: 0 }], 'iterates', /^messages\.maxBuffered: /],
  ['smessages', ['a', 'b'], 'iterates', /^smessages: argument 2 \(options\) must be an object of options, got text; it is called as /],
  ['keyspaceEvents', [{ keys: [] }, use], 'rejects', /^keyspaceEvents\.keys: expected at least one pattern/],
  ['keyspaceEvents', [{ events: '' }, { gaps: true }], 'iterates', /^keyspaceEvents\.events: expected names of events/],
  ['keyspaceEvents', [{ key: 'a' }], 'iterates', /^keyspaceEvents\.key: unknown option; did you mean keys\?$/],
  [
    'keyspaceEvents',
    ['a*', use],
    'rejects',
    /^keyspaceEvents: argument 1 \(filter\) must be an object of options, got text; it is called as /,
  ],
  ['keyspaceEvents', [{}, { gaps: true }, { timeoutMs: 5 }], 'iterates', /^keyspaceEvents: argument 3 \(options\) goes with a function/],
  ['scanKeys', [{ pattern: 'tmp:*', count: 10 }], 'iterates', /^scanKeys\.pattern: unknown option; did you mean MATCH\?$/],
  ['scanKeys', [{ MACH: 'tmp:*' }], 'iterates', /^scanKeys\.MACH: unknown option; did you mean MATCH\?$/],
  ['scanKeys', [{ MATCH: 'a', match: 'b' }], 'iterates', /^scanKeys: expected MATCH or match, got both$/],
  ['scanKeys', [{ COUNT: 0 }], 'iterates', /^scanKeys\.COUNT: expected an integer from 1 /],
  ['scanKeys', [{ match: undefined, type: 5 }], 'iterates', /^scanKeys\.type: expected a non-empty string/],
  ['scanKeys', ['tmp:*'], 'iterates', /^scanKeys: argument 1 \(options\) must be an object of options, got text; it is called as /],
  ['scanHash', ['h', { TYPE: 'hash' }], 'iterates', /^scanHash\.TYPE: unknown option; known are MATCH, COUNT/],
  [
    'scanSet',
    [{ key: 's' }],
    'iterates',
    /^scanSet: argument 1 \(key\) must be a key \(text, a finite number or bytes\), got an object; it is called as /,
  ],
  ['scanSortedSet', ['z', { dedupe: -1 }], 'iterates', /^scanSortedSet\.dedupe: expected true, false or how many/],
  ['stream', ['lines.txt', use], 'iterates', /^stream: argument 1 \(source\) must be iterable, such as a list, got text; it is called as /],
  ['stream', [[1], use, { window: 0 }], 'iterates', /^stream\.window: /],
  ['stream', [[1], use, { error: 'inline' }], 'iterates', /^stream\.error: unknown option; did you mean errors\?$/],
  ['stream', [[1]], 'iterates', /^stream: argument 2 \(issue\) must be a function, got undefined; it is called as /],
  ['watch', ['a', 'b', use], 'rejects', /^watch: argument 2 \(attempt\) must be a function, got text; it is called as /],
  ['watch', ['a', use, { retry: 1 }], 'rejects', /^watch\.retry: unknown option; known are retries$/],
  ['watch', ['a', use, { retries: -1 }], 'rejects', /^watch\.retries: expected an integer from 0/],
  ['watch', [[], use], 'rejects', /^watch: argument 1 \(keys\) must be a key .*, or a list of at least one, got a list; it is called as /],
  ['lease', [], 'rejects', /^lease: argument 1 \(use\) must be a function, got undefined; it is called as /],
  ['lease', [use, { kye: 'a' }], 'rejects', /^lease\.kye: unknown option; did you mean key\?$/],
  ['lease', [use, 'a'], 'rejects', /^lease: argument 2 \(options\) must be an object of options, got text; it is called as /],
  ['lease', [use, { key: Number.NaN }], 'rejects', /^lease\.key: expected a key/],
  ['close', [use], 'rejects', /^close: takes no argument, got 1; it is called as close\(\); callbacks are not called$/],
  ['connect', ['redis://h'], 'rejects', /^connect: takes no argument, got 1; it is called as connect\(\)$/],
  ['pipeline', [[['get', 'a']]], 'rejects', /^pipeline: takes no argument, got 1; .* pipeline\(\)\.get\('a'\)/],
  ['multi', [{ pipeline: false }], 'rejects', /^multi: takes no argument/],
  ['with', [], 'throws', /^with: expected an object, got undefined$/],
  ['with', [{ timeoutMs: 5 }, { buffers: true }], 'throws', /^with: takes one argument, got 2; it is called as with\(\{/],
  ['with', [{ timeoutMS: 5 }], 'throws', /^with\.timeoutMS: unknown option; did you mean timeoutMs\?$/],
  ['domain', [undefined], 'throws', /^domain\(name\): expected the name of a domain in options\.domains, got undefined$/],
  ['on', ['connect', use], 'throws', /^on: unknown event "connect"; did you mean ready\?$/],
  ['on', ['message', use], 'throws', /^on: unknown event "message"; messages come to the function that subscribe\(\) gets$/],
  ['once', ['faliover', use], 'throws', /^once: unknown event "faliover"; did you mean failover\?$/],
  ['off', [5, use], 'throws', /^off: argument 1 \(event\) must be the name of an event, got a number$/],
  ['on', ['ready'], 'throws', /^on: argument 2 \(listener\) must be a function, got undefined; it is called as /],
  ['call', [], 'rejects', /^call: argument 1 \(command\) must be the name of a command, got undefined$/],
  ['call', [['GET', 'k']], 'rejects', /^call: argument 1 must be .* got a list; words stand by themselves, .* call\('MGET', 'a', 'b'\)$/],
  ['call', ['MGET', ['a', 'b']], 'rejects', /^call: argument 2 must be a string, .* got a list; words stand by themselves/],
  ['call', ['SET', 'k', 'v', { EX: 5 }], 'rejects', /^call: argument 4 must be .* got an object; .* call\('SET', 'a', '1', 'EX', 60\)$/],
  ['call', ['GET', 'k', use], 'rejects', /^call: argument 3 must be .* got a function; callbacks are not called$/],
  ['call', ['GET', null], 'rejects', /^call: argument 2 must be .* got null$/],
  ['call', ['GET', Number.NaN], 'rejects', /^call: argument 2 must be .* got NaN$/],
  ['call', ['CONFIG', 5, 'x'], 'rejects', /^call: argument 2 must be .* got 5$/],
  ['call', [7], 'rejects', /^call: argument 1 \(command\) must be the name of a command, got a number$/],
  ['call', ['GET k'], 'rejects', /^call: argument 1 \(command\) must be one word, got several; words stand by themselves/],
  ['call', ['CONFIG', 'GET x'], 'rejects', /^call: argument 2 \(subcommand\) must be one word, got several; words stand by themselves/],
  ['call', ['NO.SUCH', true], 'rejects', /^call: argument 2 must be .* got a boolean$/],
  ['explain', ['GET', {}], 'throws', /^explain: argument 2 must be .* got an object/],
];

describe('a call with the wrong form', () => {
  for (const [method, args, how, message] of CASES) {
    it(`is refused: ${message.source}`, async () => {
      // Nothing listens there, and nothing is asked: what is refused does not even begin to connect.
      await using redis = createClient('redis://127.0.0.1:1');
      const refused = await refusalOf(() => (Reflect.get(redis, method) as (...given: unknown[]) => unknown).apply(redis, [...args]));
      assert.ok(
        refused !== null && (refused.error instanceof ArgumentError || refused.error instanceof OptionsError),
        String(refused?.error),
      );
      assert.match(refused.error.message, message);
      assert.deepEqual([refused.how, refused.error.executed], [how, 'no']);
      assert.equal(redis.topology, null);
    });
  }

  it('is refused by exec() where it was added to a pipeline, and nothing is sent', async () => {
    await using redis = createClient('redis://127.0.0.1:1');
    const pipeline = redis
      .pipeline()
      .call('SET', 'k', null as never)
      .get('a');
    await assert.rejects(pipeline.exec(), /^ArgumentError: call: argument 3 must be/);
    await assert.rejects(pipeline.exec({ errors: 'inline' }), ArgumentError);
    await assert.rejects(
      redis.multi().exec('x' as never),
      /^ArgumentError: exec: argument 1 \(options\) must be an object of options, got text; it is called as /,
    );
    await assert.rejects(redis.multi().exec({ errors: 'both' } as never), /^OptionsError: exec\.errors: expected one of reject, inline/);
    await assert.rejects(redis.multi().exec((() => {}) as never), ArgumentError);
  });

  it('is none where a trailing argument is undefined', async () => {
    await using redis = createClient('redis://127.0.0.1:1');
    assert.ok(Reflect.apply(redis.pipeline, redis, [undefined]));
    assert.ok(Reflect.apply(redis.stats, redis, [undefined, undefined]));
  });
});
