import assert from 'node:assert/strict';
import { readFacts } from '../../../../lib/admin/health/node-facts.js';
import type { NodeClient } from '../../../../lib/admin/node-connections.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';

const ADDRESS = { host: '10.0.0.1', port: 6379 };
const SETTINGS = ['save', '', 'masterauth', 'secret', 'requirepass', '', 'tls-key-file-pass', 'secret'];

function serverOf(config: (names: readonly string[]) => Raw | Error): NodeClient {
  return {
    send: (_, words) => {
      const reply = words[0] === 'INFO' ? 'redis_version:6.2.14\r\n' : config(words.slice(2).map(String));
      return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
    },
  };
}

describe('the facts of a server', () => {
  it('are its settings without what is secret', async () => {
    const { info, config } = await readFacts(
      serverOf(() => SETTINGS),
      ADDRESS,
    );
    assert.equal(info.get('redis_version'), '6.2.14');
    assert.deepEqual(Object.fromEntries(config), { save: '', masterauth: 'set', requirepass: '' });
  });

  it('are read from servers that take one name of a setting at a time', async () => {
    const wrong = new ReplyError('ERR', "ERR Unknown subcommand or wrong number of arguments for 'get'. Try CONFIG HELP.");
    const old = serverOf((names) => (names.length > 1 ? wrong : names[0] === '*' ? SETTINGS : []));
    assert.deepEqual(Object.fromEntries((await readFacts(old, ADDRESS)).config), { save: '', masterauth: 'set', requirepass: '' });
  });

  it('are without settings where the rights forbid them, and are not asked for twice', async () => {
    let asked = 0;
    const closed = serverOf(() => {
      asked++;
      return new ReplyError('NOPERM', 'NOPERM no permissions');
    });
    assert.deepEqual([(await readFacts(closed, ADDRESS)).config.size, asked], [0, 1]);
  });
});
