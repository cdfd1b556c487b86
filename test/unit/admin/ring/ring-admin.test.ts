import assert from 'node:assert/strict';
import { RingAdmin } from '../../../../lib/admin/ring/ring-admin.js';
import { cluster, endpoints, OptionsError, ring, single } from '../../../../lib/index.js';

const from = ring(['10.0.0.1', '10.0.0.2']);

describe('the options of a RingAdmin', () => {
  const cases: readonly (readonly [what: string, options: unknown, path: string, said: RegExp])[] = [
    ['no topology', {}, 'options.topology', /expected ring\(…\)/],
    ['a cluster whose keys are to move', { topology: cluster(['10.0.0.1']) }, 'options.topology', /slotwise cluster reshard/],
    ['proxies as sources', { topology: endpoints(['10.0.0.1']) }, 'options.topology', /proxies neither scan/],
    ['proxies as targets', { topology: from, to: endpoints(['10.0.0.1']) }, 'options.to', /proxies neither scan/],
    ['another name', { topology: from, target: single('10.0.0.1') }, 'options.target', /unknown option/],
    ['a password without text', { topology: from, password: 7 }, 'options.password', /expected a non-empty string/],
  ];
  for (const [what, options, path, said] of cases) {
    it(`are not ${what}`, () => {
      assert.throws(
        () => new RingAdmin(options as ConstructorParameters<typeof RingAdmin>[0]),
        (error: unknown) => error instanceof OptionsError && error.path === path && said.test(error.message),
      );
    });
  }

  it('need not say where keys go, until a plan is asked for', async () => {
    await using admin = new RingAdmin({ topology: from });
    await assert.rejects(admin.planMove(), /options\.to: expected ring/);
    await assert.rejects(admin.planMove({ samples: 0 }), /planMove\.samples: expected an integer/);
    await assert.rejects(admin.run({} as never), /argument 1 \(plan\) must be a plan of planMove/);
    await assert.rejects(admin.check({ samples: 0 }), /check\.samples/);
  });
});
