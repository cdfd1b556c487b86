import assert from 'node:assert/strict';
import sinon from 'sinon';
import { AuthError, ConnectionLostError, ReplyError, TopologyError } from '../../../../lib/errors.js';
import type { Placement } from '../../../../lib/routing/pubsub/channel-placement.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import { makeTopology, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { fakeRandom } from '../../../support/fake-time.js';
import { anywhere } from './fakes.js';
import { cluster, clusterOf, info, inSlot, listen, Placed } from './placed.js';

describe('ChannelPlacer', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    // No jitter: every backoff is the longest one.
    fakeRandom(1 - Number.EPSILON);
  });
  afterEach(() => {
    sinon.restore();
    time.restore();
  });

  describe('after a refusal', () => {
    /** `next`: where the channel is subscribed at once; null: it waits for the backoff. */
    const refusals: readonly (readonly [reply: string, deployment: readonly string[], next: string | null, listener: readonly string[]])[] =
      [
        ['MOVED 5 b:1', ['redirect to b:1'], 'b:1', []],
        ['LOADING data', ['wake: LOADING data'], null, []],
        ['CLUSTERDOWN hash slot', ['wake: CLUSTERDOWN hash slot'], null, []],
        ['TRYAGAIN later', ['wake: TRYAGAIN later'], null, []],
        ['NOPERM no', [], null, ['ended NOPERM']],
      ];
    for (const [reply, deployment, next, calls] of refusals) {
      it(`${reply}: ${next === null ? 'tries again after a backoff' : `goes to ${next}`}`, () => {
        const placed = new Placed();
        const channel = placed.channel();
        const kept = listen(channel);
        placed.placer.place(channel);
        placed.server(channel).subscription?.onValue();
        placed.server(channel).subscription?.roleVerified();
        placed.server(channel).drop().lost(null);
        const handler = listen(channel);
        placed.server(channel).subscription?.onError(0, new ReplyError(reply.split(' ')[0] ?? '', reply, { node: 'a:1' }));
        assert.deepEqual([placed.calls, channel.node, handler.calls], [deployment, next, calls]);
        assert.deepEqual(kept.calls, ['confirmed']);
        if (next === null) {
          time.tick(20);
          assert.equal(channel.node, 'a:1');
        }
      });
    }

    it('that only people can mend emits one error until the channel is live again', () => {
      const placed = new Placed();
      const channel = placed.channel(anywhere);
      const refuse = (): void => {
        placed.server(channel).subscription?.onError(0, new ReplyError('NOPERM', 'NOPERM no', { node: 'a:1' }));
        time.tick(2_000);
      };
      listen(channel);
      placed.placer.place(channel);
      placed.server(channel).subscription?.onValue();
      placed.server(channel).drop().lost(null);
      refuse();
      refuse();
      assert.deepEqual(placed.recorded.events, ['error NOPERM']);
      placed.server(channel).subscription?.onValue();
      placed.server(channel).drop().lost(null);
      refuse();
      assert.deepEqual(
        placed.recorded.events.filter((event) => event.startsWith('error')),
        ['error NOPERM', 'error NOPERM'],
      );
    });
  });

  describe('where a node says that it is a replica', () => {
    it('goes to the primary that it names, and waits for a probe after the second time', () => {
      const placed = new Placed();
      const channel = placed.channel();
      placed.placer.place(channel);
      for (const primary of ['b', 'a', 'b']) placed.server(channel).drop().notPrimary({ host: primary, port: 1 });
      assert.deepEqual(placed.calls, ['redirect to b:1', 'redirect to a:1', 'probe a:1']);
      assert.equal(channel.node, null);
    });

    it('waits for a probe where no node has the name that it says', () => {
      const placed = new Placed();
      const channel = placed.channel();
      placed.placer.place(channel);
      placed.server(channel).drop().notPrimary({ host: '10.0.0.1', port: 1 });
      assert.deepEqual(placed.calls, ['probe a:1']);
      time.tick(20);
      assert.equal(channel.node, 'a:1');
    });

    it('believes the slot map after twelve times', () => {
      const placed = new Placed();
      const channel = placed.channel();
      placed.placer.place(channel);
      for (let n = 0; n < 12; n++) {
        placed.server(channel).drop().notPrimary({ host: '10.0.0.1', port: 1 });
        time.tick(2_000);
      }
      const all = placed.server(channel).calls;
      assert.deepEqual([all.length, new Set(all.slice(0, 12)), all[12]], [13, new Set(['subscribe s primary']), 'subscribe s']);
    });
  });

  describe('on another snapshot', () => {
    const moves: readonly (readonly [what: string, Placement, TopologySnapshot, calls: string[], reason: string | null])[] = [
      ['stays where it is right', inSlot, cluster, ['confirmed'], null],
      ['leaves a node whose slot went elsewhere', inSlot, clusterOf(info('a'), 1), ['confirmed', 'gap moved'], 'b:1'],
      ['leaves a node that became a replica', inSlot, clusterOf(info('a', 'replica'), 1), ['confirmed', 'gap failover'], 'b:1'],
      ['leaves a node that was removed', inSlot, clusterOf(null, 1), ['confirmed', 'gap removed'], 'b:1'],
      ['leaves a node that was removed, and waits while there is no other', inSlot, clusterOf(null), ['confirmed'], 'nowhere'],
      [
        'stays while no other node is named',
        inSlot,
        makeTopology('cluster', clusterOf(info('a')).shards, SlotMap.fromRanges([])),
        ['confirmed'],
        null,
      ],
      ['stays with a channel that any node serves', anywhere, clusterOf(info('a', 'replica'), 1), ['confirmed'], null],
    ];
    for (const [what, placement, snapshot, calls, next] of moves) {
      it(what, () => {
        const placed = new Placed();
        const channel = placed.channel(placement);
        const handler = listen(channel);
        const confirm = (): void => {
          placed.server(channel).subscription?.onValue();
          placed.server(channel).subscription?.roleVerified();
        };
        placed.placer.place(channel);
        confirm();
        placed.snapshot = snapshot;
        placed.placer.leaveWrongNode(channel, snapshot);
        assert.equal(channel.node, next === null ? 'a:1' : null);
        if (next !== null) placed.placer.place(channel);
        assert.equal(channel.node ?? 'nowhere', next ?? 'a:1');
        if (next !== 'nowhere' && next !== null) confirm();
        assert.deepEqual(handler.calls, calls);
      });
    }
  });

  it('moves a channel that any node serves only after the propagation delay', () => {
    const placed = new Placed();
    const channel = placed.channel(anywhere);
    placed.placer.place(channel);
    placed.server(channel).subscription?.onValue();
    placed.down.add('a:1');
    placed.server(channel).drop().lost(new ConnectionLostError('lost'));
    time.tick(49);
    assert.equal(channel.node, null);
    time.tick(1);
    assert.equal(channel.node, 'b:1');
  });

  it('waits for the first snapshot, and wakes the monitor where a later one names no node', () => {
    const placed = new Placed(true);
    placed.snapshot = null;
    const channel = placed.channel();
    placed.placer.place(channel);
    assert.deepEqual([channel.node, placed.calls], [null, []]);
    placed.snapshot = clusterOf(null);
    placed.placer.place(channel);
    assert.deepEqual([channel.node, placed.calls], [null, ['wake: a subscription has no node']]);
  });

  for (const [failFast, calls] of [
    [true, ['ended ERR_NO_NODE']],
    [false, []],
  ] as const) {
    it(`${failFast ? 'refuses' : 'keeps'} a listener where no node can be had, with failFast ${failFast}`, () => {
      const placed = new Placed(failFast);
      placed.down.add('a:1');
      const channel = placed.channel();
      const handler = listen(channel);
      placed.placer.place(channel);
      assert.deepEqual(handler.calls, calls);
    });
  }

  it('refuses a listener when the connection ended for a reason that only people can mend', () => {
    const placed = new Placed();
    const channel = placed.channel();
    const handler = listen(channel);
    placed.placer.place(channel);
    placed.server(channel).drop().lost(new AuthError('WRONGPASS wrong'));
    assert.deepEqual([handler.calls, channel.state], [['ended ERR_AUTH'], 'ended']);
  });

  describe('where the member of a ring has left', () => {
    it('refuses a listener at once', () => {
      const placed = new Placed();
      placed.gone = new Set([inSlot.slot]);
      placed.snapshot = clusterOf(null);
      const channel = placed.channel();
      const handler = listen(channel);
      placed.placer.place(channel);
      assert.deepEqual([handler.calls, placed.calls, channel.state], [['ended ERR_NO_NODE'], [], 'ended']);
      assert.equal(placed.placer.whyWaiting(channel)?.message, 'it has left');
    });

    it('emits one error for listeners that were confirmed, which go on when a member of its name comes back', () => {
      const placed = new Placed();
      placed.gone = new Set();
      const channel = placed.channel({ ...inSlot });
      const handler = listen(channel);
      placed.placer.place(channel);
      placed.server(channel).subscription?.onValue();
      placed.server(channel).subscription?.roleVerified();
      placed.gone.add(inSlot.slot);
      placed.server(channel).drop().lost(null);
      placed.placer.place(channel);
      assert.deepEqual([handler.calls, placed.recorded.events, channel.node], [['confirmed'], ['error ERR_NO_NODE'], null]);
      placed.gone.clear();
      placed.placer.place(channel);
      assert.equal(channel.node, 'a:1');
    });

    it('lets channels alone that are bound to no slot', () => {
      const placed = new Placed();
      placed.gone = new Set([anywhere.slot]);
      const channel = placed.channel(anywhere);
      placed.placer.place(channel);
      assert.equal(channel.node, 'a:1');
    });
  });

  it('has the node probed that dropped a channel', () => {
    const placed = new Placed();
    const channel = placed.channel();
    placed.placer.place(channel);
    placed.server(channel).drop().serverUnsubscribed();
    assert.deepEqual([placed.calls, channel.node], [['probe a:1'], 'a:1']);
  });

  describe('says why a channel waits', () => {
    const noPrimary = makeTopology('sentinel', [{ primary: null, replicas: [] }], null);
    const holes = makeTopology('cluster', cluster.shards, SlotMap.fromRanges([]));
    const problem = new TopologyError('ERR_SPLIT_GROUP', 'two');
    const cases: readonly (readonly [why: string, snapshot: TopologySnapshot | null, placement: Placement, message: RegExp | null])[] = [
      ['that nothing is known yet', null, anywhere, /^nothing is known of the servers yet$/],
      ['that no primary is known', noPrimary, anywhere, /^no primary is known$/],
      ['what is wrong with the topology', makeTopology('replication', [{ primary: null, replicas: [] }], null, problem), anywhere, /^two$/],
      ['that its slot has no owner', holes, inSlot, /^no node has slot 5, .*CLUSTERDOWN/],
      ['that its node has left', cluster, { bound: 'node', slot: 5, node: 'x:1' }, /^x:1 is no primary of the topology$/],
      ['nothing where it has a node', cluster, inSlot, null],
    ];
    for (const [why, snapshot, placement, message] of cases) {
      it(why, () => {
        const placed = new Placed();
        placed.snapshot = snapshot;
        const channel = placed.channel(placement);
        const found = placed.placer.whyWaiting(channel);
        if (message === null) assert.equal(found, null);
        else assert.match(found?.message ?? '', message);
      });
    }

    it('by the failure of the probes, before anything is known', () => {
      const placed = new Placed();
      placed.snapshot = null;
      placed.topologyError = problem;
      assert.equal(placed.channel(anywhere).whyNotLive, problem);
    });
  });
});
