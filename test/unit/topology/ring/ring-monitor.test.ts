import assert from 'node:assert/strict';
import sinon from 'sinon';
import { ConnectError, type SlotwiseError } from '../../../../lib/errors.js';
import { ring } from '../../../../lib/options/ring.js';
import type { RingTopology } from '../../../../lib/options/topology.js';
import { RingSlotting } from '../../../../lib/routing/keys/ring-slotting.js';
import { RingMonitor } from '../../../../lib/topology/ring/ring-monitor.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';

const info = (key: string): NodeInfo => ({
  id: key,
  address: { host: key, port: 1 },
  key,
  role: 'primary',
  usable: true,
  replicaOf: null,
  depth: 0,
  priority: 100,
  tags: {},
});

const topologyOf = (names: readonly string[], options: object = {}): RingTopology =>
  ring(Object.fromEntries(names.map((name) => [name, `${name}:1`])), options) as RingTopology;

type Answer = 'there' | 'down' | 'hangs';

/** Monitor of a ring whose members answer probes as they are told to, with fake timers. */
class RingFixture {
  readonly time = sinon.useFakeTimers();
  readonly answers: Record<string, Answer>;
  readonly probes: string[] = [];
  readonly snapshots: TopologySnapshot[] = [];
  readonly told: string[] = [];
  readonly monitor: RingMonitor;
  readonly slots: RingSlotting;

  constructor(answers: Record<string, Answer>, options: object = {}) {
    this.answers = answers;
    const topology = topologyOf(Object.keys(answers), options);
    this.slots = new RingSlotting(topology);
    const tell = (text: string): unknown => this.told.push(text);
    this.monitor = new RingMonitor(
      topology,
      {
        slots: this.slots,
        resolverOf: ({ name }) => ({ probe: () => this.#probe(name) }),
        processOf: async ({ key }) => key,
        flush: async ({ key }) => void tell(`flush ${key}`),
        ejected: (name) => tell(`ejected ${name}`),
        returned: (name) => tell(`returned ${name}`),
      },
      {
        periodMs: 30_000,
        random: () => 0.5,
        onSnapshot: (next) => this.snapshots.push(next),
        onError: (error: SlotwiseError, { name }) => tell(`error ${name} ${error.code}`),
      },
    );
    this.monitor.start().catch(() => {});
  }

  async #probe(name: string): Promise<TopologySnapshot> {
    this.probes.push(name);
    const answer = this.answers[name];
    if (answer === 'there') return makeTopology('single', [{ primary: info(`${name}:1`), replicas: [] }], null);
    if (answer === 'hangs') await new Promise((resolve) => setTimeout(resolve, 2_000));
    throw new ConnectError(`${name}:1 is down`, { node: `${name}:1` });
  }

  /** The primaries of the last snapshot, and what is said of those that are down. */
  get state(): (string | null)[] {
    return (this.snapshots.at(-1)?.shards ?? []).map(({ primary, member }) =>
      member?.ejected ? 'ejected' : member?.problem === undefined ? (primary?.key ?? null) : `${member.name} is down`,
    );
  }

  end(): void {
    this.monitor.stop();
    this.time.restore();
  }
}

describe('the monitor of a ring', () => {
  let fixture: RingFixture | undefined;
  const start = (answers: Record<string, Answer>, options: object = {}): RingFixture => {
    fixture = new RingFixture(answers, options);
    return fixture;
  };
  afterEach(() => fixture?.end());

  it('knows the ring as soon as it knows one member, and waits for no other', async () => {
    const { time, monitor, answers, ...own } = start({ a: 'there', b: 'hangs', c: 'down' });
    await time.tickAsync(0);
    assert.deepEqual(fixture?.state, ['a:1', null, 'c is down']);
    assert.equal(monitor.isSettled, false);
    await time.tickAsync(2_000);
    assert.deepEqual(fixture?.state, ['a:1', 'b is down', 'c is down']);
    assert.equal(monitor.isSettled, true);
    assert.match(String(monitor.snapshot?.problem?.message), /: b, c;/);
    answers.b = 'there';
    answers.c = 'there';
    await time.tickAsync(3_000);
    assert.deepEqual(fixture?.state, ['a:1', 'b:1', 'c:1']);
    assert.equal(monitor.snapshot?.problem, undefined);
    assert.ok(own.probes.filter((name) => name === 'a').length < own.probes.filter((name) => name === 'c').length);
  });

  it('has a snapshot, too, when all have failed once', async () => {
    const { time, monitor } = start({ a: 'down', b: 'hangs' });
    await time.tickAsync(1_000);
    assert.equal(monitor.snapshot, null);
    await time.tickAsync(1_000);
    assert.deepEqual(fixture?.state, ['a is down', 'b is down']);
  });

  /** What is told of a, and who is asked again at once. */
  const wakes: readonly (readonly [string, (monitor: RingMonitor) => void, readonly string[]])[] = [
    ['the failure of a node', (monitor) => monitor.wake('lost', true, { node: 'a:1' }), ['a']],
    ['a call without a node', (monitor) => monitor.wake('none', true, { slot: 1 }), ['b']],
    ['a call without keys or node', (monitor) => monitor.wake('none', true, { slot: -1 }), ['a', 'b']],
    ['nothing of whom it is', (monitor) => monitor.wake('a scan', true), ['a', 'b']],
    ['a node that does not answer', (monitor) => monitor.suspect('b:1'), ['b']],
    ['a newer view', (monitor) => monitor.probeFirst({ host: 'x', port: 1 }, 'new', 'a:1'), ['a']],
    ['a MOVED', (monitor) => monitor.slotMoved(7, { host: 'x', port: 1 }, 'b:1'), ['b']],
  ];
  for (const [what, tell, asked] of wakes) {
    it(`asks ${asked.join(' and ')} after ${what}`, async () => {
      const { time, monitor, probes } = start({ a: 'there', b: 'there' });
      await time.tickAsync(100);
      probes.length = 0;
      tell(monitor);
      await time.tickAsync(40);
      assert.deepEqual([...new Set(probes)].sort(), asked);
    });
  }

  it('keeps what it knows of members that stay, and the numbers of all', async () => {
    const { time, monitor, probes, slots, answers } = start({ a: 'there', b: 'there' });
    await time.tickAsync(0);
    probes.length = 0;
    answers.c = 'there';
    const next = topologyOf(['b', 'c']);
    slots.setTopology(next);
    monitor.setMembers(next);
    assert.deepEqual(fixture?.state, ['b:1', null]);
    await time.tickAsync(0);
    assert.deepEqual(fixture?.state, ['b:1', 'c:1']);
    assert.deepEqual(probes, ['c']);
    assert.deepEqual(
      monitor.snapshot?.shards.map(({ member }) => member?.slot),
      [1, 2],
    );
    await time.tickAsync(60_000);
    assert.ok(!probes.includes('a'));
  });

  it('ejects a member after its failures, and has it back after a look that succeeds', async () => {
    const own = start({ a: 'there', b: 'there', c: 'there' }, { as: 'go-redis', onDown: 'eject', eject: { flush: true } });
    const { time, monitor, answers, told } = own;
    await time.tickAsync(0);
    answers.b = 'down';
    monitor.connectionFailed('b:1');
    monitor.connectionFailed('a:1');
    monitor.trust('a:1');
    monitor.suspect('b:1');
    await time.tickAsync(500);
    assert.deepEqual(own.state, ['a:1', 'ejected', 'c:1']);
    assert.deepEqual(monitor.stats, { members: 3, ejected: ['b'], ejections: 1, returns: 0 });
    answers.b = 'there';
    await time.tickAsync(2_000);
    assert.deepEqual(own.state, ['a:1', 'b:1', 'c:1']);
    assert.deepEqual(
      told.filter((text) => !text.startsWith('error')),
      ['ejected b', 'flush b:1', 'returned b'],
    );
    assert.deepEqual(monitor.stats, { members: 3, ejected: [], ejections: 1, returns: 1 });
  });
});
