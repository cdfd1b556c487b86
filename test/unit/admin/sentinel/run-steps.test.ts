import assert from 'node:assert/strict';
import type { NodeClient } from '../../../../lib/admin/node-connections.js';
import { needsOfSentinels, withRights } from '../../../../lib/admin/sentinel/rights.js';
import { SentinelRun } from '../../../../lib/admin/sentinel/run-steps.js';
import { describeSentinelStep, type SentinelPlan, type SentinelStep, setStep } from '../../../../lib/admin/sentinel/steps.js';
import { ReplyError, TimeoutError } from '../../../../lib/errors.js';
import { addressKey } from '../../../../lib/options/address.js';
import { groupOf } from './invented-groups.js';

const refOf = (id: number): SentinelStep['sentinel'] => ({
  id: `s${id}`,
  name: `10.0.0.${id}:26379`,
  address: { host: `10.0.0.${id}`, port: 26_379 },
});

const planOf = (...steps: readonly SentinelStep[]): SentinelPlan => ({
  title: 't',
  group: 'g',
  steps,
  notes: [],
  request: { command: 'remove' },
});

const remove = (id: number): SentinelStep => ({ do: 'remove', sentinel: refOf(id) });
const monitor = (id: number): SentinelStep => ({ do: 'monitor', sentinel: refOf(id), host: '10.0.0.9', port: 6379, quorum: 2 });
const set = (id: number, setting = 'auth-user', value = 'x'): SentinelStep => setStep(refOf(id), setting, value);

const REFUSED = new ReplyError('ERR', 'ERR no');
const SILENT = new TimeoutError('timed out');

/** Steps, what one sentinel answers to each command, and what came of it. */
const CASES: readonly {
  readonly name: string;
  readonly steps: readonly SentinelStep[];
  readonly failing: Readonly<Record<string, Error>>;
  readonly problems: readonly (RegExp | null)[];
  readonly left?: readonly SentinelStep[];
}[] = [
  { name: 'where all do it', steps: [remove(1), remove(2)], failing: {}, problems: [null, null] },
  { name: 'where one refuses', steps: [remove(1), remove(2), remove(3)], failing: { s2: REFUSED }, problems: [null, /^ERR no$/, null] },
  {
    name: 'where one does not answer, which is not waited for again',
    steps: [set(1, 'auth-pass'), set(1), set(2, 'auth-pass'), set(2)],
    failing: { s1: SILENT },
    problems: [/^timed out; whether it has done it is not known$/, null, null],
    left: [set(1)],
  },
  {
    name: 'where one does not watch the group, which has no settings there',
    steps: [monitor(1), set(1), monitor(2), set(2)],
    failing: { s1: REFUSED },
    problems: [/^ERR no$/, null, null],
    left: [set(1)],
  },
  {
    name: 'where one refuses a setting, and may take another',
    steps: [set(1, 'auth-pass'), set(1)],
    failing: { s1: REFUSED },
    problems: [/ERR no/, /ERR no/],
  },
];

describe('the run of a plan for Sentinels', () => {
  for (const { name, steps, failing, problems, left = [] } of CASES) {
    it(name, async () => {
      const sent: string[] = [];
      const client: NodeClient = {
        send: async (address, words) => {
          sent.push(`${addressKey(address)} ${words.join(' ')}`);
          const failure = failing[`s${addressKey(address).split(/[.:]/)[3]}`];
          // `readBack` asks for the group, which says nothing.
          return await (failure !== undefined && words[1] !== 'MASTER' ? Promise.reject(failure) : Promise.resolve(null));
        },
      };
      const run = new SentinelRun(client, () => Promise.reject(new Error('not read')), {});
      const outcome = await run.run(planOf(...steps));
      assert.equal(outcome.status, Object.keys(failing).length === 0 ? 'done' : 'failed');
      assert.equal(outcome.results.length, problems.length, JSON.stringify(outcome.results));
      for (const [index, pattern] of problems.entries()) {
        const problem = outcome.results[index]?.problem;
        if (pattern === null) assert.equal(problem, null);
        else assert.match(problem ?? '', pattern);
      }
      assert.deepEqual(outcome.left.map(describeSentinelStep), left.map(describeSentinelStep));
    });
  }
});

describe('the run of a failover by Sentinels', () => {
  const failover: SentinelStep = { do: 'failover', sentinel: refOf(1), coordinated: false, from: '10.0.0.1:6379' };
  const client: NodeClient = { send: () => Promise.resolve('OK') };
  const named = (primary: number): ReturnType<typeof groupOf> =>
    groupOf(
      [1, 2, 3].map((id) => ({ id, primary })),
      null,
    );

  it('ends where all Sentinels name another primary and no data server can be asked, and says so', async () => {
    const { status, primary, notes } = await new SentinelRun(client, () => Promise.resolve(named(2)), {}).run(planOf(failover));
    assert.deepEqual([status, primary], ['done', '10.0.0.2:6379']);
    assert.match(notes.join('\n'), /whether 10\.0\.0\.1:6379 follows it could not be seen: connect ECONNREFUSED/);
  });

  it('fails where the leader has given it up', async () => {
    const run = new SentinelRun(
      client,
      () => Promise.resolve({ ...named(1), sentinels: named(1).sentinels.map((each) => ({ ...each, id: 's1' })) }),
      {},
    );
    await assert.rejects(run.run(planOf(failover)), /has given the failover up, and 10\.0\.0\.1:6379 is still the primary/);
  });
});

describe('the rights to a plan for Sentinels', () => {
  const plan = planOf(monitor(1), set(1, 'auth-pass', 'hush'), set(2), remove(3));

  it('are those to each command, and no password is asked about', () => {
    assert.deepEqual(
      needsOfSentinels(plan).map(({ node, words }) => `${node.id} ${words.join(' ')}`),
      [
        's1 SENTINEL MONITOR g 10.0.0.9 6379 2',
        's1 SENTINEL SET g auth-pass secret',
        's2 SENTINEL SET g auth-user x',
        's3 SENTINEL REMOVE g',
      ],
    );
  });

  it('refuse the whole plan where one Sentinel would refuse its part', async () => {
    const client: NodeClient = {
      send: (address, words) =>
        Promise.resolve(
          words[1] === 'WHOAMI'
            ? 'ops'
            : addressKey(address).startsWith('10.0.0.2')
              ? "no permissions to run the 'sentinel|set' command"
              : 'OK',
        ),
    };
    await assert.rejects(
      withRights(client, plan),
      /user ops may not send 10\.0\.0\.2:26379 SENTINEL SET \(.*ACL SETUSER ops \+sentinel\|set\. Nothing was done$/,
    );
  });
});
