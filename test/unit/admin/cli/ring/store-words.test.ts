import assert from 'node:assert/strict';
import { storeNamed } from '../../../../../lib/admin/cli/ring/store-words.js';

describe('words that name where keys are', () => {
  const cases: readonly (readonly [word: string, kind: string, isUnknown: boolean, access: object])[] = [
    ['10.0.0.1:7000', 'replication', true, {}],
    ['10.0.0.1:7000, 10.0.0.2', 'replication', true, {}],
    ['redis://10.0.0.1', 'single', true, {}],
    ['rediss://me:secret@10.0.0.1/3', 'single', true, { username: 'me', password: 'secret', tls: true }],
    ['redis+cluster://10.0.0.1,10.0.0.2', 'cluster', false, {}],
    ['redis+sentinel://10.0.0.1/group?sentinelPassword=secret', 'sentinel', false, {}],
  ];
  for (const [word, kind, isUnknown, access] of cases) {
    it(word, () => {
      const named = storeNamed(word, '--from');
      assert.deepEqual([named.topology.kind, named.isUnknown, named.access], [kind, isUnknown, access]);
    });
  }

  const refused: readonly (readonly [word: string, said: RegExp])[] = [
    ['10.0.0.1:70000', /expected HOST:PORT/],
    ['redis://10.0.0.1?timeoutMs=5', /^expected a URL without parameters, got \?timeoutMs/],
    ['redis://me:secret@', /^--from: (?!.*secret)/],
    ['/no/such/ring.json', /^--from: cannot read \/no\/such\/ring\.json: there is no such file$/],
    ['ring.json', /^--from: cannot read ring\.json/],
  ];
  for (const [word, said] of refused) {
    it(`not ${word}`, () => {
      assert.throws(
        () => storeNamed(word, '--from'),
        ({ name, message }: Error) => name === 'UsageError' && said.test(message),
      );
    });
  }
});
