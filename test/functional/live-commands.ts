import assert from 'node:assert/strict';
import type { Redis } from '../../lib/api/redis.js';
import { Commands } from '../../lib/commands/index.js';
import type { Direct, MODE } from '../../lib/commands/mode.js';
import { createClient, single, type TopologyOptions } from '../../lib/index.js';
import type { CommandSpec } from '../../lib/protocol/command-spec.js';
import { Server } from '../support/server.js';
import { methodName } from '../unit/commands/recorder.js';

/** A check of a reply that is not always the same: throws where it is wrong. */
type Check = (reply: never) => void;

/**
 * A call, its reply (or a check of it), and an option or subcommand that only newer servers know, as their COMMAND DOCS spell it. The calls
 * of a list follow each other on one empty database.
 */
export type LiveCase = readonly [call: (redis: Redis) => Promise<unknown>, reply: unknown | Check, needs?: string];

const VIEWS = [
  { protocol: 2, view: {} },
  { protocol: 3, view: {} },
  { protocol: 2, view: { buffers: true, integers: 'bigint' } },
  { protocol: 3, view: { buffers: true, integers: 'string' } },
] as const;

/** Pipelines and transactions decode the same way, from replies that are read by themselves or inside EXEC's. */
const BATCHES = [
  { protocol: 3, batch: 'pipeline' },
  { protocol: 2, batch: 'multi' },
  { protocol: 3, batch: 'multi' },
] as const;
/** Their replies tell of the transaction itself. */
const TELLS_OF_MULTI: ReadonlySet<string> = new Set(['SLOWLOG GET', 'COMMANDLOG GET']);

/** The server that the calls go to, and how a client finds it. */
export interface LiveServer {
  start(): Promise<Server>;
  topology(server: Server): TopologyOptions;
}

const SINGLE: LiveServer = { start: () => Server.start(), topology: ({ host, port }) => single({ host, port }) };

/** Runs the calls on a real server in both protocols, as text and as bytes. What the server's own COMMAND list lacks is left out. */
export function describeLive(
  groups: readonly { readonly name: string; readonly prototype: object }[],
  cases: readonly LiveCase[],
  live: LiveServer = SINGLE,
): void {
  describe(`${groups.map(({ name }) => name).join(', ')} on a live server`, () => {
    let server: Server;
    let served: readonly LiveCase[];
    /** Of what each call gave in the first view; the others give the same. */
    const shapes = new Map<number, string>();

    before(async () => {
      server = await live.start();
      const names = new Set(((await server.ask('COMMAND', 'LIST')) as string[]).map((name) => name.replace('|', ' ').toUpperCase()));
      served = [];
      for (const one of cases) {
        const { name } = specOfCall(one[0]);
        if (names.has(name) && (await knows(server, name, one[2]))) served = [...served, one];
      }
    });

    after(() => server.stop());

    it('are called each', () => {
      assert.ok(served.length > cases.length / 3, `the server has the commands of only ${served.length} of ${cases.length} calls`);
      const called = new Set(cases.map(([call]) => methodName(specOfCall(call).name)));
      const methods = groups.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)).filter((name) => name !== 'constructor');
      assert.deepEqual(
        methods.filter((name) => !called.has(name)),
        [],
      );
    });

    for (const { protocol, view } of VIEWS) {
      it(`reply as documented over RESP${protocol}${Object.entries(view)
        .map(([option, value]) => `, ${option}: ${value}`)
        .join('')}`, async () => {
        await server.ask('FLUSHALL');
        await using redis = createClient({ topology: live.topology(server), protocol });
        for (const [index, [call, expected]] of served.entries()) {
          const where = `case ${index + 1}, ${specOfCall(call).name}`;
          // The view decides the types of text and integers; `plain` takes that back.
          const reply = plain(
            await named(where, call(redis.with(view) as unknown as Redis)),
            'integers' in view && view.integers === 'string',
          );
          if (typeof expected !== 'function') {
            const isObject = typeof expected === 'object' && expected !== null && !Array.isArray(expected);
            assert.deepEqual(isObject ? asObject(reply) : reply, expected, `${where}: ${JSON.stringify(reply)}`);
          } else {
            await named(where, async () => (expected as (reply: unknown) => void)(reply));
            const shape = shapeOf(reply);
            if (shapes.has(index)) assert.equal(shape, shapes.get(index), `${where}: another shape than in the view before`);
            shapes.set(index, shape);
          }
        }
      });
    }

    for (const { protocol, batch } of BATCHES) {
      it(`reply the same in a ${batch === 'multi' ? 'transaction' : 'pipeline'} over RESP${protocol}`, async () => {
        await server.ask('FLUSHALL');
        await using redis = createClient({ topology: live.topology(server), protocol });
        let batched = 0;
        for (const [index, [call, expected]] of served.entries()) {
          const { name } = specOfCall(call);
          const where = `case ${index + 1}, ${name}`;
          const steps = redis[batch]();
          // What does more than one call cannot be collected, and is made as before: later cases build on it.
          const collects = !(batch === 'multi' && TELLS_OF_MULTI.has(name)) && (await collected(call, steps));
          if (!collects) {
            await call(redis);
            continue;
          }
          batched++;
          const replies: readonly unknown[] = await named(where, steps.exec());
          const reply = plain(replies[0], false);
          if (typeof expected === 'function') await named(where, async () => (expected as (reply: unknown) => void)(reply));
          else assert.deepEqual(reply, expected, `${where}: ${JSON.stringify(reply)}`);
        }
        assert.ok(batched > served.length / 2, `only ${batched} of ${served.length} calls were collected`);
      });
    }
  });
}

/** Whether the call is a single command, which the pipeline has now. */
async function collected(call: LiveCase[0], steps: { readonly length: number }): Promise<boolean> {
  try {
    const made: unknown = call(steps as unknown as Redis);
    // A pipeline gives itself; anything else goes on with what it takes for a reply.
    if (made !== steps) await made;
    return made === steps && steps.length === 1;
  } catch {
    return false;
  }
}

/** What the server says against a call that it must refuse. */
export function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    (reply) => `no error, but ${JSON.stringify(reply)}`,
    (error: Error) => error.message,
  );
}

// Checks of replies that several lists have.
export const matches = (pattern: RegExp) => (text: string) => assert.match(text, pattern);
export const helps = (command: string) => (lines: string[]) => assert.match(String(lines[0]), new RegExp(`^${command}`));
export const positive = (value: number) => assert.ok(value > 0, `${value}`);
export const isNow = (seconds: number) => assert.ok(Math.abs(seconds - Date.now() / 1000) < 60, `${seconds}`);

/** Learns which command a call is without sending it. */
class Peek extends Commands {
  declare readonly [MODE]: Direct;
  spec: CommandSpec | undefined;
  protected override run<T>(spec: CommandSpec): Promise<T> {
    this.spec = spec;
    return new Promise(() => undefined);
  }

  protected override refuse(error: unknown): never {
    throw error;
  }
}

function specOfCall(call: LiveCase[0]): CommandSpec {
  const peek = new Peek();
  void call(peek as unknown as Redis);
  assert.ok(peek.spec !== undefined);
  return peek.spec;
}

async function knows(server: Server, name: string, token: string | undefined): Promise<boolean> {
  if (token === undefined) return true;
  const docs = await server.ask('COMMAND', 'DOCS', name.toLowerCase().replace(' ', '|'));
  return JSON.stringify(docs).includes(JSON.stringify(token));
}

/**
 * Names and types: what a caller can count on where values differ from call to call. Of lists, of objects by name (all values are objects
 * alike), and of those by number, the shapes of the elements count, not how many there are.
 */
function shapeOf(reply: unknown): string {
  if (reply === null) return 'null';
  if (Array.isArray(reply)) return `[${[...new Set(reply.map(shapeOf))].sort().join(' | ')}]`;
  if (typeof reply !== 'object') return typeof reply;
  const fields = Object.entries(reply).map(([name, value]) => [/^\d+$/.test(name) ? '#' : name, shapeOf(value)] as const);
  const values = new Set(fields.map(([, shape]) => shape));
  if (values.size === 1 && fields.every(([, shape]) => shape.startsWith('{'))) return `{*: ${[...values]}}`;
  return `{${[...new Set(fields.map((field) => field.join(': ')))].sort().join(', ')}}`;
}

async function named<T>(where: string, work: Promise<T> | (() => Promise<T>)): Promise<T> {
  try {
    return await (typeof work === 'function' ? work() : work);
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/**
 * A reply in the words of the default view: text as strings, integers as numbers. Where integers are text, all other text
 * is bytes and they can be told apart; only cursors are text in any view.
 */
function plain(reply: unknown, integersAreText: boolean): unknown {
  if (typeof reply === 'bigint') return Number(reply);
  if (Buffer.isBuffer(reply)) return reply.toString();
  if (integersAreText && typeof reply === 'string' && /^-?\d+$/.test(reply)) return Number(reply);
  if (Array.isArray(reply)) return reply.map((item) => plain(item, integersAreText));
  if (typeof reply !== 'object' || reply === null) return reply;
  return Object.fromEntries(
    Object.entries(reply).map(([name, value]) => {
      const own = plain(value, integersAreText && name !== 'cursor');
      return [name, name === 'fields' ? asObject(own) : own];
    }),
  );
}

/** Pairs, as which values by names come where names are Buffers, as the object that they are elsewhere. Anything else as it is. */
function asObject(reply: unknown): unknown {
  const isPairs = Array.isArray(reply) && reply.every((pair) => Array.isArray(pair) && pair.length === 2);
  return isPairs ? Object.fromEntries(reply as [string, unknown][]) : reply;
}
