import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type ClientOptions, createClient, type SlotwiseError, type TopologyOptions } from '../../lib/index.js';
import { SentinelGroup } from '../support/sentinel.js';
import type { Server } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const USER = 'app';
const page = readFileSync('docs/security.md', 'utf8');

/** The rules that the documentation has for the users of these servers. */
function documented(row: string): string[] {
  const line = page.split('\n').find((text) => text.startsWith(`| ${row} |`)) ?? assert.fail(`no row ${row}`);
  const rules = /`([^`]*)`/.exec(line)?.[1] ?? assert.fail(`no rules in ${line}`);
  return rules.replaceAll('\\|', '|').split(' ');
}

async function setUser(servers: readonly Server[], ...rules: readonly string[]): Promise<void> {
  for (const server of servers) {
    await server.ask('ACL', 'SETUSER', USER, 'reset', 'on', '>pw', ...rules);
    // An old server does not know them.
    for (const rule of documented('all, where the server knows it (Redis 7.2, Valkey), besides')) {
      await server.ask('ACL', 'SETUSER', USER, rule).catch(() => {});
    }
    await server.ask('ACL', 'LOG', 'RESET');
  }
}

async function removeUser(servers: readonly Server[]): Promise<void> {
  for (const server of servers) await server.ask('ACL', 'DELUSER', USER);
}

/** What the servers have refused to the user. */
async function refusals(servers: readonly Server[]): Promise<string[]> {
  const logs = await Promise.all(servers.map((server) => server.ask('ACL', 'LOG')));
  return logs.flatMap((log) => (Array.isArray(log) ? log.map((entry) => String(entry)) : []));
}

describe('access rights', () => {
  forEachTopology((t) => {
    const rules = [...documented('data nodes, all topologies'), ...(t.kind === 'cluster' ? documented('nodes of a cluster, besides') : [])];
    const login = { username: USER, password: 'pw' };
    const attempt = async (options: Partial<ClientOptions> = {}): Promise<{ outcome: unknown; errors: SlotwiseError[]; ownMs: number }> => {
      const errors: SlotwiseError[] = [];
      await using redis = createClient({ topology: t.createOptions(), ...login, timeoutMs: 20_000, ...options });
      redis.on('error', (error) => errors.push(error));
      const watch = Stopwatch.start();
      const outcome: unknown = await redis.get('k').catch((error: unknown) => error);
      return { outcome, errors, ownMs: watch.ownMs };
    };
    afterEach(() => removeUser(t.running.nodes));

    it('of the documentation are all that a client needs', async () => {
      await setUser(t.running.nodes, '~*', '&*', '+get', '+set', '+blpop', '+subscribe', '+unsubscribe', ...rules);
      const errors: SlotwiseError[] = [];
      await using redis = createClient({
        topology: t.createOptions(),
        ...login,
        clientName: 'acl',
        reads: 'replicaPreferred',
        maxLagMs: 5_000,
        monitor: { sampleMs: 100 },
      });
      redis.on('error', (error) => errors.push(error));
      await redis.set('k', 'v');
      await until(async () => (await redis.get('k')) === 'v');
      assert.equal(
        await redis
          .with({ timeoutMs: 300, signal: AbortSignal.timeout(50) })
          .blpop('list', 0)
          .catch(({ code }) => code),
        'ERR_ABORTED',
      );
      const subscription = await redis.subscribe('c', () => {});
      await subscription.unsubscribe();
      await redis.reauthenticate();
      assert.deepEqual(errors, []);
      assert.deepEqual(await refusals(t.running.nodes), []);
    });

    if (t.kind === 'replication' || t.kind === 'cluster') {
      it('that are missing are told at once, with the word of the server', async () => {
        await setUser(t.running.nodes, '~*', '+get', '+hello', '+ping');
        const { outcome, errors, ownMs } = await attempt();
        assert.ok(outcome instanceof Error && 'code' in outcome && 'executed' in outcome);
        assert.deepEqual([outcome.code, outcome.executed], ['NOPERM', 'no']);
        assert.match(outcome.message, t.kind === 'cluster' ? /NOPERM .*it needs \+cluster\|shards/ : /NOPERM .*it needs \+role or \+info/);
        assert.ok(ownMs < 4_000, `the deadline was not waited for: ${ownMs} ms`);
        assert.deepEqual(
          errors.map(({ code }) => code),
          ['NOPERM'],
        );
      });
    }

    const enough = t.kind === 'cluster' ? [['+cluster|slots'], ['+cluster|shards']] : [['+role'], ['+info']];
    for (const rights of enough) {
      it(`are enough with ${rights.join(' ')} alone`, async () => {
        await setUser(t.running.nodes, '~*', '+get', ...rights);
        const { outcome, errors } = await attempt();
        assert.deepEqual([outcome, errors], [null, []]);
      });
    }
  });
});

describe('access rights of the sentinels', () => {
  let group: SentinelGroup;
  before(async () => {
    group = await SentinelGroup.start();
  });
  after(() => group.stop());
  afterEach(() => removeUser(group.sentinels));

  const topology = (): TopologyOptions => ({
    kind: 'sentinel',
    seeds: group.sentinels.map(({ host, port }) => ({ host, port })),
    name: group.name,
    access: { username: USER, password: 'pw' },
  });
  /** `told`: how many errors are waited for. */
  const attempt = async (told = 0): Promise<{ outcome: unknown; errors: SlotwiseError[] }> => {
    const errors: SlotwiseError[] = [];
    await using redis = createClient({ topology: topology(), timeoutMs: 20_000 });
    redis.on('error', (error) => errors.push(error));
    const outcome: unknown = await redis.get('k').catch((error: unknown) => error);
    await until(() => errors.length >= told, { everyMs: 5 });
    return { outcome, errors };
  };

  it('of the documentation are all that a client needs', async () => {
    await setUser(group.sentinels, ...documented('sentinels'));
    const { outcome, errors } = await attempt();
    assert.deepEqual([outcome, errors, await refusals(group.sentinels)], [null, [], []]);
  });

  it('that are missing are told at once, with the word of the server', async () => {
    await setUser(group.sentinels, '+hello', '+info', '+ping');
    const { outcome } = await attempt();
    assert.ok(outcome instanceof Error && 'code' in outcome);
    assert.equal(outcome.code, 'NOPERM');
    assert.match(outcome.message, /NOPERM .*it needs \+sentinel\|get-master-addr-by-name/);
  });

  for (const [missing, text] of [
    ['+sentinel|sentinels', /NOPERM .*sentinel/],
    ['+subscribe', /NOPERM .*it needs \+subscribe/],
  ] as const) {
    it(`are told once by an event where only ${missing} is missing`, async () => {
      await setUser(group.sentinels, ...documented('sentinels').filter((rule) => rule !== missing));
      const { outcome, errors } = await attempt(1);
      assert.equal(outcome, null);
      assert.equal(errors.length, 1, String(errors));
      assert.match(errors[0]?.message ?? '', text);
    });
  }
});
