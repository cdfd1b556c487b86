import assert from 'node:assert/strict';
import { ArgumentsError, parseArguments, usage } from '../../../chaos/cli/arguments.js';

const choices = [
  {
    topology: 'cluster',
    faults: [
      { name: 'kill', title: 'primary SIGKILL' },
      { name: 'reshard', title: 'slots moved' },
    ],
  },
  { topology: 'sentinel', faults: [{ name: 'kill', title: 'primary SIGKILL' }] },
  { topology: 'sentinel', faults: [{ name: 'partition', title: 'primary cut off' }] },
];

function chosen(...argv: readonly string[]): string[] {
  const args = parseArguments(argv, choices);
  return choices.flatMap(({ topology, faults }) =>
    faults.filter(({ name }) => args?.chooses(topology, name)).map(({ name }) => `${topology} ${name}`),
  );
}

describe('the arguments of npm run chaos', () => {
  const selections: readonly (readonly [argv: string, expected: readonly string[]])[] = [
    ['', ['cluster kill', 'cluster reshard', 'sentinel kill', 'sentinel partition']],
    ['sentinel', ['sentinel kill', 'sentinel partition']],
    ['kill', ['cluster kill', 'sentinel kill']],
    ['sentinel kill --runs 10', ['sentinel kill']],
    ['cluster sentinel partition', ['sentinel partition']],
  ];
  for (const [argv, expected] of selections) {
    it(`choose ${expected.join(', ')} for "${argv}"`, () => assert.deepEqual(chosen(...argv.split(' ').filter(Boolean)), expected));
  }

  it('have defaults', () => {
    const { chooses: _, ...rest } = parseArguments([], choices) ?? assert.fail('help');
    assert.deepEqual(rest, { runs: null, rate: 1_000, quick: false, rivals: false, json: false });
  });

  it('are taken as given', () => {
    const args = parseArguments(['--runs', '3', '--rate=10000', '--quick', '--rivals', '--json'], choices);
    const { chooses: _, ...rest } = args ?? assert.fail('help');
    assert.deepEqual(rest, { runs: 3, rate: 10_000, quick: true, rivals: true, json: true });
  });

  for (const argv of ['frobnicate', 'cluster partition', '--runs 0', '--rate fast', '--frobnicate']) {
    it(`are refused where they make no sense: ${argv}`, () =>
      assert.throws(() => parseArguments(argv.split(' '), choices), ArgumentsError));
  }

  it('tell what there is', () => {
    assert.equal(parseArguments(['--help'], choices), null);
    assert.match(usage(choices), /sentinel\n.*kill.*primary SIGKILL\n.*partition/);
  });
});
