import assert from 'node:assert/strict';
import { clientServes } from '../../../../../lib/entries/ioredis/over/client-reach.js';
import { AuthError, type Redis, TimeoutError } from '../../../../../lib/index.js';

/** A client whose questions end thus, one after the other. */
function clientWith(...outcomes: readonly (Error | string)[]) {
  const left = [...outcomes];
  const call = async (): Promise<string | undefined> => {
    const outcome = left.shift();
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { client: { with: () => ({ call }) } as unknown as Redis, left };
}

describe('whether a client serves', () => {
  const late = new TimeoutError('late');

  it('is asked again while nobody answers', async () => {
    const { client, left } = clientWith(late, late, 'PONG', 'PONG');
    await clientServes(client, () => false);
    assert.deepEqual(left, ['PONG']);
  });

  it('is told by another failure', async () => {
    const refused = new AuthError('refused');
    await assert.rejects(
      clientServes(clientWith(late, refused).client, () => false),
      refused,
    );
  });

  it('is not asked once it is over', async () => {
    const { client, left } = clientWith(late, 'PONG');
    await clientServes(client, () => left.length === 1);
    assert.deepEqual(left, ['PONG']);
  });
});
