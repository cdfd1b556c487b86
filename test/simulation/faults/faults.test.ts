import assert from 'node:assert/strict';
import { CLIENT } from '../network/network.js';
import type { Replication } from '../servers/replication/replication.js';
import type { DeploymentPlan } from '../topologies/deployment.js';
import { topologies } from '../topologies/index.js';
import { World } from '../world.js';
import type { Fault } from './fault.js';
import { faults } from './index.js';
import { Probe, type Sight } from './probe.js';

/** Without a fault a reply takes less than this, in ms. */
const WELL_MS = 10;
const LASTS_MS = 900;
const MOST_TRIES = 5;

const has = (set: ReadonlySet<string>, ...some: string[]): boolean => some.some((one) => set.has(one));
/** Commands waited, and were answered in the end. */
const waited = ({ slowestMs, ends }: Sight): boolean => slowestMs > WELL_MS && ends.length === 0;
const ended = ({ ends }: Sight, how: string): boolean => ends.includes(how);
/** No reply and no new connection for most of the time, and nobody is told why. */
const silent = ({ replies, connects, failures, ends }: Sight): boolean =>
  replies < 60 && connects < 30 && failures.size === 0 && ends.length === 0;

/** What a client sees of a single server: while the fault lasts, and in the second after it. */
const seen: Readonly<Record<string, (during: Sight, after: Sight) => boolean>> = {
  kill: (during) => ended(during, 'end') && has(during.failures, 'ECONNREFUSED'),
  'kill and restart': (during) => ended(during, 'end') && during.replies > 0,
  'restart with loading': (during) => ended(during, 'end') && has(during.refusals, '-LOADING'),
  'power loss': (during, after) => silent(during) && ended(after, 'ECONNRESET'),
  stop: (during, after) => during.replies < 5 && during.connects > 20 && waited(after),
  'stops, short ones': (during) => waited(during) && during.replies > 10,
  'slow command': waited,

  'cut between client and server': (during, after) => silent(during) && waited(after),
  'cut from client to server': (during, after) => silent(during) && waited(after),
  'cut from server to client': (during, after) => silent(during) && waited(after),
  'cut between client and all': (during, after) => silent(during) && waited(after),
  'slow link': waited,
  jitter: waited,
  'packet loss': (during, after) => waited(during) || waited(after),
  'little bandwidth': waited,
  'refused connections': (during) => during.replies > 80 && has(during.failures, 'ECONNREFUSED') && during.connects < 3,
  'lost connection attempts': (during) => during.replies > 80 && during.failures.size === 0 && during.connects < 3,
  'connections that nobody reads': (during) => during.replies > 80 && during.connects > 30,

  'reset of a connection': (during) => ended(during, 'ECONNRESET') && during.replies > 80,
  'half-close of a connection': (during) => ended(during, 'end') && during.replies > 80,
  'stall of a connection': (during, after) => during.replies < 5 && during.connects > 30 && waited(after),
  'one-way stall of a connection': (during, after) => during.replies < 5 && during.connects > 30 && waited(after),
  'forgotten connection': (during, after) => during.replies < 5 && during.connects > 30 && ended(after, 'ECONNRESET'),
  'slow connection': waited,
  'all connections of a server dropped': (during) => ended(during, 'end') && during.replies > 80,

  'client stands still': waited,
  'client stands still again and again': waited,
  'wall clock jumps': (during) => during.replies > 80 && during.jumpMs >= 49,

  'paused writes': (during, after) => waited(during) || waited(after),
  LOADING: (during) => has(during.refusals, '-LOADING'),
  'out of memory': (during) => has(during.refusals, '-OOM'),
  'cannot save': (during) => has(during.refusals, '-MISCONF'),

  'name is not found': (during) => during.replies > 80 && has(during.failures, 'ENOTFOUND'),
  'resolver is overloaded': (during) => during.replies > 80 && has(during.failures, 'EAI_AGAIN'),
  'resolver is silent': (during) => during.replies > 80 && during.connects < 3 && during.failures.size === 0,
  'name leads elsewhere': (during) => during.replies > 80 && during.connects < 3,
  'name has a second address': (during) => during.replies > 80 && during.connects > 5,
};

/** What servers have of a fault between them, or of their replication: checked while it lasts, and the opposite afterwards. */
const amongServers: Readonly<Record<string, (world: World) => boolean>> = {
  'partition of servers': isCut,
  'one-way partition of servers': isCut,
  'slow gossip': ({ network, deployment: { servers } }) => network.latency(servers[0]?.host ?? '', servers[1]?.host ?? '') > WELL_MS,
  'too few replicas': ({ deployment }) => deployment.servers.some(({ replication }) => (replication as Replication).minReplicas > 0),
  'lag of a replica': ({ deployment }) => deployment.servers.some(({ replication }) => (replication as Replication).lagMs > 0),
};

function isCut({ network, deployment: { servers } }: World): boolean {
  return servers.some((one) => servers.some((other) => one !== other && network.isCut(one.host, other.host)));
}

function plan(kind: 'single' | 'replication', reachedBy: 'address' | 'name'): DeploymentPlan {
  const replicas = kind === 'single' ? 0 : 2;
  return { kind, product: 'redis', version: '7.0.15', shards: 1, replicas, sentinels: 0, persistence: 'all', reachedBy, hasTls: false };
}

/** Runs in an immediate: see `drain` of the client's process. */
function inWorld(seed: number, deployment: DeploymentPlan, run: (world: World) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      const world = new World(seed);
      world.enter();
      try {
        const deploy = topologies[deployment.kind];
        assert.ok(deploy !== undefined);
        world.deploy(deploy(world, deployment));
        run(world);
        resolve();
      } catch (error) {
        reject(error);
      } finally {
        world.leave();
      }
    });
  });
}

const pass = (world: World, ms: number): void => void world.run(() => false, ms);

function watch(fault: Fault, seed: number): Promise<[during: Sight, after: Sight, later: Sight]> {
  return new Promise((resolve, reject) => {
    inWorld(seed, plan('single', fault.needs === 'names' ? 'name' : 'address'), (world) => {
      const host = fault.needs === 'names' ? ([...world.network.names.keys()][0] ?? '') : '10.0.0.1';
      const probe = new Probe(world, { host, port: 6379 });
      pass(world, 200);
      assert.ok(probe.look().slowestMs < WELL_MS);
      const heal = fault.begin(world, world.random.fork('fault'));
      pass(world, LASTS_MS);
      const during = probe.look();
      heal();
      pass(world, 4_000);
      const after = probe.look();
      pass(world, 1_000);
      resolve([during, after, probe.look()]);
    }).catch(reject);
  });
}

describe('the faults of the simulation', () => {
  it('have a test each, and names of their own', () => {
    assert.deepEqual(faults.map(({ name }) => name).sort(), [...Object.keys(seen), ...Object.keys(amongServers)].sort());
  });

  for (const fault of faults) {
    const { name } = fault;
    const check = seen[name];
    if (check !== undefined) {
      it(`${name}: a client sees it, and no more of it afterwards`, async () => {
        const tries: (readonly [Sight, Sight, Sight])[] = [];
        let isSeen = false;
        // What is drawn may be too little to see.
        for (let seed = 1; seed <= MOST_TRIES && !isSeen; seed++) {
          const [during, after, later] = await watch(fault, seed);
          tries.push([during, after, later]);
          isSeen = check(during, after);
          const { replies, slowestMs, refusals, ends, connects, failures, jumpMs } = later;
          assert.ok(replies > 90 && connects > 30 && slowestMs < WELL_MS && jumpMs < 2, JSON.stringify(later));
          assert.deepEqual([[...refusals], ends, [...failures]], [[], [], []]);
        }
        assert.ok(
          isSeen,
          JSON.stringify(tries, (_, value) => (value instanceof Set ? [...value] : value), 1),
        );
      });
      continue;
    }
    it(`${name}: servers have it, and no more of it afterwards`, () =>
      inWorld(1, plan('replication', 'address'), (world) => {
        pass(world, 500);
        const isSo = amongServers[name] ?? (() => false);
        assert.equal(isSo(world), false);
        const heal = fault.begin(world, world.random.fork('fault'));
        assert.equal(isSo(world), true);
        pass(world, 100);
        heal();
        assert.equal(isSo(world), false);
        assert.equal(world.network.isCut(CLIENT, world.deployment.servers[0]?.host ?? ''), false);
      }));
  }
});
