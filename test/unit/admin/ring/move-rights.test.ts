import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import { MOVE_COMMANDS, needsAt, refuseMissingRights } from '../../../../lib/admin/ring/move-rights.js';
import { findCommand } from '../../../../lib/protocol/catalog/specs.js';

const primaries = [1, 2].map((id) => ({ name: `m${id}`, node: { key: `10.0.0.${id}:1`, address: { host: `10.0.0.${id}`, port: 1 } } }));

describe('the rights that a move of keys needs', () => {
  it('are those of every command at every server', () => {
    const needs = needsAt(primaries, [['EXISTS', 'key'], ['MULTI']], 'to give keys');
    assert.deepEqual(
      needs.map(({ node, words, purpose }) => `${node.name} ${node.id} ${words.join(' ')} ${purpose}`),
      [
        'm1 10.0.0.1:1 EXISTS key to give keys',
        'm1 10.0.0.1:1 MULTI to give keys',
        'm2 10.0.0.2:1 EXISTS key to give keys',
        'm2 10.0.0.2:1 MULTI to give keys',
      ],
    );
  });

  for (const [via, { source, target }] of Object.entries(MOVE_COMMANDS)) {
    it(`are of commands that there are: ${via}`, () => {
      for (const [name] of [...source, ...target]) assert.ok(findCommand(String(name)) !== undefined, String(name));
    });
  }

  it('are refused where one is missing, with all that are', () => {
    const finding = (text: string, refuses: boolean) => ({ text, refuses });
    refuseMissingRights([finding('not known', false)]);
    assert.throws(
      () => refuseMissingRights([finding('not this', true), finding('not known', false), finding('nor that', true)]),
      (error) => error instanceof AdminError && error.message === 'not this; nor that. Nothing was done',
    );
  });
});
