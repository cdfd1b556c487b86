import assert from 'node:assert/strict';
import { aroundViolations, checksOf, coverageLines, replayOf, reportLines, shownProblems } from './report.js';
import { Tally } from './tally.js';
import type { SeedReport } from './worker.js';

const tables = { door: { open: ['shut'], shut: ['open', 'locked'], locked: [] } };

function report(seed: number, changes: object = {}, states: SeedReport['states'] = {}): SeedReport {
  const result = { kind: 'cluster', commands: 400, virtualMs: 9_000, faults: ['kill', 'cut', 'kill'], violations: [], ...changes };
  return { seed, parts: null, result: result as unknown as NonNullable<SeedReport['result']>, crash: null, states };
}

describe('the report of many seeds', () => {
  it('sums up seeds, commands, virtual time and faults', () => {
    const tally = new Tally();
    tally.add(report(1));
    tally.add(report(2, { commands: 300, faults: ['stop'], kind: 'single' }));
    const text = reportLines(tally, tally.coverage(tables), { seconds: 4, jobs: 2 }).join('\n');
    assert.match(text, /^2 seeds in 4\.0 s: 0\.5 seeds a second, in 2 processes$/m);
    assert.match(text, /^700 commands \(350 a seed, at least 300\), 18\.0 s of virtual time$/m);
    assert.match(text, /^servers: cluster 1, single 1$/m);
    assert.match(text, /^faults drawn \(4, at least 1 a seed\):\n {2}kill 2 +cut 1 +stop 1$/m);
  });

  it('tells states and transitions that were never reached', () => {
    const tally = new Tally();
    tally.add(report(1, {}, { door: { 'open → shut': 2 } }));
    tally.add(report(2, {}, { door: { 'open → shut': 1, 'shut → open': 1 } }));
    assert.deepEqual(tally.coverage(tables), [
      {
        name: 'door',
        states: 3,
        missingStates: ['locked'],
        transitions: 3,
        missingTransitions: ['shut → locked'],
        seldomTransitions: [
          ['open → shut', 2],
          ['shut → open', 1],
        ],
      },
    ]);
    assert.deepEqual(coverageLines(tally.coverage(tables)), [
      'states reached: 2 of 3, transitions: 2 of 3',
      '  door    2 of 3    2 of 3   never: shut → locked   seldom: open → shut in 2 seeds, shut → open in 1 seed',
    ]);
    for (let seed = 3; seed <= 10; seed++) tally.add(report(seed, {}, { door: { 'open → shut': 1 } }));
    assert.deepEqual(tally.coverage(tables)[0]?.seldomTransitions, [['shut → open', 1]]);
  });

  it('has the seeds in which something went wrong, or that ended the process', () => {
    const tally = new Tally();
    tally.add(report(1));
    tally.add(report(7, { violations: [{ check: 'no reply is lost', at: 12.5, text: 'GET a' }] }));
    tally.add({ seed: 8, parts: null, result: null, crash: 'The process ended with SIGSEGV.', states: {} });
    assert.deepEqual(tally.failed, [
      { seed: 7, kind: 'cluster', problems: ['no reply is lost, at 12.500 ms: GET a'] },
      { seed: 8, kind: 'unknown', problems: ['the run itself ended: The process ended with SIGSEGV.'] },
    ]);
    assert.equal(checksOf([...tally.failed, ...tally.failed.slice(0, 1)]), 'no reply is lost 2, the run itself ended 1');
    assert.equal(replayOf(7), 'replay: npm run simulate -- --seed 7');
  });

  it('shows of each check the first problems', () => {
    const problems = [...[1, 2, 3, 4, 5].map((at) => `a, at ${at}.000 ms: x`), 'b, at 9.000 ms: y'];
    assert.deepEqual(shownProblems(problems), [...problems.slice(0, 3), 'a: 2 more', 'b, at 9.000 ms: y']);
  });

  it('says so where nothing has ended', () => {
    assert.deepEqual(reportLines(new Tally(), [], { seconds: 1, jobs: 1 }), ['No seed has ended.']);
  });

  it('shows the lines of a trace around what went wrong', () => {
    const lines = Array.from({ length: 200 }, (_, at) => `${at.toFixed(3).padStart(11)} a did ${at}`);
    const shown = aroundViolations(lines, [150, 120]);
    assert.equal(shown[0], '… 61 lines before (--trace shows all)');
    assert.equal(shown[1], lines[61]);
    assert.equal(shown.at(-1), '… 74 lines after');
    assert.equal(shown.at(-2), lines[125]);
    assert.deepEqual(aroundViolations(lines.slice(0, 3), []), lines.slice(0, 3));
  });
});
