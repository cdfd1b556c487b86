import assert from 'node:assert/strict';
import { type Address, addressKey } from '../../../../lib/options/address.js';
import { useRuntime } from '../../../../lib/runtime/runtime.js';
import { EndpointList } from '../../../../lib/topology/endpoints/endpoint-list.js';
import { takeGlobals } from '../../../support/fake-time.js';

const IPS: Readonly<Record<string, readonly string[]>> = {
  one: ['10.0.0.1'],
  same: ['10.0.0.1'],
  two: ['10.0.0.2', '10.0.0.3'],
  also: ['10.0.0.3', '10.0.0.2'],
};

describe('the list of endpoints', () => {
  beforeEach(() => {
    useRuntime({
      lookup: (host: string, _: object, callback: (error: Error | null, found: { address: string; family: number }[]) => void) => {
        const found = IPS[host];
        setImmediate(() =>
          callback(
            found === undefined ? new Error('ENOTFOUND') : null,
            (found ?? []).map((address) => ({ address, family: 4 })),
          ),
        );
      },
    } as never);
  });
  afterEach(() => {
    useRuntime({});
    takeGlobals();
  });

  const at = (host: string, port = 1): Address => ({ host, port });
  const cases: readonly (readonly [what: string, given: readonly Address[], kept: readonly string[]])[] = [
    ['two names of one address', [at('one'), at('same')], ['one:1']],
    ['a name and its address', [at('10.0.0.1'), at('one')], ['10.0.0.1:1']],
    ['two names of the same addresses', [at('two'), at('also')], ['two:1']],
    ['other ports', [at('one', 1), at('same', 2)], ['one:1', 'same:2']],
    ['names that cannot be resolved', [at('no'), at('such')], ['no:1', 'such:1']],
    ['addresses alone', [at('10.0.0.1'), at('10.0.0.2')], ['10.0.0.1:1', '10.0.0.2:1']],
  ];
  for (const [what, given, kept] of cases) {
    it(`has of ${what} ${kept.join(' and ')}`, async () => {
      let changes = 0;
      const list = new EndpointList(given, null, 1_000, { failed: () => {}, succeeded: () => {}, changed: () => changes++ });
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(list.addresses.map(addressKey), kept);
      assert.equal(changes, kept.length < given.length ? 1 : 0);
    });
  }
});
