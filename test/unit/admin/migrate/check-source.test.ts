import assert from 'node:assert/strict';
import { checkSource } from '../../../../lib/admin/migrate/check-source.js';
import type { Creation, MethodCall, Shape } from '../../../../lib/admin/migrate/facts.js';

const at = { line: 1, column: 1 };
const unknown: Shape = { kind: 'unknown' };
const spread: Shape = { kind: 'spread' };
const callback: Shape = { kind: 'function' };
const text = (value: string): Shape => ({ kind: 'text', value });
const number = (value: number): Shape => ({ kind: 'number', value });
const object = (fields: Record<string, Shape>): Shape => ({ kind: 'object', fields, isOpen: false });
const list = (...items: Shape[]): Shape => ({ kind: 'list', items });

type Row = readonly [client: MethodCall['client'], chain: string, args: readonly Shape[], natively: RegExp | null];

const calls: readonly Row[] = [
  ['ioredis', 'get', [unknown], null],
  ['ioredis', 'get', [unknown, callback], /takes no callback, it returns a promise/],
  ['ioredis', 'set', [unknown, unknown], null],
  ['ioredis', 'set', [text('k'), unknown, text('EX'), number(60)], /options are one object: set\(key, value, \{ EX: 60 \}\)/],
  ['ioredis', 'set', [unknown, unknown, unknown], null],
  ['ioredis', 'set', [unknown, unknown, unknown, unknown], /takes 2 or 3 arguments, got 4/],
  ['ioredis', 'del', [spread], /several keys go as a list/],
  ['ioredis', 'del', [list(text('a'), text('b'))], null],
  ['ioredis', 'hset', [unknown, object({ name: unknown })], null],
  ['ioredis', 'zscore', [unknown, unknown], /the score is a number/],
  ['ioredis', 'getBuffer', [unknown], /with\(\{ buffers: true \}\)\.get/],
  ['ioredis', 'config', [text('GET'), text('maxmemory')], /^configGet\(…\)$/],
  ['ioredis', 'client', [text('LIST')], /^clientList\(…\)$/],
  ['ioredis', 'takeToken', [unknown], /defineScript\(\)/],
  ['ioredis', 'toString', [], /no method/],
  ['ioredis', 'pipeline', [], null],
  ['ioredis', 'pipeline', [list(list(text('get'), text('a')))], /takes nothing/],
  ['ioredis', 'multi', [object({ pipeline: text('no') })], /dedicated\(\)/],
  ['ioredis', 'pipeline.get.exec', [], /inline/],
  ['ioredis', 'multi.set', [unknown, unknown, text('PX'), unknown], /takes 2 or 3 arguments/],
  ['ioredis', 'on', [text('message'), callback], /subscribe\(\)/],
  ['ioredis', 'on', [text('error'), callback], null],
  ['ioredis', 'on', [unknown, callback], null],
  ['ioredis', 'once', [text('end'), callback], /close/],
  ['ioredis', 'quit', [], /close\(\)/],
  ['ioredis', 'connect', [], null],
  ['ioredis', 'scanStream', [object({ match: unknown })], /scanKeys/],
  ['node-redis', 'hGetAll', [unknown], /^hgetall\(…\)$/],
  ['node-redis', 'get', [unknown], null],
  ['node-redis', 'set', [unknown, unknown, object({ EX: unknown })], null],
  [
    'node-redis',
    'set',
    [unknown, unknown, object({ expiration: object({ type: text('EX'), value: number(1) }) })],
    /unknown option expiration/,
  ],
  ['node-redis', 'sendCommand', [list(text('GET'))], /not in a list/],
  ['node-redis', 'multi.set.exec', [], null],
  ['node-redis', 'scanIterator', [], /scanKeys/],
  ['node-redis', 'close', [], null],
  ['node-redis', 'eval', [unknown, object({ keys: unknown, arguments: unknown })], /eval\(script, \[keys\], \[args\]\)/],
];

const creations: readonly (readonly [client: Creation['client'], name: string, args: readonly Shape[], found: readonly string[]])[] = [
  ['ioredis', 'default', [], []],
  ['ioredis', 'default', [text('redis://127.0.0.1')], []],
  ['ioredis', 'default', [number(6380)], ["new Redis > createClient({ topology: single('redis://host:port') })"]],
  [
    'ioredis',
    'Redis',
    [object({ db: number(1), dropBufferSupport: unknown })],
    ['new Redis: db > database', 'new Redis: dropBufferSupport > no counterpart'],
  ],
  ['ioredis', 'Redis', [object({ constructor: unknown })], ['new Redis: constructor > no counterpart']],
  ['node-redis', 'createCluster', [object({ useReplicas: unknown })], ["createCluster: useReplicas > reads: 'replicaPreferred'"]],
];

describe('what would mean something else natively', () => {
  for (const [client, chain, args, natively] of calls) {
    const before = chain.split('.');
    const method = before.pop() ?? '';
    it(`${client}: ${chain}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`, async () => {
      const found = await checkSource({ calls: [{ at, client, before, method, args }], creations: [] });
      if (natively === null) assert.deepEqual(found, []);
      else assert.match(found[0]?.natively ?? '', natively);
    });
  }

  for (const [client, name, args, expected] of creations) {
    it(`${client}: ${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`, async () => {
      const found = await checkSource({ calls: [], creations: [{ at, client, name, args }] });
      assert.deepEqual(
        found.map(({ what, natively }) => `${what} > ${natively}`),
        expected,
      );
    });
  }

  it('stands in the order of the file', async () => {
    const place = (line: number, column: number): MethodCall => ({
      at: { line, column },
      client: 'ioredis',
      before: [],
      method: 'quit',
      args: [],
    });
    const found = await checkSource({ calls: [place(3, 1), place(1, 9), place(1, 2)], creations: [] });
    assert.deepEqual(
      found.map(({ at: { line, column } }) => [line, column]),
      [
        [1, 2],
        [1, 9],
        [3, 1],
      ],
    );
  });
});
