import assert from 'node:assert/strict';
import { useRuntime } from '../../../lib/runtime/runtime.js';
import { createSecureContext, failedSocket, type LookupFunction, lookupAll } from '../../../lib/runtime/sockets.js';

describe('the addresses of a host name', () => {
  afterEach(() => useRuntime({}));

  const found: readonly (readonly [name: string, answer: Parameters<Parameters<LookupFunction>[2]>, addresses: readonly string[]])[] = [
    [
      'are a list',
      [
        null,
        [
          { address: '192.0.2.1', family: 4 },
          { address: '2001:db8::1', family: 6 },
        ],
      ],
      ['192.0.2.1', '2001:db8::1'],
    ],
    ['may come as one', [null, '192.0.2.1', 4], ['192.0.2.1']],
  ];
  for (const [name, answer, addresses] of found) {
    it(`${name}, asked of the runtime`, async () => {
      const asked: unknown[] = [];
      useRuntime({
        lookup: (host, options, callback) => {
          asked.push(host, options);
          callback(...answer);
        },
      });
      assert.deepEqual(
        (await lookupAll('host')).map(({ address }) => address),
        addresses,
      );
      assert.deepEqual(asked, ['host', { all: true }]);
    });
  }

  it('are missing with an error', async () => {
    useRuntime({ lookup: (_, __, callback) => callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), '') });
    await assert.rejects(lookupAll('host'), { code: 'ENOTFOUND' });
  });
});

describe('a socket that never opens', () => {
  it('has its error and closes', async () => {
    const error = new Error('no');
    const socket = failedSocket(error);
    const seen: unknown[] = [];
    socket.on('error', (one) => seen.push(one));
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    assert.deepEqual(seen, [error]);
    assert.equal(socket.destroyed, true);
  });
});

describe('keys and certificates', () => {
  it('that cannot be read are refused', () => assert.throws(() => createSecureContext({ cert: 'no certificate', key: 'no key' })));
});
