import assert from 'node:assert/strict';
import type { Leased } from '../../lib/api/leased.js';
import { LeasedCommands } from '../../lib/api/leased-commands.js';
import type { Direct, MODE } from '../../lib/commands/mode.js';
import { cluster, createClient } from '../../lib/index.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';
import { methodName } from '../unit/commands/recorder.js';

/** Notes the names of what is called. */
class Names extends LeasedCommands {
  declare readonly [MODE]: Direct;
  readonly called: string[] = [];
  protected override run<T>({ name }: { readonly name: string }): Promise<T> {
    this.called.push(name);
    return new Promise(() => undefined);
  }

  protected override refuse(error: unknown): never {
    throw error;
  }
}

/** A call, its reply, and what must be called first on the same connection. */
type Case = readonly [call: (one: Leased) => Promise<unknown>, reply: unknown, first?: (one: Leased) => Promise<unknown>];

const cases: readonly Case[] = [
  [(one) => one.asking(), 'OK'],
  [(one) => one.auth('default', 'secret'), 'OK'],
  [(one) => one.clientCaching('YES'), 'OK', (one) => one.clientTracking('ON', { OPTIN: true })],
  [(one) => one.clientCapa('redirect'), 'OK'],
  [(one) => one.clientImportSource('OFF'), 'OK'],
  [(one) => one.clientNoEvict('ON'), 'OK'],
  [(one) => one.clientNoTouch('ON'), 'OK'],
  [(one) => one.clientSetinfo('LIB-NAME', 'mine'), 'OK'],
  [(one) => one.clientSetname('worker'), 'OK'],
  [(one) => one.clientTracking('ON', { BCAST: true, PREFIX: ['a:', 'b:'], NOLOOP: true }), 'OK'],
  [async (one) => (await one.hello()).role, 'master'],
  [(one) => one.readonly(), 'OK'],
  [(one) => one.readwrite(), 'OK'],
  [(one) => one.reset(), 'RESET'],
  [(one) => one.select(0), 'OK'],
  [(one) => one.unwatch(), 'OK'],
  [(one) => one.wait(0, 10), 0, (one) => one.set('a', '1')],
  [(one) => one.waitaof(0, 0, 10), [0, 0]],
  [(one) => one.watch(['{a}1', '{a}2']), 'OK'],
];

type Words = readonly [string, ...string[]];

/** Commands after which the server sends what answers nothing, or does not answer. */
const UNANSWERED: readonly Words[] = [
  ['SUBSCRIBE', 'c'],
  ['PSUBSCRIBE', 'c*'],
  ['SSUBSCRIBE', 'c'],
  ['UNSUBSCRIBE'],
  ['PUNSUBSCRIBE', 'c'],
  ['SUNSUBSCRIBE'],
  ['monitor'],
  ['CLIENT', 'REPLY', 'OFF'],
  ['client reply', 'SKIP'],
  ['QUIT'],
  ['PSYNC', '?', '-1'],
  ['SCRIPT', 'DEBUG', 'YES'],
];

/** Commands that change the connection of a lease, and keep its replies in order. */
const KEPT: readonly Words[] = [
  ['HELLO', '2'],
  ['HELLO', '3'],
  ['CLIENT', 'NO-EVICT', 'ON'],
  ['READONLY'],
  ['WATCH', 'tracked'],
  ['CLIENT', 'SETNAME', 'one'],
];

function nameOf(call: Case[0]): string {
  const names = new Names();
  void call(names as unknown as Leased);
  return names.called[0] ?? assert.fail('nothing was called');
}

describe('the commands of a lease on a live server', () => {
  let server: Server;
  let served: readonly Case[];

  before(async () => {
    // READONLY and ASKING are for cluster nodes.
    server = await Server.start({ config: ['cluster-enabled yes'], password: 'secret' });
    const names = new Set(((await server.ask('COMMAND', 'LIST')) as string[]).map((name) => name.replace('|', ' ').toUpperCase()));
    await server.ask('CLUSTER', 'ADDSLOTSRANGE', 0, 16383);
    await until(async () => /cluster_state:ok/.test(String(await server.ask('CLUSTER', 'INFO'))));
    served = cases.filter(([call]) => names.has(nameOf(call)));
  });

  after(() => server.stop());

  it('are called each', () => {
    const called = new Set(cases.map(([call]) => methodName(nameOf(call))));
    const methods = Object.getOwnPropertyNames(LeasedCommands.prototype).filter((name) => name !== 'constructor');
    assert.deepEqual(
      methods.filter((name) => !called.has(name)),
      [],
    );
  });

  for (const protocol of [2, 3] as const) {
    it(`leave the replies in order over RESP${protocol}, and those that would not are refused`, async () => {
      await using redis = createClient({ topology: cluster([server.address]), password: 'secret', protocol });
      await redis.lease(async (one) => {
        for (const words of UNANSWERED) {
          await assert.rejects(one.call(...words), { code: 'ERR_COMMAND_REFUSED', executed: 'no' }, words.join(' '));
          assert.equal(await one.echo(words[0]), words[0]);
        }
      });
      for (const words of protocol === 3 ? [...KEPT, ['CLIENT', 'TRACKING', 'ON'] as const] : KEPT) {
        await redis.lease(async (one) => {
          await one.call(...words);
          await redis.set('tracked', words.join(' '));
          assert.equal(await one.echo('next'), 'next', words.join(' '));
          await redis.del('tracked');
          assert.equal(await one.get('tracked'), null, words.join(' '));
          assert.equal(await one.echo('last'), 'last', words.join(' '));
        });
      }
    });

    for (const view of [{}, { buffers: true, integers: 'bigint' }] as const) {
      it(`reply as documented over RESP${protocol}${'buffers' in view ? ', with bytes and bigints' : ''}`, async () => {
        await using redis = createClient({ topology: cluster([server.address]), password: 'secret', protocol });
        for (const [call, expected, first] of served) {
          const reply = await redis.with(view).lease(async (lent) => {
            const one = lent as unknown as Leased; // the view decides the types of text and integers
            await first?.(one);
            return call(one);
          });
          const plain = typeof reply === 'bigint' ? Number(reply) : Array.isArray(reply) ? reply.map(Number) : reply;
          assert.deepEqual(plain, expected, nameOf(call));
        }
      });
    }
  }
});
