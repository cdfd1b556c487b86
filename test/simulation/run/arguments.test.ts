import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { ArgumentsError, DEFAULT_SEEDS, parseArguments, usage } from './arguments.js';

const defaults = {
  seeds: DEFAULT_SEEDS,
  from: 1,
  seed: null,
  trace: false,
  jobs: availableParallelism(),
  minutes: null,
  kind: null,
  onlyFaults: null,
  onlyWorkloads: null,
  commands: null,
  without: null,
  json: null,
  breaks: null,
};

const cases: readonly (readonly [line: string, expected: Partial<typeof defaults> | object])[] = [
  ['', {}],
  ['--seeds 5 --from 100 --jobs 1', { seeds: 5, from: 100, jobs: 1 }],
  ['--minutes 0.5', { seeds: null, minutes: 0.5 }],
  ['--minutes 3 --seeds 7', { seeds: 7, minutes: 3 }],
  ['--seed 0 --trace', { seed: 0, trace: true }],
  ['--seed 9 --only-faults 0,kill --only-workloads 2', { seed: 9, onlyFaults: ['0', 'kill'], onlyWorkloads: ['2'] }],
  ['--seed 9 --commands 310', { seed: 9, commands: 310 }],
  ['--seed 9 --without writers,duplicates', { seed: 9, without: ['writers', 'duplicates'] }],
  ['--seed 9 --only-faults=', { seed: 9, onlyFaults: [] }],
  ['--kind cluster --json out.json', { kind: 'cluster', json: 'out.json' }],
  ['--breaks', { seeds: null, breaks: [] }],
  ['--breaks asking-forgotten --seeds 20', { seeds: 20, breaks: ['asking-forgotten'] }],
];

const refused: readonly (readonly [line: string, why: RegExp])[] = [
  ['--sede 1', /Unknown option '--sede'/],
  ['--seeds 0', /--seeds wants a whole number of at least 1, not "0"/],
  ['--seeds many', /--seeds wants a whole number/],
  ['--seed 1.5', /--seed wants a whole number/],
  ['--commands 0', /--commands wants a whole number of at least 1/],
  ['--minutes 0', /--minutes wants a number above 0/],
  ['--kind circle', /--kind wants single, replication, sentinel, cluster, ring, endpoints, not "circle"/],
  ['--trace', /--trace needs --seed/],
  ['--seed 1 --seeds 2', /--seed runs one seed, and --seeds says otherwise/],
  ['--seed 1 --breaks', /--seed runs one seed, and --breaks says otherwise/],
  ['chaos', /"chaos" is not an option/],
];

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('the arguments of npm run simulate', () => {
  for (const [line, expected] of cases) {
    it(`takes "${line}"`, () => assert.deepEqual(parseArguments(words(line)), { ...defaults, ...expected }));
  }

  for (const [line, why] of refused) {
    it(`refuses "${line}"`, () => {
      assert.throws(
        () => parseArguments(words(line)),
        (error) => error instanceof ArgumentsError && why.test(error.message),
      );
    });
  }

  it('has a usage that names every option', () => {
    assert.equal(parseArguments(['--help']), null);
    for (const name of ['seeds', 'from', 'seed', 'trace', 'jobs', 'minutes', 'kind', 'only-faults', 'only-workloads', 'json', 'breaks']) {
      assert.match(usage, new RegExp(`^  --${name} `, 'm'));
    }
  });
});
