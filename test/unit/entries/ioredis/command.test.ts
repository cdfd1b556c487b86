import assert from 'node:assert/strict';
import { Command } from '../../../../lib/entries/ioredis/command.js';

const bytes = (text: string): Buffer => Buffer.from(text);

const sent: readonly (readonly [what: string, name: string, args: readonly unknown[], expected: readonly unknown[]])[] = [
  ['text and bytes', 'set', ['k', bytes('v')], ['k', bytes('v')]],
  ['numbers', 'set', ['k', 1.5, 'EX', 60], ['k', '1.5', 'EX', '60']],
  ['integers beyond 2^53', 'set', ['k', 1e21], ['k', '1000000000000000000000']],
  ['NaN and booleans', 'set', ['k', Number.NaN, true], ['k', 'NaN', 'true']],
  ['nothing as empty text', 'set', [null, undefined], ['', '']],
  ['objects by their text', 'set', ['k', { a: 1 }], ['k', '[object Object]']],
  ['lists, opened one level', 'del', ['a', ['b', ['c', 'd']]], ['a', 'b', 'c,d']],
  ['sets, opened', 'sadd', ['k', new Set(['a', 1])], ['k', 'a', '1']],
  ['an object of MSET', 'mset', [{ a: 1, b: 'x' }], ['a', '1', 'b', 'x']],
  ['a map of MSETNX', 'msetnx', [new Map<unknown, unknown>([[1, 'x']])], ['1', 'x']],
  ['an object of HSET', 'hset', ['k', { a: 1, b: null }], ['k', 'a', '1', 'b', '']],
  ['a map of HMSET', 'hmset', ['k', new Map([['a', bytes('x')]])], ['k', 'a', bytes('x')]],
  ['fields of HSET', 'hset', ['k', 'a', 1], ['k', 'a', '1']],
  ['an object of HSET in capitals', 'HSET', ['k', { a: 1 }], ['k', '[object Object]']],
];

const replies: readonly (readonly [what: string, name: string, reply: unknown, expected: unknown])[] = [
  ['bytes as text', 'get', bytes('v'), 'v'],
  ['bytes at every depth', 'xrange', [[bytes('1-1'), [bytes('a'), null, 1]]], [['1-1', ['a', null, 1]]]],
  ['what is no bytes', 'incr', 5, 5],
  ['HGETALL as an object', 'hgetall', ['a', '1', 'b', '2'], { a: '1', b: '2' }],
  ['HGETALL in capitals', 'HGETALL', ['a', '1'], ['a', '1']],
  ['HGETALL where MULTI has queued it', 'hgetall', 'QUEUED', 'QUEUED'],
  ['VSIM flat', 'vsim', [['a', '1']], ['a', '1']],
];

const prefixed: readonly (readonly [name: string, args: readonly unknown[], expected: readonly unknown[]])[] = [
  ['get', ['k'], ['p:k']],
  ['GET', ['k'], ['p:k']],
  ['mget', ['a', 'b'], ['p:a', 'p:b']],
  ['mset', [{ a: 1, b: 2 }], ['p:a', '1', 'p:b', '2']],
  ['blpop', ['a', 'b', 0], ['p:a', 'p:b', '0']],
  ['rename', ['a', 'b'], ['p:a', 'p:b']],
  ['bitop', ['AND', 'a', 'b'], ['AND', 'p:a', 'p:b']],
  ['eval', ['lua', 1, 'k', 'v'], ['lua', '1', 'p:k', 'v']],
  ['zunionstore', ['d', 2, 'a', 'b', 'WEIGHTS', 1, 2], ['p:d', '2', 'p:a', 'p:b', 'WEIGHTS', '1', '2']],
  ['sort', ['k', 'BY', 'w_*', 'GET', '#', 'GET', 'o_*', 'STORE', 'd'], ['p:k', 'BY', 'p:w_*', 'GET', '#', 'GET', 'p:o_*', 'STORE', 'p:d']],
  ['xread', ['COUNT', 1, 'STREAMS', 'a', 'b', '0', '0'], ['COUNT', '1', 'STREAMS', 'p:a', 'p:b', '0', '0']],
  ['memory', ['usage', 'k'], ['usage', 'p:k']],
  ['keys', ['*'], ['*']],
  ['scan', ['0', 'MATCH', 'a*'], ['0', 'MATCH', 'a*']],
  ['publish', ['c', 'm'], ['c', 'm']],
  ['set', [bytes('k'), 'v'], [bytes('p:k'), 'v']],
  ['none.of.ours', ['k'], ['k']],
];

describe('Command of the ioredis entry', () => {
  for (const [what, name, args, expected] of sent) it(`sends ${what}`, () => assert.deepEqual(new Command(name, args).args, expected));

  for (const [what, name, reply, expected] of replies) {
    it(`gives ${what}`, async () => {
      const command = new Command(name, [], { replyEncoding: 'utf8' });
      command.resolve(reply);
      assert.deepEqual(await command.promise, expected);
      assert.deepEqual(command.outcome, [null, expected]);
    });
  }

  for (const [name, args, expected] of prefixed) {
    it(`puts the prefix before the keys of ${name.toUpperCase()} ${args.join(' ')}`, () => {
      assert.deepEqual(new Command(name, args, { keyPrefix: 'p:' }).args, expected);
    });
  }

  it('gives bytes where no encoding is wanted', async () => {
    const command = new Command('hgetall', [], { replyEncoding: null });
    command.resolve([bytes('a'), bytes('1')]);
    assert.deepEqual(await command.promise, { a: bytes('1') });
  });

  it('keeps the fields of an object that have names of what objects inherit', async () => {
    const command = new Command('hgetall', [], { replyEncoding: 'utf8' });
    command.resolve(['__proto__', 'x', 'constructor', 'y']);
    assert.deepEqual(Object.entries((await command.promise) as object), [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it('takes a prefix of bytes', () => {
    assert.deepEqual(new Command('get', ['k'], { keyPrefix: bytes('p:') }).args, [bytes('p:k')]);
  });

  it('settles once, with what came first', async () => {
    const command = new Command('get', ['k']);
    command.resolve('1');
    command.reject(new Error('late'));
    command.resolve('2');
    assert.equal(await command.promise, '1');
    assert.equal(command.isResolved, true);
  });

  it('rejects with what its transformers throw', async () => {
    Command.setReplyTransformer('test.fails', () => {
      throw new Error('mine');
    });
    const command = new Command('test.fails', []);
    command.resolve('1');
    await assert.rejects(command.promise, /mine/);
    assert.equal(command.isResolved, false);
    Command.setArgumentTransformer('test.refuses', () => {
      throw new Error('mine, too');
    });
    await assert.rejects(new Command('test.refuses', ['a']).promise, /mine, too/);
  });

  it('tells a transformer of the reply what it has', () => {
    const seen: unknown[] = [];
    Command.setReplyTransformer('test.told', (reply, context) => seen.push([reply, context]));
    const command = new Command('test.told', [], { replyEncoding: 'utf8' });
    command.setReplyContext({ protocol: 3, replyMapping: 'resp3' });
    command.resolve(bytes('x'));
    assert.deepEqual(seen, [['x', { commandName: 'test.told', protocol: 3, replyMapping: 'resp3' }]]);
  });

  it('calls back with the value or the error', async () => {
    const calls: unknown[] = [];
    const good = new Command('get', ['k'], {}, (...given) => calls.push(given));
    good.resolve('1');
    const bad = new Command('get', ['k'], {}, (...given) => calls.push(given));
    const error = new Error('no');
    bad.reject(error);
    await good.promise;
    await bad.promise.catch(() => {});
    assert.deepEqual(calls, [[null, '1'], [error]]);
  });

  it('knows its keys and flags', () => {
    assert.deepEqual(new Command('MGET', ['a', 'b']).getKeys(), ['a', 'b']);
    assert.deepEqual(new Command('ping').getKeys(), []);
    assert.equal(Command.checkFlag('ENTER_SUBSCRIBER_MODE', 'SSUBSCRIBE'), true);
    assert.equal(Command.checkFlag('WILL_DISCONNECT', 'get'), false);
  });
});
