import assert from 'node:assert/strict';
import { stream } from '../../../../lib/client/stream.js';

const queue = { usage: { commands: 0, bytes: 0 }, options: { queue: { maxCommands: 1_000, maxBytes: 1_000 } } };
const issue = (item: number): Promise<string> => Promise.resolve(`reply ${item}`);

function thrower(text: string): () => never {
  return () => {
    throw new Error(text);
  };
}

/** A source whose `next` gives these, one after the other. */
function source(kind: 'sync' | 'async', ...answers: readonly (() => unknown)[]): Iterable<number> {
  let at = 0;
  const iterator = { next: () => answers[at++]?.() };
  return { [kind === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: () => iterator } as unknown as Iterable<number>;
}

const item = (value: number): (() => unknown) => {
  return () => ({ done: false, value });
};
const promised = (value: number): (() => unknown) => {
  return () => Promise.resolve({ done: false, value });
};

describe('a stream of a source', () => {
  const broken: readonly (readonly [what: string, kind: 'sync' | 'async', answer: () => unknown, message: RegExp])[] = [
    ['throws', 'sync', thrower('at once'), /at once/],
    ['gives no result', 'sync', () => undefined, /gave undefined, not an iterator's result/],
    ['throws', 'async', thrower('at once'), /at once/],
    ['rejects', 'async', () => Promise.reject(new Error('later')), /later/],
    ['gives neither promise nor result', 'async', () => undefined, /gave undefined/],
    ['gives a promise of no result', 'async', () => Promise.resolve(null), /gave null/],
    ['gives a promise that throws', 'async', () => Object.defineProperty({}, 'then', { value: thrower('then') }), /then/],
  ];
  for (const [what, kind, answer, message] of broken) {
    it(`that ${what} ends with that, ${kind}`, async () => {
      await assert.rejects(stream(source(kind, answer), issue, queue, {}).next(), message);
    });

    it(`that ${what} after an item ends with that, ${kind}, and the item's reply is given before`, async () => {
      const run = stream(source(kind, kind === 'sync' ? item(1) : promised(1), answer), issue, queue, {});
      assert.deepEqual(await run.next(), { value: 'reply 1', done: false });
      await assert.rejects(run.next(), message);
      assert.deepEqual(await run.next(), { value: undefined, done: true });
    });
  }

  it('that has no iterator ends with that', async () => {
    const without = { [Symbol.asyncIterator]: thrower('no iterator') } as unknown as AsyncIterable<number>;
    await assert.rejects(stream(without, issue, queue, {}).next(), /no iterator/);
  });

  const unclosable = { [Symbol.iterator]: () => ({ next: item(1), return: thrower('cannot close') }) } as unknown as Iterable<number>;

  it('that cannot be closed ends with what ended it', async () => {
    const refuse = (): Promise<string> => Promise.reject(new Error('refused'));
    await assert.rejects(stream(unclosable, refuse, queue, { window: 1 }).next(), /refused/);
  });

  it('that cannot be closed says so where it is left', async () => {
    const run = stream(unclosable, issue, queue, { window: 1 });
    await run.next();
    await assert.rejects(run.return(), /cannot close/);
  });

  it('refuses a function that returns no promise, and says what it needs', async () => {
    const forgot = (() => {}) as unknown as typeof issue;
    await assert.rejects(stream([1], forgot, queue, {}).next(), {
      code: 'ERR_ARGUMENT',
      message: 'stream: issue must return the promise of a command, got undefined',
    });
  });

  it('keeps an error that cannot be shown in its place', async () => {
    const refuse = (): Promise<string> => Promise.reject(Object.create(null));
    const { value } = await stream([1], refuse, queue, { errors: 'inline' }).next();
    assert.ok(value instanceof Error && value.message === 'something that cannot be shown');
  });
});
