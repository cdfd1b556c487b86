import assert from 'node:assert/strict';
import { ArgumentError } from '../../../lib/errors.js';
import {
  type CallForm,
  checkCalls,
  oneOrMore,
  optional,
  options,
  refuseSurplus,
  unchecked,
  value,
} from '../../../lib/options/call-form.js';
import { flag } from '../../../lib/options/validate.js';
import { refusalOf } from '../../support/refusal.js';

const isNumber = (given: unknown): boolean => typeof given === 'number';
const number = value('count', 'a number', isNumber);

class Owner {
  readonly #calls: unknown[][] = [];
  get calls(): readonly unknown[][] {
    return this.#calls;
  }
  take(...given: unknown[]): string {
    this.#calls.push(given);
    return 'taken';
  }
  fail(): Promise<never> {
    throw new RangeError('of the method itself');
  }
}

function ownerOf(form: CallForm): Owner {
  class Own extends Owner {
    override take(...given: unknown[]): string {
      return super.take(...given);
    }
    override fail(): Promise<never> {
      return super.fail();
    }
  }
  checkCalls(Own, { take: form, fail: { form: 'fail()', parameters: [], refuses: 'rejects' } });
  return new Own();
}

describe('the form of a call', () => {
  const form: CallForm = { form: 'take(count, { flag })', parameters: [number, options({ flag })], refuses: 'throws' };

  it('lets through what fits, with options that are a copy', () => {
    const owner = ownerOf(form);
    const given = { flag: true };
    assert.equal(owner.take(1, given), 'taken');
    assert.equal(owner.take(2, undefined, undefined), 'taken');
    assert.deepEqual(owner.calls, [
      [1, { flag: true }],
      [2, undefined, undefined],
    ]);
    assert.notEqual(owner.calls[0]?.[1], given);
  });

  const refusals: readonly (readonly [given: readonly unknown[], message: RegExp])[] = [
    [[], /^take: argument 1 \(count\) must be a number, got undefined; it is called as /],
    [['1'], /^take: argument 1 \(count\) must be a number, got text; it is called as /],
    [[1, null], /^take: argument 2 \(options\) must be an object of options, got null; it is called as /],
    [[1, []], /^take: argument 2 \(options\) must be an object of options, got a list; it is called as /],
    [[1, new Map()], /^take: argument 2 \(options\) must be an object of options, got a Map; it is called as /],
    [[1, { flga: true }], /^take\.flga: unknown option; /],
    [[1, {}, 3], /^take: takes at most 2 arguments, got 3; it is called as take\(count, \{ flag \}\)$/],
    [[1, {}, () => 1], /; callbacks are not called$/],
  ];
  for (const [given, message] of refusals) {
    it(`refuses: ${message.source}`, () => {
      const owner = ownerOf(form);
      assert.throws(
        () => owner.take(...given),
        (error: Error) => message.test(error.message),
      );
      assert.deepEqual(owner.calls, []);
    });
  }

  for (const refuses of ['throws', 'rejects', 'iterates'] as const) {
    it(`says no in the way of the method: it ${refuses}`, async () => {
      const refused = await refusalOf(() => ownerOf({ ...form, refuses }).take());
      assert.equal(refused?.how, refuses);
      assert.ok(refused.error instanceof ArgumentError);
      const chosen = await refusalOf(() => ownerOf({ ...form, refuses: ([first]) => (first === 'x' ? refuses : 'throws') }).take('x'));
      assert.equal(chosen?.how, refuses);
    });
  }

  it('makes what a method throws at once a rejection', async () => {
    const refused = await refusalOf(() => ownerOf(form).fail());
    assert.equal(refused?.how, 'rejects');
    assert.ok(refused.error instanceof RangeError);
  });

  it('keeps the name of the method, and whether it can be listed', () => {
    const owner = ownerOf(form);
    assert.equal(owner.take.name, 'take');
    assert.deepEqual(Object.keys(Object.getPrototypeOf(owner)), []);
  });

  it('has an iterator that fails once, and then is at its end', async () => {
    const iterator = ownerOf({ ...form, refuses: 'iterates' }).take() as unknown as AsyncGenerator<unknown> & {
      ready(): Promise<void>;
      live: boolean;
    };
    assert.equal(iterator.live, false);
    await assert.rejects(async () => {
      for await (const _ of iterator) assert.fail('an item came');
    }, ArgumentError);
    assert.deepEqual(await iterator.next(), { value: undefined, done: true });
    await assert.rejects(iterator.throw(new RangeError('mine')), RangeError);
    await assert.rejects((ownerOf({ ...form, refuses: 'iterates' }).take() as unknown as typeof iterator).ready(), ArgumentError);
    await using left = ownerOf({ ...form, refuses: 'iterates' }).take() as unknown as typeof iterator;
    assert.deepEqual(await left.return(undefined), { value: undefined, done: true });
  });

  it('knows lists of at least one, parameters that may be missing, and those that the method checks', () => {
    const owner = ownerOf({
      form: 'take(counts, count, any)',
      parameters: [oneOrMore('counts', 'a number', isNumber), optional(number), unchecked('any')],
      refuses: 'throws',
    });
    for (const given of [[1], [[1, 2]], [1, 2], [1, undefined, 'anything']]) assert.equal(owner.take(...given), 'taken');
    assert.throws(() => owner.take([1, 'x']), /argument 1 \(counts\[1\]\) must be a number, got text/);
    assert.throws(() => owner.take(Array(1)), /argument 1 \(counts\[0\]\) must be a number, got undefined/);
    assert.throws(() => owner.take([]), /must be a number, or a list of at least one, got a list/);
    assert.throws(() => owner.take(1, null), /argument 2 \(count\)/);
  });

  it('counts arguments for functions, too', () => {
    refuseSurplus('f', 1, 'f(x)', [1, undefined]);
    assert.throws(() => refuseSurplus('f', 1, 'f(x)', [1, 2]), /^ArgumentError: f: takes one argument, got 2; it is called as f\(x\)$/);
    assert.throws(() => refuseSurplus('f', 0, 'f()', [1]), /^ArgumentError: f: takes no argument/);
  });
});
