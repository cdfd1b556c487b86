import assert from 'node:assert/strict';
import { type Arg, DECODE_BUFFERS, type Raw } from '../../../lib/protocol/command-spec.js';
import { type Recorded, Recorder } from './recorder.js';

const redis = new Recorder();
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];

const flat = (value: Raw): Raw[] => NAMES.flatMap((name) => [name, value]);

/** Replies with names that a server, a module or another client chose, and how the caller gets to the object that they became. */
const NAMED: readonly (readonly [call: Recorded<unknown>, raw: Raw, inside?: (reply: never) => unknown])[] = [
  [redis.hgetall('h'), flat('v')],
  [redis.xrange('s', '-', '+'), [['1-0', flat('v')]], (entries: [{ fields: unknown }]) => entries[0].fields],
  [redis.xread({ s: 0 }), [['s', [['1-0', flat('v')]]]], (streams: [{ entries: [{ fields: unknown }] }]) => streams[0].entries[0].fields],
  [redis.xinfoStream('s'), flat('v')],
  [redis.configGet('*'), flat('v')],
  [redis.pubsubNumsub(NAMES), flat(1)],
  [redis.latencyHistogram(), flat(['calls', 1, 'histogram_usec', [1, 2]])],
  [redis.latencyHistogram(), ['get', ['histogram_usec', flat(1)]], ({ get }: { get: { histogram_usec: unknown } }) => get.histogram_usec],
  [redis.commandDocs(), flat(['summary', 's'])],
  [redis.commandDocs(), ['acl', ['subcommands', flat(['summary', 's'])]], ({ acl }: { acl: { subcommands: unknown } }) => acl.subcommands],
  [redis.functionStats(), ['engines', flat(['libraries_count', 1])], ({ engines }: { engines: unknown }) => engines],
  [redis.memoryStats(), flat(1)],
  [redis.clientInfo(), NAMES.map((name) => `${name}=v`).join(' ')],
  [redis.clientList(), `${NAMES.map((name) => `${name}=v`).join(' ')}\n`, ([client]: [unknown]) => client],
  [redis.aclGetuser('u'), ['flags', [], ...flat('v')]],
  [redis.aclLog(), [flat('v')], ([entry]: [unknown]) => entry],
  [redis.moduleList(), [flat('v')], ([module]: [unknown]) => module],
  [redis.clusterLinks(), [flat('v')], ([link]: [unknown]) => link],
  [redis.clusterSlots(), [[0, 1, ['h', 1, 'id', flat('v')]]], ([{ primary }]: [{ primary: { metadata: unknown } }]) => primary.metadata],
  [redis.hello(), flat('v')],
];

describe('names in replies', () => {
  for (const [{ spec, reply }, raw, inside = (got: unknown) => got] of NAMED) {
    it(`that objects inherit are names like any other: ${spec.name}`, () => {
      const object = inside(reply(raw) as never) as Record<string, unknown>;
      for (const name of NAMES) {
        if (name === '' && spec.name.startsWith('CLIENT')) continue;
        assert.ok(Object.hasOwn(object, name), `${JSON.stringify(name)} is lost`);
      }
      assert.equal(Object.getPrototypeOf(object), Object.prototype);
    });
  }

  it('are pairs where text is Buffers: every name is kept, in the order of the server', () => {
    const [a, b, value] = [Buffer.from([0xff]), Buffer.from([0xfe]), Buffer.from('v')];
    const names: Raw[] = [b, value, a, value, a, value];
    const pairs = [
      [b, value],
      [a, value],
      [a, value],
    ];
    const entry: Raw = [Buffer.from('1-0'), names];
    const streams: Raw = [[Buffer.from('s'), [entry]]];
    const entries = [{ id: Buffer.from('1-0'), fields: pairs }];
    const got: readonly (readonly [call: Recorded<unknown>, raw: Raw, reply: unknown])[] = [
      [redis.hgetall('h'), names, pairs],
      [redis.hgetall('h'), [], []],
      [
        redis.pubsubNumsub(),
        [b, 1, a, 2],
        [
          [b, 1],
          [a, 2],
        ],
      ],
      [redis.pubsubShardnumsub(), [], []],
      [redis.xrange('s', '-', '+'), [entry], entries],
      [redis.xread({ s: 0 }), streams, [{ key: Buffer.from('s'), entries }]],
      [redis.xreadgroup('g', 'c', { s: '>' }), streams, [{ key: Buffer.from('s'), entries }]],
      [redis.xclaim('s', 'g', 'c', 0, '1-0'), [entry], entries],
    ];
    for (const [{ spec, reply }, raw, expected] of got) assert.deepEqual(reply(raw, DECODE_BUFFERS), expected, spec.name);
  });

  it('go back to the server as they came', () => {
    const pairs: [Arg, Arg][] = [
      [Buffer.from([0xff]), 'v'],
      [Buffer.from([0xff]), 'w'],
    ];
    assert.deepEqual(redis.xadd('s', '*', pairs).words, ['XADD', 's', '*', ...pairs.flat()]);
    assert.deepEqual(redis.hset('h', pairs).words, ['HSET', 'h', ...pairs.flat()]);
  });
});
