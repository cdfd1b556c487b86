import assert from 'node:assert/strict';
import type { NodeFacts } from '../../../../lib/admin/health/node-facts.js';
import { hasSucceeded, migrationDialectOf, parseJobs, readMigrationJobs } from '../../../../lib/admin/state/migration-jobs.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

function factsOf(info: Readonly<Record<string, string>>): NodeFacts {
  return { info: new Map(Object.entries(info)), config: new Map(), roundTripMs: 0 };
}

function valkeyJob(changes: Readonly<Record<string, Raw>>): Raw {
  const job = { name: 'n', operation: 'EXPORT', slot_ranges: '0-2 7-7', target_node: B, source_node: A, state: 'success', message: '' };
  return Object.entries({ ...job, ...changes }).flat();
}

function redisJob(changes: Readonly<Record<string, Raw>>): Raw {
  const job = { id: 'n', slots: '0-2 7', source: A, dest: B, operation: 'import', state: 'completed', last_error: '', retries: 0 };
  return Object.entries({ ...job, ...changes }).flat();
}

const JOBS: readonly (readonly [string, Raw, Readonly<Record<string, unknown>>])[] = [
  ['an export of Valkey', valkeyJob({}), { id: 'n', direction: 'export', peer: B, slots: [0, 1, 2, 7], state: 'success', running: false }],
  ['an import of Valkey', valkeyJob({ operation: 'IMPORT' }), { direction: 'import', peer: A }],
  ['a job of Valkey that runs', valkeyJob({ state: 'waiting-to-pause' }), { running: true }],
  ['a job of Valkey that failed', valkeyJob({ state: 'failed', message: '-NOAUTH no\r\n' }), { running: false, message: '-NOAUTH no' }],
  ['an import of Redis', redisJob({}), { direction: 'import', peer: A, slots: [0, 1, 2, 7], running: false }],
  ['an export of Redis', redisJob({ operation: 'migrate' }), { direction: 'export', peer: B }],
  ['an import of Redis that is tried again', redisJob({ state: 'failed', last_error: 'no' }), { running: true, message: 'no' }],
  ['an export of Redis that failed', redisJob({ operation: 'migrate', state: 'failed' }), { running: false }],
  ['an import of Redis that was cancelled', redisJob({ state: 'canceled' }), { running: false }],
  ['a job without a peer', valkeyJob({ target_node: '' }), { peer: null }],
  ['ranges that no cluster has', valkeyJob({ slot_ranges: '5-3 16384 0-99999999999 9' }), { slots: [9] }],
];

describe('atomic slot migrations of a node', () => {
  for (const [what, reply, expected] of JOBS) {
    it(`tell ${what}`, () => {
      const [job] = parseJobs([reply]);
      assert.ok(job !== undefined);
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(job[name as keyof typeof job], value, name);
    });
  }

  it('are all that run, and the newest of those that have ended', () => {
    const ended = Array.from({ length: 100 }, (_, id) => valkeyJob({ name: String(id) }));
    const ids = parseJobs([...ended, 'no job', [], valkeyJob({ name: 'runs', state: 'snapshotting' })]).map(({ id }) => id);
    assert.deepEqual(ids, [...Array.from({ length: 16 }, (_, id) => String(id)), 'runs']);
  });

  it('have succeeded in the words of both products', () => {
    const states = ['success', 'completed', 'failed', 'canceled', 'importing'];
    const jobs = parseJobs(states.map((state) => valkeyJob({ state })));
    assert.deepEqual(
      jobs.filter(hasSucceeded).map(({ state }) => state),
      ['success', 'completed'],
    );
  });

  const VERSIONS = [
    [{ redis_version: '7.2.4', valkey_version: '9.0.0' }, 'valkey'],
    [{ redis_version: '7.2.4', valkey_version: '8.1.3' }, null],
    [{ redis_version: '8.4.0' }, 'redis'],
    [{ redis_version: '8.3.9' }, null],
    [{ redis_version: '10.0.0' }, 'redis'],
    [{ redis_version: '7.0.15' }, null],
    [{}, null],
  ] as const;
  for (const [info, dialect] of VERSIONS) {
    it(`have ${dialect === null ? 'no commands' : `the commands of ${dialect}`} on ${JSON.stringify(info)}`, () => {
      assert.equal(migrationDialectOf(factsOf(info)), dialect);
    });
  }

  it('are none where the question is forbidden, or means nothing', async () => {
    const refuse = { send: () => Promise.reject(new ReplyError('NOPERM', 'NOPERM no', { executed: 'no' })) };
    const at = { host: 'a', port: 1 };
    assert.deepEqual(await readMigrationJobs(refuse, at, 'valkey'), []);
    assert.deepEqual(await readMigrationJobs({ send: () => assert.fail('asked') }, at, null), []);
  });
});
