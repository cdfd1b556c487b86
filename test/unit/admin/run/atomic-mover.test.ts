import assert from 'node:assert/strict';
import type { BatchClient } from '../../../../lib/admin/node-connections.js';
import type { NodeRef } from '../../../../lib/admin/plans/steps.js';
import { AtomicMover } from '../../../../lib/admin/run/atomic-mover.js';
import { moveLimits } from '../../../../lib/admin/run/move-options.js';
import type { MoveStep } from '../../../../lib/admin/run/slot-mover.js';
import { rangesOf } from '../../../../lib/admin/slot-list.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Address } from '../../../../lib/options/address.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';

const ref = (id: string, port: number): NodeRef => ({
  id,
  name: `h:${port}`,
  address: { host: 'h', port },
  peer: { host: 'h', port, busPort: 2 },
});
const [FROM, TO] = [ref('a', 1), ref('b', 2)];
const LIMITS = { ...moveLimits({}, []), replicasTimeoutMs: 50 };

function stepOf(slots: readonly number[]): MoveStep {
  return { do: 'moveSlots', from: FROM, to: TO, slots, replace: false, others: [] };
}

interface Job {
  readonly id: string;
  readonly slots: readonly number[];
  readonly target: string;
  state: string;
  message: string;
}

/** A source of Valkey 9 whose jobs end at the next look, as `ends` says. */
class Valkey implements BatchClient {
  readonly jobs: Job[] = [];
  readonly commands: string[] = [];
  /** States and words in which the jobs end, one after the other; then they succeed. */
  readonly ends: (readonly [state: string, message: string])[] = [];
  /** Replies to the first attempts to begin a job. */
  readonly refusals: string[] = [];
  /** Keys that the target has of slots that are not its own. */
  strayKeys = 0;

  credentials(): Promise<null> {
    return Promise.resolve(null);
  }

  async sendAll(address: Address, commands: readonly (readonly Arg[])[]): Promise<readonly Raw[]> {
    return await Promise.all(commands.map((words) => this.send(address, words)));
  }

  async send(address: Address, given: readonly Arg[]): Promise<Raw> {
    const words = given.map(String);
    const name = words[0] === 'CLUSTER' ? (words[1] ?? '') : (words[0] ?? '');
    const isTarget = 'port' in address && address.port === 2;
    this.commands.push(name);
    await Promise.resolve();
    if (name === 'INFO') return 'db0:keys=9,expires=0,avg_ttl=0\r\n';
    if (name === 'COUNTKEYSINSLOT') return isTarget ? this.strayKeys : 2;
    if (name === 'GETSLOTMIGRATIONS') return isTarget ? [] : this.#listed();
    if (name === 'CANCELSLOTMIGRATIONS') for (const job of this.jobs) if (job.state === 'snapshotting') job.state = 'canceled';
    if (name === 'MIGRATESLOTS') {
      const refusal = this.refusals.shift();
      if (refusal !== undefined) throw new ReplyError(refusal.split(' ')[0] ?? '', refusal);
      const bounds = words.slice(3, words.indexOf('NODE')).map(Number);
      const slots = bounds.flatMap((start, at) =>
        at % 2 === 1 ? [] : Array.from({ length: (bounds[at + 1] ?? 0) - start + 1 }, (_, i) => start + i),
      );
      this.begin(slots);
    }
    return 'OK';
  }

  begin(slots: readonly number[], target = 'b', state = 'snapshotting'): void {
    this.jobs.unshift({ id: `job${this.jobs.length}`, slots, target, state, message: '' });
  }

  #listed(): Raw[] {
    const listed = this.jobs.map(({ id, slots, target, state, message }) => {
      const ranges = rangesOf(slots).map(({ start, end }) => `${start}-${end}`);
      const fields = {
        name: id,
        operation: 'EXPORT',
        slot_ranges: ranges.join(' '),
        target_node: target,
        source_node: 'a',
        state,
        message,
      };
      return Object.entries(fields).flat();
    });
    const running = this.jobs.find(({ state }) => state === 'snapshotting');
    if (running !== undefined) [running.state, running.message] = this.ends.shift() ?? ['success', ''];
    return listed;
  }
}

async function moved(
  server: Valkey,
  slots: readonly number[],
  isStopped: () => boolean = () => false,
): Promise<{ outcome: unknown; slots: number[]; keys: number; notes: string[] }> {
  const [done, notes]: [number[], string[]] = [[], []];
  let keys = 0;
  const control = {
    isStopped,
    moved: (some: readonly number[], count: number) => {
      done.push(...some);
      keys += count;
    },
    note: (text: string) => notes.push(text),
  };
  const outcome = await new AtomicMover(server, LIMITS, 'valkey').move(stepOf(slots), control).catch((error: unknown) => error);
  return { outcome, slots: done, keys, notes };
}

describe('a move of slots by the servers themselves', () => {
  it('is a job for each thousand slots, in order', async () => {
    const server = new Valkey();
    const slots = Array.from({ length: 2_500 }, (_, slot) => slot);
    const run = await moved(server, slots);
    assert.deepEqual(run, { outcome: null, slots, keys: 5_000, notes: [] });
    assert.deepEqual(server.jobs.map((job) => job.slots.length).reverse(), [1_024, 1_024, 452]);
  });

  it('waits for a job that runs already, and begins it no second time', async () => {
    const server = new Valkey();
    server.begin([3, 4, 5]);
    const run = await moved(server, [4, 5]);
    assert.deepEqual([run.outcome, run.slots, server.jobs.length], [null, [4, 5], 1]);
    assert.match(run.notes.join(), /under way from h:1 to h:2/);
  });

  it('waits until a job of the same slots to another node is over', async () => {
    const server = new Valkey();
    server.begin([4], 'c');
    server.ends.push(['snapshotting', '']);
    const run = await moved(server, [4, 5]);
    assert.equal(server.commands.filter((name) => name === 'MIGRATESLOTS').length, 1);
    assert.match(run.notes.join(), /somebody else has begun/);
  });

  for (const [what, words, attempts] of [
    ['tries again what may pass', 'Unable to connect to target node', 3],
    ['does not try again what cannot pass', 'failed due to OOM', 1],
    ['does not try again what somebody cancels', 'cancelled by user request', 1],
  ] as const) {
    it(`${what}, and fails with the server's words`, async () => {
      const server = new Valkey();
      for (let at = 0; at < attempts; at++) server.ends.push(['failed', words]);
      const { outcome, slots } = await moved(server, [1, 2]);
      assert.match(String(outcome), new RegExp(`slots 1-2 stay with h:1: .* ended with "${words}"`));
      assert.deepEqual([slots, server.jobs.length], [[], attempts]);
    });
  }

  it('goes on where a second attempt succeeds', async () => {
    const server = new Valkey();
    server.ends.push(['failed', 'Connection lost to target.']);
    const { outcome, slots } = await moved(server, [1, 2]);
    assert.deepEqual([outcome, slots, server.jobs.length], [null, [1, 2], 2]);
  });

  it('says why the rest has to go key by key', async () => {
    const refusing = new Valkey();
    refusing.refusals.push('NOPERM no permissions');
    assert.equal((await moved(refusing, [1])).outcome, 'NOPERM no permissions');
    const failing = new Valkey();
    failing.ends.push(['failed', 'Received error during handshake to target: -NOAUTH Authentication required.']);
    assert.match(String((await moved(failing, [1])).outcome), /NOAUTH/);
  });

  it('is cancelled by a stop, and leaves the slots with the source', async () => {
    const server = new Valkey();
    server.ends.push(['snapshotting', ''], ['snapshotting', '']);
    const run = await moved(server, [1, 2], () => server.jobs.length > 0);
    assert.deepEqual([run.outcome, run.slots, server.jobs.map(({ state }) => state)], [null, [], ['canceled']]);
  });

  it('is not cancelled where that would end jobs of others', async () => {
    const server = new Valkey();
    server.begin([9], 'c', 'waiting-to-snapshot');
    server.ends.push(['snapshotting', '']);
    const run = await moved(server, [1, 2], () => server.jobs.length > 1);
    assert.ok(!server.commands.includes('CANCELSLOTMIGRATIONS'));
    assert.match(run.notes.join(), /goes on/);
  });

  it('is refused where the target has keys of slots that are not its own', async () => {
    const server = new Valkey();
    server.strayKeys = 1;
    assert.match(String((await moved(server, [1, 2])).outcome), /h:2 holds 1 key of slot 1, which it does not own/);
    assert.deepEqual(server.jobs, []);
  });
});
