import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import calculateSlot from 'cluster-key-slot';
import { checkCluster } from '../../../lib/admin/check/check-cluster.js';
import { runCommandLine } from '../../../lib/admin/cli/command-line.js';
import { ClusterAdmin, type Plan, type Problem } from '../../../lib/admin/index.js';
import { cluster, createClient, type Redis } from '../../../lib/index.js';
import { compiled, loaderArgs } from '../../support/compiled.js';
import { type Server, startAll, stopAll } from '../../support/server.js';
import { until } from '../../support/wait.js';

const program = 'lib/admin/cli/index.ts';
/** Options of a server that is ready to join a cluster. */
export const emptyServer = { config: ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-node-timeout 2000'] };

/** Commands that move keys. */
const MOVING: ReadonlySet<string | number | undefined> = new Set(['reshard', 'rebalance', 'fix']);
/** Time that a MIGRATE of the tests waits for its target: no stall of the machine is to look like a target that hangs. */
export const MIGRATE_TIMEOUT_MS = 10_000;

function wordsOf(args: readonly (string | number)[]): string[] {
  return ['cluster', ...args.map(String), ...(MOVING.has(args[0]) ? ['--migrate-timeout', String(MIGRATE_TIMEOUT_MS)] : [])];
}

/** A command line in a process of its own. */
export interface CommandRun {
  readonly child: ChildProcess;
  /** Its output so far. */
  readonly output: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Starts `slotwise cluster …` in a process of its own. */
export async function startCommand(...args: readonly (string | number)[]): Promise<CommandRun> {
  const words = [...loaderArgs, await compiled(program), ...wordsOf(args)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, SLOTWISE_PASSWORD: '' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.once('close', (code) => resolve({ code, output })));
  return { child, output: () => output, ended };
}

/** Runs `slotwise cluster …` in this process, which is faster. */
export async function runCommand(args: readonly (string | number)[]): Promise<{ readonly code: number; readonly output: string }> {
  let output = '';
  const stream = { write: (text: string) => (output += text) };
  const process = { stdout: stream, stderr: stream, env: {}, confirm: null, onInterrupt: () => () => undefined, exit: () => undefined };
  return { code: await runCommandLine(wordsOf(args), process), output };
}

/** Runs a command that succeeds. Resolves with its output. */
export async function slotwise(...args: readonly (string | number)[]): Promise<string> {
  const { code, output } = await runCommand(args);
  assert.equal(code, 0, output);
  return output;
}

/** Runs a command that fails. Resolves with its output. */
export async function refused(...args: readonly (string | number)[]): Promise<string> {
  const { code, output } = await runCommand(args);
  assert.notEqual(code, 0, output);
  return output;
}

export function at<T>(list: readonly T[], index: number): T {
  const item = list.at(index);
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}

/** The first `count` of the keys `k:0`, `k:1` … whose slots pass the test. */
export function keysIn(count: number, isWanted: (slot: number) => boolean): string[] {
  const keys: string[] = [];
  for (let i = 0; keys.length < count; i++) if (isWanted(calculateSlot(`k:${i}`))) keys.push(`k:${i}`);
  return keys;
}

export async function fill(redis: Redis, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)));
}

export async function assertComplete(redis: Redis, keys: readonly string[]): Promise<void> {
  const values = await Promise.all(keys.map((key) => redis.get(key)));
  assert.deepEqual(
    keys.filter((key, index) => values[index] !== `value of ${key}`),
    [],
  );
}

/** Every key is on one node only. */
export async function assertOnce(servers: readonly Server[], slot: number, count: number): Promise<void> {
  const counts = await Promise.all(
    servers.map(async (server) => {
      const { role } = await server.info('replication');
      return role === 'master' ? Number(await server.ask('CLUSTER', 'COUNTKEYSINSLOT', slot)) : 0;
    }),
  );
  assert.deepEqual(
    counts.filter((each) => each > 0),
    [count],
  );
}

export async function idOf(server: Server): Promise<string> {
  return String(await server.ask('CLUSTER', 'MYID'));
}

export async function run(admin: ClusterAdmin, plan: Plan): Promise<void> {
  const outcome = await admin.run(plan);
  assert.equal(outcome.status, 'done');
}

/** A cluster of six servers that the tests of one `describe` change, with a spare server. */
export class AdminCluster {
  /** The servers of the cluster; the last one is spare. */
  servers: Server[] = [];
  #redis: Redis | null = null;
  #admin: ClusterAdmin | null = null;

  get redis(): Redis {
    return this.#redis ?? assert.fail('not started');
  }

  get admin(): ClusterAdmin {
    return this.#admin ?? assert.fail('not started');
  }

  get members(): readonly Server[] {
    return this.servers.slice(0, 6);
  }

  get spare(): Server {
    return at(this.servers, 6);
  }

  /** Address of the first member. */
  get first(): string {
    return at(this.servers, 0).address;
  }

  memberAt(address: string | undefined): Server {
    return this.members.find((member) => member.address === address) ?? assert.fail(`no member at ${address}`);
  }

  /** The primaries in the order of their slots. */
  async primaries(): Promise<Server[]> {
    const nodes = [...(await this.admin.read()).nodes.values()]
      .filter(({ slots }) => slots.length > 0)
      .sort((a, b) => at(a.slots, 0) - at(b.slots, 0));
    return nodes.map(({ name }) => this.memberAt(name));
  }

  /** What the check calls an error. */
  async errors(): Promise<readonly Problem[]> {
    return (await this.admin.check()).filter(({ severity }) => severity === 'error');
  }

  /** What one look shows, also what may pass: the check looks again before it says so, for some seconds. */
  async look(): Promise<readonly Problem[]> {
    return checkCluster(await this.admin.read());
  }

  /** The slots of a member in the cluster's state. */
  async slotsOf(server: Server): Promise<readonly number[]> {
    return (await this.admin.read()).nodes.get(await idOf(server))?.slots ?? [];
  }

  async start(): Promise<void> {
    this.servers = await startAll(Array.from({ length: 7 }, () => emptyServer));
    const addresses = this.members.map(({ address }) => address);
    await slotwise('create', ...addresses, '--replicas', 1, '--yes');
    this.#redis = createClient({ topology: cluster(addresses) });
    this.#admin = new ClusterAdmin({ nodes: [this.first] });
  }

  async stop(): Promise<void> {
    this.#admin?.close();
    await this.#redis?.close();
    await stopAll(this.servers);
  }
}

/** Describes tests of one cluster, which has no errors after each of them. */
export function describeAdminCluster(title: string, body: (t: AdminCluster) => void): void {
  describe(title, function () {
    this.timeout(60_000);
    const t = new AdminCluster();
    before('start empty servers and make a cluster of six', () => t.start());
    after('stop the servers', () => t.stop());
    afterEach('check the cluster', async () => {
      await until(async () => (await t.errors()).length === 0, {
        timeoutMs: 10_000,
        what: 'the cluster is whole',
      });
    });
    body(t);
  });
}
