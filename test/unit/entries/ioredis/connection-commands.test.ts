import assert from 'node:assert/strict';
import { CONNECTION_COMMANDS, connectionCommand } from '../../../../lib/entries/ioredis/connection-commands.js';
import { CONNECTION_STATE } from '../../../../lib/protocol/catalog/connection-state.js';

const cases: readonly (readonly [name: string, args: readonly unknown[], found: string | null])[] = [
  ['select', ['1'], 'select'],
  ['client', ['SETNAME', 'a'], 'client setname'],
  ['client', ['list'], null],
  ['client', [], null],
  ['get', ['select'], null],
  ['watch', ['k'], 'watch'],
];

describe('commands that concern their connection', () => {
  for (const [name, args, found] of cases) {
    it(`are told by name: ${[name, ...args].join(' ')}`, () => assert.equal(connectionCommand(name, args), found));
  }

  it('are those that the engine has no other way for', () => {
    const refusedEverywhere = Object.entries(CONNECTION_STATE).flatMap(([name, [state]]) => (state === 'refused' ? [name] : []));
    const others = Object.keys(CONNECTION_STATE).filter((name) => !refusedEverywhere.includes(name));
    assert.deepEqual(Object.keys(CONNECTION_COMMANDS).sort(), others.map((name) => name.toLowerCase()).sort());
  });
});
