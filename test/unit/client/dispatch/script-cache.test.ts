import assert from 'node:assert/strict';
import { isNoScript, ScriptCache } from '../../../../lib/client/dispatch/script-cache.js';
import { ArgumentError, OptionsError, ReplyError } from '../../../../lib/errors.js';
import type { Node } from '../../../../lib/pool/node.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../../../lib/protocol/command-spec.js';
import { asText, defineScript, scriptArgs, scriptOf } from '../../../../lib/protocol/script.js';

const lua = 'return 1';
// The SHA-1 of the text, as any other program computes it.
const sha1 = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db';
const noScript = new ReplyError('NOSCRIPT', 'NOSCRIPT No matching script. Please use EVAL.');

describe('a defined script', () => {
  it('has its SHA-1, and travels as the facts of a command of its own', () => {
    const script = defineScript({ lua, keys: 1 });
    assert.equal(script.sha1, sha1);
    assert.equal(scriptOf(script.spec), script);
    assert.equal(scriptOf(command('EVALSHA')), null);
  });

  it('puts the number of keys before them', () => {
    assert.deepEqual(scriptArgs(defineScript({ lua, keys: 2 }), ['a', 'b'], [1]), [sha1, 2, 'a', 'b', 1]);
    assert.deepEqual(scriptArgs(defineScript({ lua }), [], []), [sha1, 0]);
  });

  it('refuses another number of keys', () => {
    assert.throws(() => scriptArgs(defineScript({ lua, keys: 2 }), ['a'], []), ArgumentError);
  });

  for (const [options, path] of [
    [{ lua: '' }, 'defineScript.lua'],
    [{ lua, keys: -1 }, 'defineScript.keys'],
    [{ lua, keys: 1.5 }, 'defineScript.keys'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => defineScript(options),
        (error) => error instanceof OptionsError && error.path === path,
      );
    });
  }

  it('becomes its text where the SHA-1 must not be relied on; other commands stay as they are', () => {
    const script = defineScript({ lua, keys: 1 });
    assert.deepEqual(asText({ spec: script.spec, args: [sha1, 1, 'k'] }), { spec: command('EVAL'), args: [lua, 1, 'k'] });
    const reader = defineScript({ lua, keys: 1, readonly: true });
    assert.equal(asText({ spec: reader.spec, args: [sha1, 1, 'k'] }).spec, command('EVAL_RO'));
    const step = { spec: command('GET'), args: ['k'] };
    assert.equal(asText(step), step);
  });

  it('takes only the words of the server for NOSCRIPT', () => {
    assert.equal(isNoScript(noScript), true);
    assert.equal(isNoScript(new ReplyError('NOSCRIPT', 'NOSCRIPT says the script itself')), false);
    assert.equal(isNoScript(new ReplyError('ERR', 'ERR No matching script')), false);
    assert.equal(isNoScript(new Error('NOSCRIPT No matching script')), false);
  });
});

describe('which form of a script is sent', () => {
  const script = defineScript({ lua, keys: 1 });
  const reader = defineScript({ lua, keys: 1, readonly: true });
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
});
