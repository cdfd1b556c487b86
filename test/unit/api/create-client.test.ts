import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createClient } from '../../../lib/api/create-client.js';
import { ring } from '../../../lib/options/ring.js';

describe('createClient', () => {
  afterEach(() => sinon.restore());

  const ketama = { as: 'twemproxy', hash: 'crc32' } as const;
  const rings: readonly (readonly [what: string, given: Parameters<typeof ring>, warnings: number])[] = [
    ['of which one member has every key', [['a', 'b'], ketama], 1],
    ['of one member', [['a'], ketama], 0],
    ['that counts places', [['a', 'b'], { ...ketama, distribution: 'modula' }], 0],
    ['with another hash', [['a', 'b'], { as: 'twemproxy', hash: 'crc32a' }], 0],
  ];
  for (const [what, given, warnings] of rings) {
    it(`${warnings > 0 ? 'warns' : 'does not warn'} of a ring ${what}`, () => {
      const warned = sinon.stub(process, 'emitWarning');
      createClient({ topology: ring(...given) }).destroy();
      assert.equal(warned.callCount, warnings);
      if (warnings > 0) assert.match(String(warned.firstCall.args[0]), /^ketama with crc32 has every key on one member: /);
    });
  }
});
