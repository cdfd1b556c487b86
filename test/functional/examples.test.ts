import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { countCalls } from '../../scripts/demo/counters.js';
import { compiled, loaderArgs } from '../support/compiled.js';
import { Server } from '../support/server.js';
import { tolerateHook } from '../support/tolerated-hooks.js';
import { chosenKinds, type RunningTopology, sharedTopology, type TopologyKind } from '../support/topologies.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

interface Example {
  readonly on: TopologyKind;
  /** Set, and replicated, before the example runs. */
  readonly given?: Readonly<Record<string, string>>;
  readonly prints: readonly (string | RegExp)[];
}

const examples: Readonly<Record<string, Example>> = {
  single: {
    on: 'single',
    prints: [
      'was Ada and is Grace',
      "book { title: 'Emma', year: '1815' }",
      "top [ { member: 'a', score: 1.5 }, { member: 'b', score: 3 } ]",
      /^any (listpack|ziplist)$/,
    ],
  },
  replication: {
    on: 'replication',
    given: { 'user:1': 'Ada' },
    prints: ['from the primary: Ada', 'from a replica, a moment old perhaps: Ada', '1 primary, 2 replicas'],
  },
  sentinel: { on: 'sentinel', prints: ['visits 1'] },
  cluster: {
    on: 'cluster',
    prints: ["[ 'Barbara', 'Ada', null ]", 'deleted 3', 'items 2', 'refused before it was sent, slots [ 15985, 13464 ]'],
  },
  ring: {
    on: 'ring',
    prints: [/^[abc] [abc] [abc]$/, "[ 'Barbara', 'Ada', null ]", 'on its member: Ada', "[ 'OK', 'open' ]", 'refused before it was sent'],
  },
  endpoints: { on: 'single', prints: ['user Ada', "in order [ null, 'Ada' ]", 'ERR_COMMAND_REFUSED no'] },
  codis: { on: 'single', prints: ['online 1', 'user Ada', 'ERR_COMMAND_REFUSED'] },
  subscribe: { on: 'single', prints: ['news hello', 'user:* user:1 logged in', 'sport 2:1'] },
  messages: { on: 'single', prints: ['orders {"n":1}', 'orders {"n":2}', 'orders {"n":3}', 'orders end', 'set cart:7'] },
  domains: {
    on: 'replication',
    given: { 'video:42': 'cats', front: 'headlines', 'user:1': 'Ada' },
    // MSET is split by domain: three commands, and the read of the user.
    prints: [
      'cats headlines Ada',
      'video: replica, 1 node that may serve it',
      'news: replicaPreferred, 1 node that may serve it',
      'users: primary, 1 node that may serve it',
      /^primary \S+ answered 4$/,
      /^replica \S+ answered 1$/,
      /^replica \S+ answered 1$/,
    ],
  },
  'bounded-staleness': {
    on: 'replication',
    given: { 'archive:1': 'old', 'stock:7': '3' },
    prints: ['price 9.99', 'archived old', 'stock 3', 'replicaPreferred within the limit', 'replica however old'],
  },
  zones: {
    on: 'replication',
    given: { front: 'headlines' },
    prints: ['the near one serves', 'primary not: replica only', 'spare not: priority 1, there is 0', 'headlines'],
  },
  offload: {
    on: 'replication',
    prints: ['pages page:1 page:2 page:3', 'tags cups tea', 'tags 2', 'page 1 a', 'sent to the replica 3'],
  },
  session: { on: 'replication', prints: ['visits 50'] },
  'per-call': {
    on: 'single',
    prints: [
      '9007199254740994n',
      '<Buffer 39 30 30 37 31 39 39 32 35 34 37 34 30 39 39 34>',
      'OK',
      'ERR_ABORTED - the user left',
      'null',
      'true ERR_ABORTED',
    ],
  },
  pipeline: { on: 'single', prints: ['1 10', '1 16', '1', 'WRONGTYPE', '1', 'balance 70'] },
  errors: {
    on: 'single',
    prints: [
      'done: 1',
      'ERR_TIMEOUT: queue it and try again later',
      'ERR: a mistake of the program',
      'ERR_TIMEOUT: compare before trying again',
    ],
  },
  lease: { on: 'replication', prints: ['replicas that have it: 2', 'ERR_COMMAND_REFUSED'] },
  watch: { on: 'single', prints: ['first true', 'second false', 'twenty 9', "[ '120', '0' ]"] },
  scan: { on: 'cluster', prints: ['written 2500', 'seen 2500', 'tag hot'] },
  script: { on: 'single', prints: ['[ 2, 1, 0, -1 ]'] },
};

const pathOf = (name: string): string => `examples/${name}.ts`;

async function run(name: string, seeds: readonly { readonly address: string }[]): Promise<string[]> {
  const addresses = seeds.map(({ address }) => address);
  const env = { ...process.env, NO_COLOR: '1', REDIS_URL: `redis://${addresses[0]}`, REDIS_SEEDS: addresses.join(',') };
  const program = await compiled(pathOf(name), Object.keys(examples).map(pathOf));
  const { stdout, stderr } = await execute(process.execPath, [...loaderArgs, program], {
    cwd: root,
    env,
    timeout: 15_000,
  });
  assert.equal(stderr, '');
  return stdout.trimEnd().split('\n');
}

function assertPrinted(lines: readonly string[], expected: Example['prints']): void {
  assert.equal(lines.length, expected.length, lines.join('\n'));
  for (const [at, line] of lines.entries()) {
    const one = expected[at] ?? '';
    if (typeof one === 'string') assert.equal(line, one);
    else assert.match(line, one);
  }
}

async function give(topology: RunningTopology, values: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(values).length === 0) return;
  const [primary] = await topology.primaries();
  using connection = await (primary ?? assert.fail('no primary')).connect({ timeoutMs: 5_000 });
  for (const [key, value] of Object.entries(values)) await connection.ask('SET', key, value);
  await connection.ask('WAIT', topology.nodes.length - 1, 2_000);
}

describe('examples', () => {
  it('are all run here, and none is longer than 40 lines', () => {
    const files = readdirSync(`${root}examples`);
    assert.deepEqual(
      files.sort(),
      Object.keys(examples)
        .map((name) => `${name}.ts`)
        .sort(),
    );
    for (const file of files) assert.ok(readFileSync(`${root}examples/${file}`, 'utf8').trimEnd().split('\n').length <= 40, file);
  });

  for (const kind of chosenKinds()) {
    describe(`on ${kind}`, () => {
      let topology: RunningTopology;
      before(
        tolerateHook(async function (this: Mocha.Context) {
          this.timeout(60_000);
          topology = await sharedTopology(kind);
        }),
      );
      const seeds = (): readonly Server[] => (kind === 'sentinel' ? sentinelsOf(topology) : topology.nodes);

      for (const [name, { on, given = {}, prints }] of Object.entries(examples)) {
        // These two do more to their servers than to use them.
        if (on !== kind || name === 'errors' || name === 'domains') continue;
        it(`${name} prints what it should, and ends by itself`, async () => {
          await give(topology, given);
          assertPrinted(await run(name, seeds()), prints);
        });
      }

      if (kind === 'single') {
        it('errors tells apart what ran, what did not, and what may have', async () => {
          // It stops the writes of its server for a while.
          await using server = await Server.start();
          assertPrinted(await run('errors', [server]), examples.errors?.prints ?? []);
        });
      }

      if (kind === 'replication') {
        it('domains reads each domain from its own replica', async () => {
          await give(topology, examples.domains?.given ?? {});
          let lines: string[] = [];
          const counts = await countCalls(topology.nodes, 'get', async () => {
            lines = await run('domains', seeds());
          });
          assertPrinted(lines, examples.domains?.prints ?? []);
          assert.deepEqual(counts, [1, 1, 1]);
        });
      }
    });
  }
});

function sentinelsOf(topology: RunningTopology): readonly Server[] {
  const { group } = topology;
  return 'sentinels' in group ? group.sentinels : assert.fail('not a group with sentinels');
}
