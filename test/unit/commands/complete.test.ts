import assert from 'node:assert/strict';
import { Commands } from '../../../lib/commands/index.js';
import { COMMAND_TABLE } from '../../../lib/protocol/catalog/command-table.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { methodName } from './recorder.js';

const names = Object.keys(COMMAND_TABLE);
const containers = new Set(names.filter((name) => names.some((other) => other.startsWith(`${name} `))));
const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(Commands.prototype)).filter((name) => name !== 'constructor');

describe('the typed commands', () => {
  it('are all that the servers have, but for what changes a connection and what only a Sentinel knows', () => {
    const expected = names.filter((name) => command(name).state === 'none' && !containers.has(name) && !name.startsWith('SENTINEL'));
    assert.ok(expected.length > 300);
    assert.deepEqual(
      expected.filter((name) => !methods.includes(methodName(name))),
      [],
    );
  });

  it('are named as the servers name them', () => {
    const known = new Set(names.map(methodName));
    assert.deepEqual(
      methods.filter((method) => !known.has(method)),
      [],
    );
  });
});
