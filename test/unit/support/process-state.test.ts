import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sinon from 'sinon';
import { failedAddresses } from '../../../lib/connection/host-addresses.js';
import { performance } from '../../../lib/runtime/runtime.js';
import { clock, TICK_MS } from '../../../lib/util/clock.js';
import { readImportGraph } from '../../../scripts/import-graph.js';
import { PROCESS_STATE, restartProcessState } from '../../support/process-state.js';

const lib = resolve(dirname(fileURLToPath(import.meta.url)), '../../../lib');
/** What is at the left margin and may change: variables, and containers and objects of a class that are not declared to be read alone. */
const STATE =
  /^(?:export )?(?:(?:let|var) (\w+)|const (\w+)(?:: (?!readonly |Readonly).*?)? = (?:new (?!RegExp|Error\b)|\[\]|\{\}|Object\.create)|\s+static (?!readonly )(\w+)(?:: .*?)? = )/gm;

function stateOf(source: string): string[] {
  return [...source.matchAll(STATE)].map(([, variable, constant, field]) => variable ?? constant ?? field ?? '');
}

describe('the state of the process', () => {
  afterEach(() => sinon.restore());

  it('is known', () => {
    const files = [...readImportGraph().keys()].filter((file) => !/^(?:admin|entries|runtime)\//.test(file));
    const found = files.flatMap((file) => stateOf(readFileSync(join(lib, file), 'utf8')).map((name) => `${file} ${name}`));
    assert.deepEqual(
      found.filter((name) => PROCESS_STATE[name] === undefined),
      [],
      'state that a simulation should begin anew, or that has no part in what happens',
    );
    assert.deepEqual(
      Object.keys(PROCESS_STATE).filter((name) => !found.includes(name)),
      [],
      'state that is not there any more',
    );
  });

  const sources: readonly (readonly [source: string, names: readonly string[]])[] = [
    ['let a = 1;\nexport let b: number | null = null;', ['a', 'b']],
    ['const a = new Map<string, number>();\nexport const b: Map<string, () => void> = new Map();', ['a', 'b']],
    ['const a: (() => void)[] = [];\nconst b: Record<string, number> = {};', ['a', 'b']],
    ['const a: ReadonlySet<string> = new Set();\nconst b: readonly string[] = [];', []],
    ['class A {\n  static count = 0;\n  static readonly LIMIT = 1;\n  #field = new Map();\n}', ['count']],
    ['function f() {\n  let a = 1;\n  const b = new Map();\n}', []],
  ];
  for (const [source, names] of sources) it(`is seen in ${JSON.stringify(source)}`, () => assert.deepEqual(stateOf(source), names));

  it('begins anew', () => {
    // Other tests may have left a tick, and what it saw of the real loop.
    clock.restart();
    const time = sinon.useFakeTimers();
    const ticks = sinon.fake.returns(true);
    clock.watch({ tick: ticks });
    time.tick(5 * TICK_MS);
    // The loop stands still.
    time.jump(1_000);
    clock.polled();
    failedAddresses.failed('192.0.2.1', 1);
    const asFound = [
      { address: '192.0.2.1', family: 4 },
      { address: '192.0.2.2', family: 4 },
    ];
    assert.equal(clock.stalledMs(0), 1_000 - TICK_MS);
    assert.equal(time.countTimers(), 1);
    assert.ok(ticks.called);
    assert.equal(clock.mayHaveStoodStill, false);
    assert.notDeepEqual(failedAddresses.sort(asFound, 1), asFound);

    restartProcessState({ performance: { now: () => 7 } });
    assert.equal(time.countTimers(), 0);
    assert.equal(clock.mayHaveStoodStill, true);
    assert.equal(clock.stalledMs(0), 0);
    assert.equal(clock.now(), 7);
    assert.deepEqual(failedAddresses.sort(asFound, 1), asFound);

    restartProcessState();
    assert.notEqual(performance.now(), 7);
  });
});
