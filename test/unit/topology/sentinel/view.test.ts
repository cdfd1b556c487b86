import assert from 'node:assert/strict';
import type { Address } from '../../../../lib/options/address.js';
import { candidatesOf, parseSentinel, type SentinelView } from '../../../../lib/topology/sentinel/view.js';
import { type Captured, captured, raw } from '../captured-replies.js';
import { at } from '../nodes.js';

interface CapturedSentinel {
  readonly asked: string;
  readonly address: Captured;
  readonly master: Captured;
  readonly replicas: Captured;
  readonly sentinels: Captured;
  readonly id: Captured;
}
interface Capture {
  readonly states: Readonly<Record<string, { readonly sentinels: readonly CapturedSentinel[] }>>;
}

function views(capture: string, state: string): SentinelView[] {
  return (captured<Capture>(capture).states[state]?.sentinels ?? []).map(({ address, master, replicas, sentinels, id }) => {
    const view = parseSentinel([address, master, replicas, sentinels, id].map(raw));
    assert.ok(view !== null);
    return view;
  });
}

const port = (address: Address | null | undefined): number | null => (address != null && 'port' in address ? address.port : null);

describe('parseSentinel', () => {
  for (const [capture, base] of [
    ['sentinel-redis-7.0', 22_000],
    ['sentinel-valkey-9.1', 22_100],
  ] as const) {
    it(`reads a quiet group (${capture})`, () => {
      for (const view of views(capture, 'quiet')) {
        assert.deepEqual([port(view.primary), view.epoch, view.primaryDown], [base, 0, false]);
        assert.deepEqual(view.replicas.map((replica) => port(replica.address)).sort(), [base + 1, base + 2]);
        assert.ok(view.replicas.every(({ up, linkUp, priority }) => up && linkUp && priority === 100));
        assert.equal(view.sentinels.length, 2);
        assert.match(view.id ?? '', /^[0-9a-f]{40}$/);
      }
    });

    it(`sees the leader ahead of the others during a failover (${capture})`, () => {
      const during = views(capture, 'split');
      const epochs = during.map(({ epoch }) => epoch);
      assert.deepEqual([...epochs].sort(), [0, 0, 1]);
      const [candidate, ...others] = candidatesOf(during);
      assert.equal(others.length, 0, 'the older epoch is no candidate');
      assert.notEqual(port(candidate?.primary), base);
    });
  }

  it('is null for a server that is no sentinel', () => {
    assert.equal(parseSentinel([raw({ error: "ERR unknown command 'SENTINEL'" })]), null);
  });

  it('has no primary for a name it does not know', () => {
    const view = parseSentinel([null, raw({ error: 'ERR No such master with that name' }), null, null, 'x']);
    assert.deepEqual([view?.primary, view?.replicas, view?.sentinels], [null, [], []]);
  });

  const flags: readonly (readonly [flags: string, link: string, up: boolean, linkUp: boolean])[] = [
    ['slave', 'ok', true, true],
    ['slave', 'err', true, false],
    ['s_down,slave', 'ok', false, true],
    ['s_down,o_down,slave', 'err', false, false],
    ['slave,disconnected', 'ok', false, true],
    ['slave,promoted', 'ok', true, true],
  ];
  for (const [flag, link, up, linkUp] of flags) {
    it(`reads a replica with the flags ${flag} and the link ${link}`, () => {
      const replica = ['ip', '10.0.0.2', 'port', '6379', 'flags', flag, 'master-link-status', link, 'slave-priority', '50'];
      const [read] = parseSentinel([['10.0.0.1', '6379'], [], [replica], [], null])?.replicas ?? [];
      assert.deepEqual(read, { address: at('10.0.0.2:6379'), up, linkUp, priority: 50 });
    });
  }

  it('sees the replica that the sentinel promotes, while it leads a failover', () => {
    const replicas = ['slave', 'slave,promoted'].map((flags, i) => ['ip', '10.0.0.2', 'port', `${6380 + i}`, 'flags', flags]);
    const promoting = (flags: string): Address | null | undefined =>
      parseSentinel([['10.0.0.1', '6379'], ['flags', flags], replicas, [], null])?.promoting;
    assert.deepEqual(promoting('master,failover_in_progress'), at('10.0.0.2:6381'));
    assert.equal(promoting('master'), null);
  });

  it('sees that the sentinel takes the primary for down', () => {
    for (const flag of ['s_down,master', 's_down,o_down,master']) {
      assert.equal(parseSentinel([['10.0.0.1', '6379'], ['flags', flag, 'config-epoch', '9'], [], [], null])?.primaryDown, true);
    }
  });
});

describe('candidatesOf', () => {
  const view = (primary: number | null, epoch: number, promoting: number | null = null): SentinelView => ({
    id: null,
    primary: primary === null ? null : at(primary),
    epoch,
    primaryDown: false,
    promoting: promoting === null ? null : at(promoting),
    replicas: [],
    sentinels: [],
  });
  const cases: readonly (readonly [what: string, views: readonly SentinelView[], expected: readonly number[]])[] = [
    ['no node where no sentinel knows the name', [view(null, 0), view(null, 0)], []],
    ['the one that all name', [view(7000, 4), view(7000, 4)], [7000]],
    ['the newest, against the majority', [view(7000, 4), view(7000, 4), view(7001, 5)], [7001]],
    ['a group that was monitored anew, once no sentinel reports the old epoch', [view(7001, 0), view(7001, 0)], [7001]],
    ['both where the epoch is the same, the more named first', [view(7000, 4), view(7001, 4), view(7001, 4)], [7001, 7000]],
    ['the replica that the leader promotes before the node that all name', [view(7000, 4), view(7000, 4, 7001)], [7001, 7000]],
    ['no replica that a sentinel with an older epoch promotes', [view(7000, 4), view(7000, 3, 7001)], [7000]],
    ['the node that those name which know the group', [view(null, 0), view(7000, 0)], [7000]],
  ];
  for (const [what, all, expected] of cases) {
    it(`names ${what}`, () =>
      assert.deepEqual(
        candidatesOf(all).map(({ primary }) => port(primary)),
        expected,
      ));
  }
});
