import assert from 'node:assert/strict';
import { Scripts } from '../../../../lib/entries/bullmq/scripts.js';

function defined(name = 'addLog:6.7.0', readOnly?: boolean): Scripts {
  const scripts = new Scripts();
  scripts.define(name, { numberOfKeys: 1, lua: 'return 1', ...(readOnly === undefined ? {} : { readOnly }) });
  return scripts;
}

describe('scripts of BullMQ', () => {
  it('get their keys first, and what is no word as BullMQ expects it', () => {
    const bytes = Buffer.from([0xff]);
    const given = ['key', 'text', 7, bytes, new Uint8Array([1]), null, undefined, true, false, Number.NaN, 8n];
    const { keys, args } = defined().call('addLog:6.7.0', given);
    assert.deepEqual(keys, ['key']);
    assert.deepEqual(args, ['text', '7', bytes, Buffer.from([1]), '', '', 'true', 'false', 'NaN', '8']);
  });

  it('take one list as well as single arguments', () => {
    const { keys, args } = defined().call('addLog:6.7.0', [['key', 'value']]);
    assert.deepEqual([keys, args], [['key'], ['value']]);
  });

  it('may run twice where they only read, or by their names', () => {
    assert.equal(defined().call('addLog:6.7.0', ['k']).repeatable, false);
    assert.equal(defined('addLog:6.7.0', true).call('addLog:6.7.0', ['k']).repeatable, true);
    assert.equal(defined('getState:6.7.0').call('getState:6.7.0', ['k']).repeatable, true);
  });

  it('are refused if nobody defined them', () => {
    assert.throws(() => defined().call('other', []), { name: 'ArgumentError', message: /"other" was not defined/ });
  });

  it('have names', () => {
    assert.deepEqual([...defined().names], ['addLog:6.7.0']);
  });
});
