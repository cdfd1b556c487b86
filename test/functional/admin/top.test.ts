import assert from 'node:assert/strict';
import { runCommandLine } from '../../../lib/admin/cli/command-line.js';
import { Cluster } from '../../support/cluster.js';
import { SentinelGroup } from '../../support/sentinel.js';
import type { Server } from '../../support/server.js';
import { Stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/wait.js';
import { at, runCommand } from './admin-cluster.js';

/** A server in a look, as JSON has it. */
interface Seen {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly opsPerSecond: number | null;
  readonly roundTripMs: number | null;
  readonly silentMs: number | null;
  readonly outBytesPerSecond: number | null;
  readonly clients: number | null;
}

interface SeenLook {
  readonly time: string;
  readonly servers: readonly Seen[];
}

/** `top --json` that runs until it is interrupted. */
class RunningTop {
  readonly looks: SeenLook[] = [];
  interrupt = (): void => {};
  readonly code: Promise<number>;

  constructor(address: string, intervalMs: number) {
    const stream = { write: (text: string) => this.looks.push(JSON.parse(text) as SeenLook) };
    const onInterrupt = (listener: () => void): (() => void) => {
      this.interrupt = listener;
      return () => undefined;
    };
    const process = { stdout: stream, stderr: stream, env: {}, confirm: null, onInterrupt, exit: () => undefined };
    this.code = runCommandLine(['cluster', 'top', address, '--json', '--interval', String(intervalMs)], process);
  }

  get last(): SeenLook {
    return at(this.looks, -1);
  }

  of({ address }: Server, look = this.last): Seen {
    return look.servers.find(({ name }) => name === address) ?? assert.fail(`${address} is not in the look`);
  }

  /** Looks from the next one on. */
  async next(count: number): Promise<readonly SeenLook[]> {
    const from = this.looks.length;
    await until(() => this.looks.length >= from + count, { what: `${count} looks`, timeoutMs: 30_000 });
    return this.looks.slice(from, from + count);
  }
}

describe('slotwise top', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  before('start a cluster', async () => {
    cluster = await Cluster.start({ replicasInSlots: false });
  });
  after('stop it', () => cluster.stop());

  it('shows an idle cluster as idle, load as load, and is not held up by a node that hangs', async () => {
    const [first, hung] = [at(cluster.servers, 0), at(cluster.servers, 4)];
    const top = new RunningTop(first.address, 100);
    try {
      // More than two seconds, so that a report falls into them.
      const looks = await top.next(24);
      const tookS = (Date.parse(at(looks, -1).time) - Date.parse(at(looks, 0).time)) / 1_000;
      for (const server of cluster.servers) {
        const seen = looks.map((look) => top.of(server, look));
        const known = seen.filter(({ opsPerSecond }) => opsPerSecond !== null);
        assert.ok(known.length > 12, `${known.length} looks have rates`);
        for (const { name, opsPerSecond, clients } of known) assert.deepEqual([opsPerSecond, clients], [0, 0], name);
        // Once a second a replica acknowledges, and a primary may look for it: few bytes, but between two answers that come close together a high
        // rate. The answers to our own questions would be seen in every look.
        const loud = known.filter(({ outBytesPerSecond }) => (outBytesPerSecond ?? 0) >= 1_000);
        assert.ok(loud.length <= tookS + 2, `${server.address}: ${loud.length} of ${known.length} looks, in ${tookS} s`);
      }

      using connection = await first.connect();
      for (let i = 0; i < 300; i++) await connection.ask('ECHO', 'a');
      await until(() => top.looks.some((look) => (top.of(first, look).opsPerSecond ?? 0) > 0), { what: 'the load is seen' });

      hung.pause();
      await until(() => top.of(hung).silentMs !== null, { what: 'the silence is seen' });
      const watch = Stopwatch.start();
      const more = await top.next(5);
      // One look that waited for the node would take until it is given up, which is 5 s.
      assert.ok(watch.ownMs < 4_000, `5 looks took ${watch.tookMs} ms`);
      for (const look of more) {
        assert.match(top.of(hung, look).state, /^silent \d+ s$/);
        assert.deepEqual([top.of(hung, look).opsPerSecond, top.of(first, look).silentMs], [null, null]);
      }
      const silences = more.map((look) => top.of(hung, look).silentMs ?? 0);
      assert.deepEqual(
        silences,
        [...silences].sort((a, b) => a - b),
      );
      hung.resume();
      await until(() => top.of(hung).state === 'ok', { what: 'the node is back' });
      assert.ok(top.looks.every((look, index) => index === 0 || look.time >= at(top.looks, index - 1).time));
    } finally {
      hung.resume();
      top.interrupt();
    }
    assert.equal(await top.code, 0);
  });

  it('prints blocks where nothing is a terminal, and ends with what it found', async () => {
    const { code, output } = await runCommand(['top', at(cluster.servers, 0).address, '--interval', 100, '--count', 2, '--sort', 'name']);
    assert.equal(code, 0, output);
    assert.equal(output.match(/^cluster of 3 shards, 6 nodes: \d+ ops\/s/gm)?.length, 2);
    assert.equal(output.match(/^node +role +state +ops\/s/gm)?.length, 2);

    const names = cluster.servers.map(({ address }) => address).sort();
    assert.deepEqual(
      [...output.matchAll(/^(127\.0\.0\.1:\d+) /gm)].map(([, name]) => name),
      [...names, ...names],
    );
    const nobody = await runCommand(['top', '127.0.0.1:1', '--count', 1]);
    assert.equal(nobody.code, 3, nobody.output);
  });

  it('finds out what a server belongs to, and shows a group with its sentinels', async () => {
    await using group = await SentinelGroup.start({ sentinels: 2, replicas: 1, quorum: 2 });
    const [sentinel] = group.sentinels;
    const output: string[] = [];
    const stream = { write: (text: string) => output.push(text) };
    const process = { stdout: stream, stderr: stream, env: {}, confirm: null, onInterrupt: () => () => undefined, exit: () => undefined };
    const line = ['top', sentinel?.address ?? '', '--count', '1', '--interval', '100', '--sort', 'role', '--json'];
    assert.equal(await runCommandLine(line, process), 0, output.join(''));
    const { topology, servers } = JSON.parse(output.join('')) as SeenLook & { readonly topology: string };
    assert.equal(topology, 'sentinel');
    assert.deepEqual(
      servers.map(({ role, state }) => `${role} ${state}`),
      ['primary ok', 'replica ok', 'sentinel ok', 'sentinel ok'],
    );
  });
});
