import assert from 'node:assert/strict';
import { adminOptionsOf, slotsOption, weightsOption } from '../../../../lib/admin/cli/option-values.js';

describe('the options of the command line', () => {
  it('takes the password from the environment unless it is given', () => {
    assert.deepEqual(adminOptionsOf(['a:1'], { user: 'me', tls: true }, { SLOTWISE_PASSWORD: 'secret' }), {
      nodes: ['a:1'],
      username: 'me',
      password: 'secret',
      tls: true,
    });
    const access = adminOptionsOf(['a:1'], { password: 'other', sni: 'a.example' }, { SLOTWISE_PASSWORD: 'secret' });
    assert.deepEqual(access, { nodes: ['a:1'], password: 'other', tls: { servername: 'a.example' } });
  });

  it('reads weights and slots', () => {
    assert.deepEqual(weightsOption({ weight: ['10.0.0.1:7000=2', 'abc=0.5'] }), { '10.0.0.1:7000': 2, abc: 0.5 });
    assert.deepEqual(slotsOption({ slots: '3,1-2' }), [1, 2, 3]);
    assert.equal(slotsOption({ count: '12' }), 12);
    assert.equal(slotsOption({ all: true }), 'all');
  });
});
