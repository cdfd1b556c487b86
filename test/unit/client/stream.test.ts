import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type StreamOptions, stream } from '../../../lib/client/stream.js';

/** Server whose replies the test decides. */
class FakeServer {
  readonly usage = { commands: 0, bytes: 0 };
  readonly options = { queue: { maxCommands: 1_000_000, maxBytes: 1_000_000 } };
  readonly issued: number[] = [];
  readonly #waiting = new Map<number, { resolve: (value: string) => void; reject: (error: Error) => void }>();

  readonly issue = (item: number): Promise<string> => {
    this.issued.push(item);
    return new Promise((resolve, reject) => this.#waiting.set(item, { resolve, reject }));
  };

  answer(item: number): void {
    this.#waiting.get(item)?.resolve(`reply ${item}`);
  }

  fail(item: number): void {
    this.#waiting.get(item)?.reject(new Error(`error ${item}`));
  }

  run(source: Iterable<number> | AsyncIterable<number>, options: StreamOptions = {}): AsyncGenerator<string | Error, void, undefined> {
    return stream(source, this.issue, this, options);
  }
}

function* numbers(count: number, ended: { by: string } = { by: '' }): Generator<number> {
  try {
    for (let at = 0; at < count; at++) yield at;
    ended.by = 'itself';
  } finally {
    if (ended.by === '') ended.by = 'the stream';
  }
}

describe('a stream of commands', () => {
  it('gives the replies in the order of the items, whatever the order they come in', async () => {
    const server = new FakeServer();
    const run = server.run(numbers(3));
    const first = run.next();
    server.answer(2);
    server.answer(0);
    assert.deepEqual(await first, { value: 'reply 0', done: false });
    const second = run.next();
    server.answer(1);
    assert.deepEqual((await second).value, 'reply 1');
    assert.deepEqual((await run.next()).value, 'reply 2');
    assert.deepEqual(await run.next(), { value: undefined, done: true });
  });

  it('issues no more than the window before a reply was taken', async () => {
    const server = new FakeServer();
    const run = server.run(numbers(100), { window: 3 });
    const first = run.next();
    await nextTurn();
    assert.deepEqual(server.issued, [0, 1, 2]);
    server.answer(0);
    await first;
    for (const item of [1, 2]) server.answer(item);
    await nextTurn();
    assert.equal(server.issued.length, 3);
    await run.next();
    assert.deepEqual(server.issued, [0, 1, 2, 3]);
    await run.return();
  });

  it('keeps one command in flight where the queue of the client is full', async () => {
    const server = new FakeServer();
    server.usage.bytes = 1e9;
    const run = server.run(numbers(3));
    const first = run.next();
    assert.deepEqual(server.issued, [0]);
    server.answer(0);
    await first;
    void run.next();
    assert.deepEqual(server.issued, [0, 1]);
    server.answer(1);
    await run.return();
  });

  it('gives replies while an async source keeps it waiting', async () => {
    const server = new FakeServer();
    let release = (): void => {};
    async function* slow(): AsyncGenerator<number> {
      yield 0;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      yield 1;
    }
    const run = server.run(slow());
    const first = run.next();
    await nextTurn();
    server.answer(0);
    assert.equal((await first).value, 'reply 0');
    const second = run.next();
    release();
    await nextTurn();
    server.answer(1);
    assert.equal((await second).value, 'reply 1');
    assert.equal((await run.next()).done, true);
  });

  it('reads an async source ahead while the caller waits for the first reply', async () => {
    const server = new FakeServer();
    async function* fast(): AsyncGenerator<number> {
      for (let at = 0; ; at++) yield at;
    }
    const run = server.run(fast(), { window: 5 });
    const first = run.next();
    await nextTurn();
    // The one that is waited for, and a window behind it.
    assert.deepEqual(server.issued, [0, 1, 2, 3, 4, 5]);
    server.answer(0);
    await first;
    await run.return();
  });

  it('rejects in the place of the first error, and closes the source', async () => {
    const server = new FakeServer();
    const ended = { by: '' };
    const run = server.run(numbers(100, ended), { window: 4 });
    const first = run.next();
    server.fail(1);
    server.fail(2);
    server.answer(0);
    assert.equal((await first).value, 'reply 0');
    await assert.rejects(run.next(), /error 1/);
    assert.equal(ended.by, 'the stream');
    assert.equal((await run.next()).done, true);
  });

  it('gives errors in their places if asked to', async () => {
    const server = new FakeServer();
    const run = server.run(numbers(2), { errors: 'inline' });
    const first = run.next();
    server.fail(0);
    server.answer(1);
    const { value } = await first;
    assert.ok(value instanceof Error && value.message === 'error 0');
    assert.equal((await run.next()).value, 'reply 1');
  });

  it('closes the source when the caller breaks', async () => {
    const server = new FakeServer();
    const ended = { by: '' };
    for (const item of [0, 1, 2]) queueMicrotask(() => server.answer(item));
    for await (const reply of server.run(numbers(100, ended), { window: 10 })) if (reply === 'reply 1') break;
    assert.equal(ended.by, 'the stream');
  });

  it('does not wait for a source that never answers when the caller breaks', async () => {
    const server = new FakeServer();
    async function* stuck(): AsyncGenerator<number> {
      yield 0;
      await new Promise(() => {});
    }
    const run = server.run(stuck());
    const first = run.next();
    await nextTurn();
    server.answer(0);
    await first;
    assert.equal((await run.return()).done, true);
  });

  it('does not close a source that has ended', async () => {
    const server = new FakeServer();
    const ended = { by: '' };
    const run = server.run(numbers(1, ended));
    const first = run.next();
    server.answer(0);
    await first;
    assert.equal((await run.next()).done, true);
    assert.equal(ended.by, 'itself');
  });

  for (const kind of ['sync', 'async'] as const) {
    it(`gives the replies to what a ${kind} source gave before it threw`, async () => {
      const server = new FakeServer();
      function* sync(): Generator<number> {
        yield 0;
        throw new Error('no more');
      }
      async function* async(): AsyncGenerator<number> {
        yield* sync();
      }
      const run = server.run(kind === 'sync' ? sync() : async());
      const first = run.next();
      await nextTurn();
      server.answer(0);
      assert.equal((await first).value, 'reply 0');
      await assert.rejects(run.next(), /no more/);
    });
  }

  it('ends where a command cannot be made, and closes the source', async () => {
    const ended = { by: '' };
    const refuse = (): Promise<string> => {
      throw new Error('cannot');
    };
    const run = stream(numbers(3, ended), refuse, new FakeServer(), {});
    await assert.rejects(run.next(), /cannot/);
    assert.equal(ended.by, 'the stream');
  });

  it('is empty for an empty source', async () => {
    assert.equal((await new FakeServer().run([]).next()).done, true);
  });

  for (const returned of [undefined, 'OK', {}]) {
    it(`ends where a call gives ${JSON.stringify(returned)} instead of the promise of a command, behind the replies before`, async () => {
      const issue = (item: number): Promise<string> => (item === 1 ? (returned as never) : Promise.resolve('one'));
      const run = stream([0, 1, 2], issue, new FakeServer(), {});
      assert.deepEqual(await run.next(), { value: 'one', done: false });
      await assert.rejects(run.next(), /^ArgumentError: stream: issue must return the promise of a command, got /);
    });
  }
});
