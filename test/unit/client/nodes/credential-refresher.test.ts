import assert from 'node:assert/strict';
import sinon from 'sinon';
import { CredentialRefresher } from '../../../../lib/client/nodes/credential-refresher.js';
import type { Reauthenticating } from '../../../../lib/connection/reauthenticate-all.js';
import { AuthError, type SlotwiseError } from '../../../../lib/errors.js';

describe('CredentialRefresher', () => {
  let time: sinon.SinonFakeTimers;
  let logins: string[];
  let failures: SlotwiseError[];
  const refusing = new Set<string>();
  const connection = (name: string): Reauthenticating => ({
    reauthenticate: async ({ password }) => {
      logins.push(`${name} ${password}`);
      if (refusing.has(name)) throw new AuthError(`${name} refused`);
    },
  });
  beforeEach(() => {
    time = sinon.useFakeTimers();
    logins = [];
    failures = [];
    refusing.clear();
  });
  afterEach(() => time.restore());

  it('has all connections log in again, those of the moment, and reports each refusal', async () => {
    const refresher = new CredentialRefresher({ password: 'secret' }, (error) => failures.push(error), 1_000);
    const nodes = [connection('a')];
    refresher.add(() => nodes);
    refresher.add(() => [connection('c')]);
    nodes.push(connection('b'));
    await refresher.renew();
    assert.deepEqual(logins, ['a secret', 'b secret', 'c secret']);
    for (const name of ['b', 'c']) refusing.add(name);
    await assert.rejects(refresher.renew(), { message: 'b refused' });
    assert.deepEqual(
      failures.map(({ message }) => message),
      ['b refused', 'c refused'],
    );
  });

  it('refreshes before credentials expire, repeats what failed, and reports a refusal once', async () => {
    let count = 0;
    let isBroken = false;
    const give = (): { password: string; expiresInMs: number } => {
      if (isBroken) throw new Error('no token');
      return { password: `token ${++count}`, expiresInMs: 10_000 };
    };
    const refresher = new CredentialRefresher(give, (error) => failures.push(error), 1_000);
    refresher.add(() => [connection('a')]);
    assert.ok(typeof refresher.source === 'function');
    await refresher.source();
    await time.tickAsync(7_999);
    assert.deepEqual(logins, []);
    await time.tickAsync(1);
    assert.deepEqual(logins, ['a token 2']);
    isBroken = true;
    await time.tickAsync(8_000);
    assert.deepEqual(
      failures.map(({ message }) => message),
      ['credentials could not be had: no token'],
    );
    isBroken = false;
    refusing.add('a');
    // The delay has jitter.
    for (let i = 0; i < 100 && logins.length < 2; i++) await time.tickAsync(10);
    assert.deepEqual(logins, ['a token 2', 'a token 3']);
    assert.equal(failures.at(-1)?.message, 'a refused');
    assert.equal(failures.length, 2);
    refresher.stop();
    assert.equal(time.countTimers(), 0);
    await assert.rejects(refresher.renew(), { code: 'ERR_CLOSED' });
  });

  it('does nothing without credentials', async () => {
    const refresher = new CredentialRefresher(null, (error) => failures.push(error), 1_000);
    refresher.add(() => [connection('a')]);
    await refresher.renew();
    assert.equal(refresher.source, null);
    assert.deepEqual(logins, []);
  });

  const wrong: readonly (readonly [given: unknown, message: RegExp])[] = [
    ['hunter2', /expected \{ username\?, password, expiresInMs\? \} from credentials\(\), got text$/],
    [['hunter2'], /got a list$/],
    [null, /got null$/],
    [{ password: 5 }, /got an object$/],
    [{ user: 'app', password: 'hunter2' }, /credentials\(\) gave user; did you mean username\?$/],
    [{ passwrod: 'hunter2' }, /credentials\(\) gave passwrod; did you mean password\?$/],
    [{ password: 'hunter2', expiresInMS: 5 }, /credentials\(\) gave expiresInMS; did you mean expiresInMs\?$/],
    [{ password: 'p', expiresInMs: 'hunter2' }, /expected a positive expiresInMs from credentials\(\), got text$/],
    [{ password: 'p', expiresInMs: -1 }, /got -1$/],
  ];
  for (const [given, message] of wrong) {
    it(`refuses what the function gave, without showing it: ${message.source}`, async () => {
      const refresher = new CredentialRefresher(
        () => given as never,
        (error) => failures.push(error),
        1_000,
      );
      await assert.rejects(refresher.renew(), (error: Error) => message.test(error.message) && !error.message.includes('hunter2'));
    });
  }

  it('takes a token that has more fields', async () => {
    const refresher = new CredentialRefresher(
      () => ({ password: 'secret', issuedAt: 5, scope: 'all' }),
      (error) => failures.push(error),
      1_000,
    );
    refresher.add(() => [connection('a')]);
    await refresher.renew();
    assert.deepEqual(logins, ['a secret']);
  });
});
