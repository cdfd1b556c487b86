import assert from 'node:assert/strict';
import { ArgumentError } from '../../../lib/errors.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { asText, evalshaArgs, newScript, ownScript, scriptOf } from '../../../lib/protocol/script.js';

const lua = 'return 1';
// The SHA-1 of the text, as any other program computes it.
const sha1 = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db';

describe('a defined script', () => {
  it('has its SHA-1, and travels as the facts of a command of its own', () => {
    const script = newScript({ lua, keys: 1 });
    assert.equal(script.sha1, sha1);
    assert.equal(scriptOf(script.spec), script);
    assert.equal(scriptOf(command('EVALSHA')), null);
  });

  it('of another copy of this package becomes one of ours, once', () => {
    const script = newScript({ lua, keys: 1, readonly: true, reply: Number });
    assert.equal(ownScript(script), script);
    const foreign = Object.freeze({ ...script, spec: { ...script.spec }, evalSpec: { ...script.evalSpec } });
    const own = ownScript(foreign);
    assert.equal(scriptOf(own.spec), own);
    assert.deepEqual([own.lua, own.sha1, own.keys, own.readonly, own.reply], [lua, sha1, 1, true, Number]);
    assert.equal(ownScript(foreign), own);
  });

  it('puts the number of keys before them', () => {
    assert.deepEqual(evalshaArgs(newScript({ lua, keys: 2 }), ['a', 'b'], [1]), [sha1, 2, 'a', 'b', 1]);
    assert.deepEqual(evalshaArgs(newScript({ lua }), [], []), [sha1, 0]);
  });

  it('refuses another number of keys', () => {
    assert.throws(() => evalshaArgs(newScript({ lua, keys: 2 }), ['a'], []), ArgumentError);
  });

  it('becomes its text where the SHA-1 must not be relied on; other commands stay as they are', () => {
    const script = newScript({ lua, keys: 1 });
    assert.deepEqual(asText({ spec: script.spec, args: [sha1, 1, 'k'] }), { spec: command('EVAL'), args: [lua, 1, 'k'] });
    const reader = newScript({ lua, keys: 1, readonly: true });
    assert.equal(asText({ spec: reader.spec, args: [sha1, 1, 'k'] }).spec, command('EVAL_RO'));
    const step = { spec: command('GET'), args: ['k'] };
    assert.equal(asText(step), step);
  });
});
