import assert from 'node:assert/strict';
import { COMMAND_TABLE } from '../../../../lib/protocol/catalog/command-table.js';
import { changesData, isRead, mayWrite } from '../../../../lib/protocol/catalog/effects.js';
import { command, unknownCommand } from '../../../../lib/protocol/catalog/specs.js';
import { READONLY, WRITE } from '../../../../lib/protocol/command-spec.js';

describe('the effects of a command', () => {
  const cases: readonly (readonly [name: string, reads: boolean, writes: boolean, changes: boolean])[] = [
    ['GET', true, false, false],
    ['EVAL_RO', true, false, false],
    ['FCALL_RO', true, false, false],
    ['SET', false, true, true],
    ['BLPOP', false, true, true],
    ['FLUSHALL', false, true, true],
    ['EVAL', false, true, true],
    ['FCALL', false, true, true],
    ['PING', false, false, false],
    ['INFO', false, false, false],
    ['WAIT', false, false, false],
    ['PUBLISH', false, false, false],
  ];
  for (const [name, reads, writes, changes] of cases) {
    it(`of ${name}: ${reads ? 'reads' : writes ? 'may write' : 'neither'}${changes ? ', changes data' : ''}`, () => {
      const spec = command(name);
      assert.deepEqual([isRead(spec), mayWrite(spec), changesData(spec)], [reads, writes, changes]);
    });
  }

  it('of a command of a module with keys and without flags: neither, but it may change data', () => {
    const spec = { ...unknownCommand('MY.COMMAND'), flags: 0, firstKey: 0 };
    assert.deepEqual([isRead(spec), mayWrite(spec), changesData(spec)], [false, false, true]);
  });

  it('are clear in the table: no command both reads and writes', () => {
    const both = Object.keys(COMMAND_TABLE).filter((name) => (command(name).flags & (READONLY | WRITE)) === (READONLY | WRITE));
    assert.deepEqual(both, []);
  });
});
