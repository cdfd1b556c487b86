import assert from 'node:assert/strict';
import { reauthenticateAll } from '../../../lib/connection/reauthenticate-all.js';

const credentials = { username: 'default', password: 'secret' };

/** Login that ends when the test says so. */
class Login {
  given: unknown = null;
  settle: (refusal?: Error) => void = () => {};

  reauthenticate(given: unknown): Promise<void> {
    this.given = given;
    return new Promise((resolve, reject) => {
      this.settle = (refusal) => (refusal === undefined ? resolve() : reject(refusal));
    });
  }
}

describe('logging in again on several connections', () => {
  it('resolves once all have answered', async () => {
    const all = [new Login(), new Login()];
    const done = reauthenticateAll(all, credentials);
    assert.deepEqual(
      all.map(({ given }) => given),
      [credentials, credentials],
    );
    for (const one of all) one.settle();
    await done;
    await reauthenticateAll([], credentials);
  });

  it('tells of each refusal as it comes, and rejects with that of the first connection once all have answered', async () => {
    const [one, two, three] = [new Login(), new Login(), new Login()];
    const refused: unknown[] = [];
    let settled = false;
    const done = reauthenticateAll([one, two, three], credentials, (login, error) => refused.push([login, error]));
    const rejected = assert.rejects(done, { message: 'first' }).then(() => {
      settled = true;
    });
    const [first, second] = [new Error('first'), new Error('second')];
    three.settle(second);
    await new Promise(setImmediate);
    assert.deepEqual(refused, [[three, second]]);
    one.settle(first);
    await new Promise(setImmediate);
    assert.equal(settled, false);
    two.settle();
    await rejected;
    assert.deepEqual(refused, [
      [three, second],
      [one, first],
    ]);
  });
});
