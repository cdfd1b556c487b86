import assert from 'node:assert/strict';
import { TLS_FUNCTIONS } from '../../../lib/connection/tls-functions.js';
import { type ClientOptions, ConnectError, createClient } from '../../../lib/index.js';
import { clientTls } from '../../support/certificates.js';
import { FakeServer } from '../../support/fake-server.js';
import { assertNoPendingCommands, rejected, single, store, track } from '../client/scripted.js';
import { isCauseOf, MISBEHAVIOURS } from '../util/user-function/misbehaviours.js';

type Tls = Exclude<ClientOptions['tls'], boolean | undefined>;

/** What a function gives for nothing wrong. Without a row for each the types fail. */
const GOOD: { readonly [Name in (typeof TLS_FUNCTIONS)[number]]: NonNullable<Tls[Name]> } = {
  checkServerIdentity: () => undefined,
  lookup: (_host, options, answer) => {
    if (options.all === true) answer(null, [{ address: '127.0.0.1', family: 4 }]);
    else answer(null, '127.0.0.1', 4);
  },
  pskCallback: () => ({ psk: SHARED_KEY, identity: 'me' }),
};

const SHARED_KEY = Buffer.alloc(16, 'key');
const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;

describe('the functions of the TLS options', () => {
  let server: FakeServer;
  let pskServer: FakeServer;
  before(async () => {
    server = await FakeServer.start(single(store), { tls: true });
    pskServer = await FakeServer.start(single(store), { tls: { ...PSK, pskCallback: () => SHARED_KEY } });
  });
  after(async () => {
    await server.stop();
    await pskServer.stop();
  });
  afterEach(assertNoPendingCommands);

  const clientWith = (tls: Tls) =>
    track(
      createClient({
        topology: { kind: 'single', address: { host: 'localhost', port: (tls.pskCallback === undefined ? server : pskServer).port } },
        tls: { ...clientTls(), ...tls },
        failFast: true,
        connectTimeoutMs: 5_000,
      }),
    );

  for (const name of TLS_FUNCTIONS) {
    it(`${name} is called, and serves`, async () => {
      let calls = 0;
      const good = GOOD[name] as (...args: unknown[]) => unknown;
      const redis = clientWith({
        ...psk(name),
        [name]: (...args: unknown[]) => {
          calls++;
          return good(...args);
        },
      });
      assert.equal(await redis.get('k'), 'value of k');
      assert.ok(calls > 0);
    });

    for (const [what, bad] of Object.entries(MISBEHAVIOURS)) {
      // Its answer comes by a callback, which it does not call.
      if (name === 'lookup' && bad.failure === null) continue;
      it(`${name} that ${what} fails its connection`, async () => {
        const redis = clientWith({ ...psk(name), [name]: bad.run });
        if (what === 'returns undefined' || what === 'returns NaN') {
          // What is no problem by Node's own rules.
          if (name === 'checkServerIdentity') assert.equal(await redis.get('k'), 'value of k');
          else await rejected(redis.get('k'));
          return;
        }
        const error = await rejected(redis.get('k'));
        if (bad.failure instanceof Error && !what.includes('promise')) assert.ok(isCauseOf(bad.failure, error), String(error));
      });
    }
  }

  const answers: readonly (readonly [what: string, answer: readonly unknown[]])[] = [
    ['one address where a list was asked for', [null, '127.0.0.1', 4]],
    ['a list with the wrong family', [null, [{ address: '127.0.0.1', family: 6 }]]],
    ['a list of texts', [null, ['127.0.0.1']]],
  ];
  for (const [what, answer] of answers) {
    it(`lookup may give ${what}`, async () => {
      const redis = clientWith({ lookup: (_host, _options, callback) => (callback as (...args: readonly unknown[]) => void)(...answer) });
      assert.equal(await redis.get('k'), 'value of k');
    });
  }

  const refused: readonly (readonly [what: string, answer: readonly unknown[]])[] = [
    ['nothing', []],
    ['an empty list', [null, []]],
    ['a name', [null, 'localhost', 4]],
    ['an object', [null, {}]],
    ['a list with a hole', [null, [undefined]]],
    ['an error', [new Error('no such host')]],
    ['a text for an error', ['no such host']],
  ];
  for (const [what, answer] of refused) {
    it(`lookup that gives ${what} fails its connection`, async () => {
      const redis = clientWith({
        lookup: (_host, _options, callback) => {
          (callback as (...args: readonly unknown[]) => void)(...answer);
          // A second answer is one too many.
          callback(null, '127.0.0.1', 4);
        },
      });
      await rejected(redis.get('k'));
    });
  }

  for (const tls of [{ minVersion: 'TLSv9' }, { ciphers: 'no such cipher' }, { key: 'no key' }] as unknown as Tls[]) {
    it(`are not reached with ${JSON.stringify(tls)}: the command rejects with Node's error as cause`, async () => {
      const error = await rejected(clientWith(tls).get('k'));
      const causes: unknown[] = [];
      for (let at: unknown = error; at instanceof Error; at = at.cause) causes.push(at);
      assert.ok(
        causes.some((cause) => cause instanceof ConnectError),
        String(error),
      );
      assert.ok(causes.at(-1) instanceof Error && !('executed' in (causes.at(-1) as object)), String(causes.at(-1)));
    });
  }
});

/** Options without which the function is not called. */
function psk(name: string): Tls {
  return name === 'pskCallback' ? { ...PSK, checkServerIdentity: () => undefined } : {};
}
