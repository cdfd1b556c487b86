import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, createClient, type NodeStats, type Redis } from '../../lib/index.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { Cluster } from '../support/cluster.js';
import { ReplicationGroup } from '../support/replication.js';
import { SentinelGroup } from '../support/sentinel.js';
import type { Server } from '../support/server.js';
import { chosenKinds, RunningTopology, type TopologyKind } from '../support/topologies.js';

export type ReadOptions = Omit<ClientOptions, 'topology'>;

/** One primary with three replicas, of one kind of topology. */
export class ReadGroup implements AsyncDisposable {
  private constructor(
    readonly kind: TopologyKind,
    readonly running: RunningTopology,
    readonly primary: Server,
    readonly replicas: readonly [Server, Server, Server],
  ) {}

  static async start(kind: TopologyKind): Promise<ReadGroup> {
    const running =
      kind === 'cluster'
        ? new RunningTopology(kind, await Cluster.start({ primaries: 1, replicas: 3 }))
        : kind === 'sentinel'
          ? new RunningTopology(kind, await SentinelGroup.start({ replicas: 3, downAfterMs: 1_000 }))
          : new RunningTopology('replication', await ReplicationGroup.start({ replicas: 3 }));
    const [primary] = await running.primaries();
    const [a, b, c] = await running.replicas();
    assert.ok(primary !== undefined && a !== undefined && b !== undefined && c !== undefined);
    return new ReadGroup(kind, running, primary, [a, b, c]);
  }

  get all(): readonly Server[] {
    return [this.primary, ...this.replicas];
  }

  client(options: ReadOptions): Redis {
    return createClient({ topology: this.running.createOptions(), monitor: { sampleMs: 200 }, ...options });
  }

  /** A client, with a key that every replica has. */
  async ready(options: ReadOptions, key = 'k'): Promise<Redis> {
    using connection = await this.primary.connect({ timeoutMs: 5_000 });
    await connection.ask('SET', key, 'value');
    assert.equal(await connection.ask('WAIT', 3, 4_000), 3);
    return this.client(options);
  }

  /** How many of these commands each server ran: the primary, then the replicas. */
  counts(work: () => Promise<unknown>, command = 'get'): Promise<number[]> {
    return countCalls(this.all, command, work);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.running.stop();
  }
}

/** Reads a key so often, with so many reads in flight. */
export async function read(redis: Redis, times: number, inFlight = 20, key = 'k'): Promise<void> {
  for (let done = 0; done < times; done += inFlight) {
    await Promise.all(Array.from({ length: Math.min(inFlight, times - done) }, () => redis.get(key)));
  }
}

export function statsOf(redis: Redis, server: Server): NodeStats {
  return redis.stats().nodes.find(({ node }) => node === server.address) ?? assert.fail(`nothing is known of ${server.address}`);
}

/** Writes every 10 ms until it is disposed of, so that offsets grow. */
export function writing(redis: Redis): AsyncDisposable {
  let on = true;
  const done = (async () => {
    while (on) {
      await redis.incr('n');
      await sleep(10);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      on = false;
      await done;
    },
  };
}

/** The chosen kinds of topology that have replicas. */
export const readKinds = chosenKinds().filter((kind) => kind !== 'single' && kind !== 'ring');

/** A test on every topology at the same time: it is mostly waiting. */
export type TestTogether = (name: string, test: (group: ReadGroup) => Promise<void>) => void;

/** Describes tests that share one group of servers a topology. */
export function describeReadGroups(
  title: string,
  body: (together: TestTogether, groups: ReadonlyMap<TopologyKind, ReadGroup>) => void,
): void {
  (readKinds.length === 0 ? describe.skip : describe)(title, () => {
    const groups = new Map<TopologyKind, ReadGroup>();
    before('start the servers', async () => {
      await Promise.all(readKinds.map(async (kind) => groups.set(kind, await ReadGroup.start(kind))));
    });
    after('stop them', async () => {
      await Promise.all([...groups.values()].map((group) => group[Symbol.asyncDispose]()));
    });

    function together(name: string, test: (group: ReadGroup) => Promise<void>): void {
      it(`${name}, on ${readKinds.join(', ')}`, async () => {
        const outcomes = await Promise.allSettled([...groups.values()].map(test));
        for (const [at, outcome] of outcomes.entries()) {
          if (outcome.status === 'rejected')
            throw new Error(`on ${readKinds[at]}: ${(outcome.reason as Error).message}`, { cause: outcome.reason });
        }
      });
    }

    body(together, groups);
  });
}
