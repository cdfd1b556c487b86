import assert from 'node:assert/strict';
import sinon from 'sinon';
import { isNoScript, ScriptCache } from '../../../../lib/client/dispatch/script-cache.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Node } from '../../../../lib/pool/node.js';
import type { Arg, CommandSpec } from '../../../../lib/protocol/command-spec.js';
import { newScript } from '../../../../lib/protocol/script.js';
import { clock } from '../../../../lib/util/clock.js';

const lua = 'return 1';
// The SHA-1 of the text, as any other program computes it.
const sha1 = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db';
const noScript = new ReplyError('NOSCRIPT', 'NOSCRIPT No matching script. Please use EVAL.');

describe('the form in which a script is sent', () => {
  const script = newScript({ lua, keys: 1 });
  const reader = newScript({ lua, keys: 1, readonly: true });
  let sent: string[];
  let known: Set<string>;
  // The cache looks at nothing else of a node.
  const node = (): Node => ({ processEpoch: 1 }) as Node;
  const send = (spec: CommandSpec, args: readonly Arg[]): Promise<unknown> => {
    sent.push(`${spec.name} ${args[0]}`);
    return known.has(spec.name) ? Promise.reject(noScript) : Promise.resolve('done');
  };

  beforeEach(() => {
    sent = [];
    known = new Set();
  });

  it('is the text for a node that has not had it, then the SHA-1', async () => {
    const cache = new ScriptCache();
    const one = node();
    const both = [cache.run(script, [sha1, 1, 'k'], one, send), cache.run(script, [sha1, 1, 'k'], one, send)];
    assert.deepEqual(await Promise.all(both), ['done', 'done']);
    assert.deepEqual(sent, [`EVAL ${lua}`, `EVALSHA ${sha1}`]);
    await cache.run(script, [sha1, 1, 'k'], node(), send);
    assert.equal(sent[2], `EVAL ${lua}`);
  });

  it('is the text again for another process of the node', async () => {
    const cache = new ScriptCache();
    const one = node();
    await cache.run(script, [sha1, 1, 'k'], one, send);
    one.processEpoch++;
    await cache.run(script, [sha1, 1, 'k'], one, send);
    assert.deepEqual(sent, [`EVAL ${lua}`, `EVAL ${lua}`]);
  });

  it('is the text after NOSCRIPT', async () => {
    const cache = new ScriptCache();
    const one = node();
    await cache.run(script, [sha1, 1, 'k'], one, send);
    known.add('EVALSHA');
    assert.equal(await cache.run(script, [sha1, 1, 'k'], one, send), 'done');
    assert.deepEqual(sent.slice(1), [`EVALSHA ${sha1}`, `EVAL ${lua}`]);
  });

  it('has the time of both attempts from when it was issued', async () => {
    const time = sinon.useFakeTimers();
    try {
      time.tick(50);
      const since: (number | null)[] = [];
      const issuedAt = clock.now();
      const refused = async (_spec: CommandSpec, _args: readonly Arg[], at: number | null): Promise<unknown> => {
        since.push(at);
        time.tick(200);
        clock.expireNow();
        throw noScript;
      };
      await assert.rejects(new ScriptCache().run(reader, [sha1, 1, 'k'], null, refused), /NOSCRIPT/);
      assert.deepEqual(since, [null, issuedAt]);
    } finally {
      sinon.restore();
    }
  });

  it('is the text for a script that writes where the node is not certain, and the SHA-1 for one that reads', async () => {
    const cache = new ScriptCache();
    await cache.run(script, [sha1, 1, 'k'], null, send);
    await cache.run(reader, [sha1, 1, 'k'], null, send);
    assert.deepEqual(sent, [`EVAL ${lua}`, `EVALSHA_RO ${sha1}`]);
  });

  it('is not changed by any other error', async () => {
    const cache = new ScriptCache();
    const error = new ReplyError('ERR', 'ERR wrong');
    await assert.rejects(
      cache.run(reader, [sha1, 1, 'k'], null, () => Promise.reject(error)),
      (thrown) => thrown === error,
    );
  });

  it('takes only the words of the server for NOSCRIPT', () => {
    assert.equal(isNoScript(noScript), true);
    assert.equal(isNoScript(new ReplyError('NOSCRIPT', 'NOSCRIPT says the script itself')), false);
    assert.equal(isNoScript(new ReplyError('ERR', 'ERR No matching script')), false);
    assert.equal(isNoScript(new Error('NOSCRIPT No matching script')), false);
  });
});
