import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { COMMAND_NAMES } from '../../../../lib/entries/ioredis/command-names.js';
import { Commander } from '../../../../lib/entries/ioredis/commander.js';

const types = new URL('../../../../lib/entries/ioredis/types/', import.meta.url);

describe('the commands of the ioredis entry', () => {
  it('are 301, as ioredis 6.0.0 has them, each once', () => {
    assert.equal(COMMAND_NAMES.length, 301);
    assert.equal(new Set(COMMAND_NAMES).size, 301);
  });

  it('have a method, and one for bytes', () => {
    const missing = COMMAND_NAMES.filter((name) => !(name in Commander.prototype) || !(`${name}Buffer` in Commander.prototype));
    assert.deepEqual(missing, []);
  });

  it('have types, save EXEC and MULTI, whose forms are written out', () => {
    const texts = readdirSync(types)
      .filter((name) => name.endsWith('-commands.ts'))
      .map((name) => readFileSync(new URL(name, types), 'utf8'));
    const typed = texts.flatMap((text) => [...text.matchAll(/^ {2}'?([\w-]+)'?: /gm)].map(([, name = '']) => name));
    assert.deepEqual([...typed, 'exec', 'multi'].sort(), [...COMMAND_NAMES]);
  });
});
