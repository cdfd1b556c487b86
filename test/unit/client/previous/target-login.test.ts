import assert from 'node:assert/strict';
import { TargetLogin } from '../../../../lib/client/previous/target-login.js';

describe('the login at the new servers', () => {
  it('is asked for once, and again when it is forgotten', async () => {
    let asked = 0;
    const login = new TargetLogin(() => ({ username: 'u', password: `p${++asked}` }), 1_000);
    assert.equal(login.mayChange, true);
    assert.deepEqual(await login.get(), { username: 'u', password: 'p1' });
    assert.deepEqual(await login.get(), { username: 'u', password: 'p1' });
    login.forget();
    assert.deepEqual(await login.get(), { username: 'u', password: 'p2' });
  });

  it('is asked for again after a failure', async () => {
    let asked = 0;
    const login = new TargetLogin(() => {
      if (++asked === 1) throw new Error('later');
      return { password: 'p' };
    }, 1_000);
    await assert.rejects(login.get(), { code: 'ERR_CONNECT' });
    assert.deepEqual(await login.get(), { password: 'p' });
  });

  it('is none where there is none', async () => {
    assert.equal(await new TargetLogin(null, 0).get(), null);
    assert.equal(new TargetLogin({ password: 'p' }, 0).mayChange, false);
  });
});
