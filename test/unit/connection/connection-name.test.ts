import assert from 'node:assert/strict';
import { ConnectionName } from '../../../lib/connection/connection-name.js';
import { ConnectionLostError, ReplyError } from '../../../lib/errors.js';
import { ClientName } from '../../../lib/options/client-name.js';

describe('the name of a connection', () => {
  let sent: string[];
  let protocol: 2 | 3;
  let subscriber: boolean;
  let isProxy: boolean;
  let answer: () => Promise<string>;
  const named = (source: string | ClientName | null): ConnectionName =>
    new ConnectionName(
      { clientName: source, connectTimeoutMs: 1_000, subscriber },
      {
        state: 'ready',
        server: { protocol, ...(isProxy ? { plain: true } : {}) },
        request: (words) => {
          sent.push(words.slice(2).join(' '));
          return answer();
        },
      },
    );
  beforeEach(() => {
    sent = [];
    protocol = 3;
    subscriber = false;
    isProxy = false;
    answer = async () => 'OK';
  });

  it('is told only where it is another one', async () => {
    const source = new ClientName('a');
    const name = named(source);
    name.follow('ready', 'a');
    await source.change('a');
    await source.change('b');
    await source.change(null);
    assert.deepEqual(sent, ['b', '']);
  });

  it('is that of its source when the handshake is over, though that told another one', () => {
    const source = new ClientName('new');
    named(source).follow('ready', 'old');
    assert.deepEqual(sent, ['new']);
  });

  const DEAF: readonly (readonly [what: string, facts: { protocol: 2 | 3; subscriber: boolean; isProxy: boolean }, told: string[]])[] = [
    ['a subscriber over RESP3', { protocol: 3, subscriber: true, isProxy: false }, ['a']],
    ['a subscriber over RESP2', { protocol: 2, subscriber: true, isProxy: false }, []],
    ['any other over RESP2', { protocol: 2, subscriber: false, isProxy: false }, ['a']],
    ['one to a proxy', { protocol: 2, subscriber: false, isProxy: true }, []],
  ];
  for (const [what, facts, told] of DEAF) {
    it(`is ${told.length === 0 ? 'not ' : ''}told to ${what}`, async () => {
      ({ protocol, subscriber, isProxy } = facts);
      const source = new ClientName(null);
      named(source).follow('ready', null);
      await source.change('a');
      assert.deepEqual(sent, told);
    });
  }

  it('is that of the caller who has the connection alone, to whose commands nothing is added, and the old one afterwards', async () => {
    const source = new ClientName('all');
    const name = named(source);
    name.follow('ready', 'all');
    name.lend('own');
    await source.change('others');
    assert.deepEqual(sent, ['own']);
    name.giveBack();
    assert.deepEqual(sent, ['own', 'others']);
    name.lend();
    name.giveBack();
    assert.deepEqual(sent, ['own', 'others']);
  });

  it('is not told any more when the connection has ended', async () => {
    const source = new ClientName(null);
    const name = named(source);
    name.follow('ready', null);
    name.follow('closed', null);
    await source.change('a');
    assert.deepEqual(sent, []);
  });

  it('rejects where a server refuses it, and not where the connection breaks', async () => {
    const name = named(null);
    name.follow('ready', null);
    answer = () => Promise.reject(new ConnectionLostError('broke'));
    await name.rename('a');
    answer = () => Promise.reject(new ReplyError('NOPERM', 'NOPERM'));
    await assert.rejects(name.rename('b'), { code: 'NOPERM' });
    name.lend('c');
  });
});
