import assert from 'node:assert/strict';
import { Leased, Watched } from '../../../../lib/api/leased.js';
import { Pipeline } from '../../../../lib/api/pipeline.js';
import { Redis } from '../../../../lib/api/redis.js';
import { ArgumentError } from '../../../../lib/errors.js';
import { argumentsOf, leasedMethods, misusesOf, sharedMethods, signatureOf } from './misuse.js';

type Method = (...args: readonly unknown[]) => unknown;

/** What stands behind a class of commands here: it counts what would have been sent. */
class Sink {
  sent = 0;
  readonly run = (): Promise<null> => {
    this.sent++;
    return Promise.resolve(null);
  };
  readonly slotOf = (): number => -1;
  readonly slot = -1;
  readonly connection = this;
  withObjects(): this {
    return this;
  }
}

/** The outcome of a call that may return a pipeline; the error of a rejection, never thrown. */
async function outcomeOf(target: object, method: string, args: readonly unknown[]): Promise<unknown> {
  const call = (target as Readonly<Record<string, Method>>)[method] ?? assert.fail(`no method ${method}`);
  const returned = call.apply(target, [...args]);
  const promise = returned instanceof Pipeline ? returned.exec() : returned;
  assert.ok(promise instanceof Promise, `${method} returned no promise`);
  return promise.then(
    () => 'a success',
    (error: unknown) => error,
  );
}

// The parts behind these classes are of many kinds; a call that is refused reaches none of them.
const makers = (sink: Sink): Readonly<Record<string, () => object>> => ({
  'a client': () => Reflect.construct(Redis, [sink, sink]) as object,
  'a pipeline or a transaction': () => new Pipeline(async () => ({ values: [await sink.run()], errors: new Map() })),
  'a lease': () => Reflect.construct(Leased, [sink]) as object,
  'the connection of watch': () => Reflect.construct(Watched, [sink]) as object,
});

describe('every command method', () => {
  for (const [where, methods] of [
    ['a client', sharedMethods],
    ['a pipeline or a transaction', sharedMethods],
    ['a lease', [...sharedMethods, ...leasedMethods]],
    ['the connection of watch', sharedMethods],
  ] as const) {
    it(`of ${where} takes an example of what its types say`, async () => {
      const sink = new Sink();
      const target = makers(sink)[where] ?? assert.fail();
      assert.ok(methods.length > 340);
      for (const method of methods) {
        const [, ...forms] = signatureOf(method);
        for (const form of forms) {
          for (const args of [argumentsOf(form, true), argumentsOf(form, false)]) {
            const before = sink.sent;
            const outcome = await outcomeOf(target(), method, args);
            assert.ok(!(outcome instanceof ArgumentError), `${method}: ${outcome}`);
            assert.equal(sink.sent, before + 1, `${method} did not send anything: ${outcome}`);
          }
        }
      }
    });

    it(`of ${where} refuses what it does not know, sends nothing and throws nothing`, async () => {
      const sink = new Sink();
      const target = makers(sink)[where] ?? assert.fail();
      const wrong: string[] = [];
      let tried = 0;
      for (const method of methods) {
        // The methods are those of clients: a part of it shows that they are checked.
        const misuses = [...misusesOf(method)].filter((_, at) => where === 'a client' || at % 5 === 0);
        for (const { what, args, command } of misuses) {
          tried++;
          const outcome = await outcomeOf(target(), method, args).catch((error: unknown) => `thrown: ${error}`);
          const isRefusal = outcome instanceof ArgumentError && outcome.message.startsWith(command) && outcome.command === command;
          if (!isRefusal || sink.sent > 0) wrong.push(`${method} with ${what}: ${outcome}`);
          sink.sent = 0;
        }
      }
      assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${tried}`);
      assert.ok(tried > 2_000, `${tried} calls`);
    });
  }

  const thrown = new Error('of the caller');
  const raise = (): never => {
    throw thrown;
  };
  for (const [what, method, args] of [
    ['an option', 'set', ['k', 'v', Object.defineProperty({}, 'EX', { get: raise, enumerable: true })]],
    ['an option that it reads only once', 'getex', ['k', Object.defineProperty({}, 'PERSIST', { get: raise })]],
    ['a list of pairs', 'mset', [{ [Symbol.iterator]: raise }]],
    ['a proxy', 'expire', ['k', 1, new Proxy({}, { ownKeys: raise })]],
  ] as const) {
    it(`rejects with what ${what} throws when it is read`, async () => {
      for (const make of Object.values(makers(new Sink()))) assert.equal(await outcomeOf(make(), method, args), thrown);
    });
  }
});
