import assert from 'node:assert/strict';
import { ClientName, nameNow } from '../../../lib/options/client-name.js';

describe('the name of a client', () => {
  it('is that of now for what comes, and is told to what is there', async () => {
    const name = new ClientName('a');
    const told: (string | null)[] = [];
    const connection = { rename: async (given: string | null) => void told.push(given) };
    name.add(connection);
    await name.change('b');
    await name.change(null);
    name.delete(connection);
    await name.change('c');
    assert.deepEqual([told, nameNow(name), nameNow('fixed'), nameNow(null)], [['b', null], 'c', 'fixed', null]);
  });

  it('rejects with the first refusal once all have answered', async () => {
    const name = new ClientName(null);
    const answered: string[] = [];
    name.add({ rename: () => Promise.reject(new Error('refused')) });
    name.add({ rename: async () => void answered.push('other') });
    await assert.rejects(name.change('a'), { message: 'refused' });
    assert.deepEqual(answered, ['other']);
  });
});
