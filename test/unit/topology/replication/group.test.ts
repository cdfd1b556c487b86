import assert from 'node:assert/strict';
import type { Address } from '../../../../lib/options/address.js';
import { buildGroup, type Group, type Member, type MemberReply, parseMember } from '../../../../lib/topology/replication/group.js';
import { type Captured, captured, raw } from '../captured-replies.js';
import { at } from '../nodes.js';

interface Capture {
  readonly states: Readonly<
    Record<string, { readonly nodes: readonly { readonly asked: string; readonly role: Captured; readonly info: string }[] }>
  >;
}

function show({ primary, verified, replicas, primaries }: Group): string {
  const name = (address: Address): string => ('path' in address ? address.path : String(address.port));
  const first = primary === null ? '-' : `${name(primary.address)}${verified ? '' : '?'}`;
  const rest = replicas.map(({ address, usable, depth }) => `${name(address)}${usable ? '' : '!'}${depth > 1 ? `^${depth}` : ''}`);
  const split = primaries.length > 1 ? ` split ${primaries.map((key) => key.replace('127.0.0.1:', '')).sort()}` : '';
  return `${first} < ${rest.join(' ')}${split}`.trim();
}

const same = (address: Address): Address => address;

describe('parseMember', () => {
  for (const capture of ['sentinel-redis-7.0', 'sentinel-valkey-9.1']) {
    it(`reads what real servers say of themselves (${capture})`, () => {
      const nodes = captured<Capture>(capture).states.quiet?.nodes ?? [];
      const [base = 0] = nodes.map(({ asked }) => Number(asked.split(':')[1]));
      const facts = nodes.map(({ role, info }) => parseMember([info, raw(role)]));
      assert.deepEqual(
        facts.map((member) => [member?.role, member?.primary, member?.linkUp, member?.replicas.length]),
        [
          ['primary', null, null, 2],
          ['replica', at(base), true, 1],
          ['replica', at(base), true, 0],
          ['replica', at(base + 1), true, 0],
        ],
      );
      assert.deepEqual(facts[1]?.replicas, [{ announced: at(base + 3), online: true }]);
    });

    it(`finds the same with ROLE alone, where INFO is not allowed (${capture})`, () => {
      for (const { role, info } of captured<Capture>(capture).states.quiet?.nodes ?? []) {
        const both = parseMember([info, raw(role)]);
        const alone = parseMember([raw({ error: 'NOPERM no' }), raw(role), raw({ error: 'NOPERM no' })]);
        assert.deepEqual([alone?.role, alone?.primary, alone?.linkUp], [both?.role, both?.primary, both?.linkUp]);
      }
    });
  }

  it('knows nothing where both are forbidden', () => {
    assert.equal(parseMember([raw({ error: 'NOPERM no' }), raw({ error: 'NOPERM no' })]), null);
  });

  const links: readonly (readonly [state: string, info: string, linkUp: boolean, syncing: boolean])[] = [
    ['connected', 'role:slave\r\nmaster_link_status:up\r\nmaster_sync_in_progress:0', true, false],
    ['sync', 'role:slave\r\nmaster_link_status:down\r\nmaster_sync_in_progress:1', false, true],
    ['connect', 'role:slave\r\nmaster_link_status:down\r\nmaster_sync_in_progress:0', false, false],
    ['connected', '', true, false],
    ['sync', '', false, true],
    ['connecting', '', false, false],
  ];
  for (const [state, info, linkUp, syncing] of links) {
    it(`reads the link from ROLE ${state} and ${info === '' ? 'no INFO' : 'INFO'}`, () => {
      const member = parseMember([info, ['slave', '10.0.0.1', 6379, state, 5]]);
      assert.deepEqual([member?.linkUp, member?.syncing], [linkUp, syncing]);
    });
  }

  const roles: readonly (readonly [reply: string, role: string | undefined])[] = [
    ['master', 'primary'],
    ['slave', 'replica'],
    ['active-replica', 'primary'],
    ['sentinel', undefined],
  ];
  for (const [reply, role] of roles) {
    it(`takes the role ${reply} for ${role ?? 'no member'}`, () => {
      assert.equal(parseMember([null, [reply, 'a', 1, 'connected', 5]])?.role, role);
      assert.equal(parseMember([`role:${reply}`, null])?.role, role);
    });
  }

  it('takes the priority from INFO, 100 where it does not say', () => {
    assert.equal(parseMember(['role:slave\r\nslave_priority:7', ['slave', 'a', 1, 'connected', 5]])?.priority, 7);
    assert.equal(parseMember([null, ['slave', 'a', 1, 'connected', 5]])?.priority, 100);
  });
});

/**
 * A member from `p` or `r<primary's port>` with flags `down`, `sync`, and its replicas as `>7001` or `>7001!` (not online). `#x`: run id.
 */
function member(text: string): Member {
  const [role = '', ...words] = text.split(' ');
  return {
    runId: words.find((word) => word.startsWith('#')) ?? null,
    role: role === 'p' ? 'primary' : 'replica',
    primary: role === 'p' ? null : at(Number(role.slice(1))),
    linkUp: !words.includes('down') && !words.includes('sync'),
    syncing: words.includes('sync'),
    neverLinked: false,
    offset: null,
    replid: '',
    priority: 100,
    replicas: words
      .filter((word) => word.startsWith('>'))
      .map((word) => ({ announced: at(Number(word.slice(1).replace('!', ''))), online: !word.endsWith('!') })),
  };
}

/** `?`: asked, and slow; `x`: not reachable. */
function repliesOf(nodes: Readonly<Record<string, string>>): MemberReply[] {
  return Object.entries(nodes).map(([name, text]) => ({
    address: at(name.includes(':') ? name : Number(name)),
    member: text === '?' || text === 'x' ? null : member(text),
    failed: text === 'x',
  }));
}

const GROUPS: readonly (readonly [what: string, nodes: Readonly<Record<string, string>>, seeds: readonly number[], expected: string])[] = [
  ['a primary with its replicas', { 7000: 'p >7001 >7002', 7001: 'r7000', 7002: 'r7000' }, [7000], '7000 < 7001 7002'],
  ['a replica of a replica', { 7000: 'p >7001', 7001: 'r7000 >7002', 7002: 'r7001' }, [7002], '7000 < 7001 7002^2'],
  ['a replica whose link is down', { 7000: 'p >7001', 7001: 'r7000', 7002: 'r7000 down' }, [7000, 7002], '7000 < 7001 7002!'],
  ['a replica that is syncing', { 7000: 'p >7001!', 7001: 'r7000 sync' }, [7000], '7000 < 7001!'],
  ['a link that is down above', { 7000: 'p', 7001: 'r7000 down >7002', 7002: 'r7001' }, [7000, 7001], '7000 < 7001! 7002!^2'],
  ['a replica that cannot be reached', { 7000: 'p >7001', 7001: 'x' }, [7000], '7000 < 7001!'],
  ['a slow replica, which its primary calls online', { 7000: 'p >7001', 7001: '?' }, [7000], '7000 < 7001'],
  ['a slow replica, which its primary does not call online', { 7000: 'p >7001!', 7001: '?' }, [7000], '7000 < 7001!'],
  ['a dead seed that no member names', { 7000: 'p', 7001: 'x' }, [7000, 7001], '7000 <'],
  [
    'a dead primary: its replicas are the best there is',
    { 7000: 'x', 7001: 'r7000 down', 7002: 'r7000 down' },
    [7001],
    '7000? < 7001 7002',
  ],
  [
    'a dead primary and a replica in the middle of a sync',
    { 7000: 'x', 7001: 'r7000 sync', 7002: 'r7000 down' },
    [7001],
    '7000? < 7001! 7002',
  ],
  ['two primaries, none configured', { 7000: 'p >7002', 7001: 'p', 7002: 'r7000' }, [7002], '- < 7002 split 7000,7001'],
  ['two primaries, both configured', { 7000: 'p >7002', 7001: 'p', 7002: 'r7000' }, [7000, 7001, 7002], '- < 7002 split 7000,7001'],
  ['two primaries, one configured', { 7000: 'p >7002', 7001: 'p', 7002: 'r7000' }, [7001], '7001 < 7002! split 7000,7001'],
  [
    'a new primary, one replica still with the dead one',
    { 7000: 'x', 7001: 'p >7002', 7002: 'r7001', 7003: 'r7000 down' },
    [7003],
    '7001 < 7002 7003!',
  ],
  ['replicas of each other', { 7000: 'r7001 down', 7001: 'r7000 down' }, [7000], '- < 7000 7001'],
  ['one node under two names', { 'localhost:7000': 'p #a >7001', 7000: 'p #a >7001', 7001: 'r7000 #b' }, [], '7000 < 7001'],
];

describe('buildGroup', () => {
  for (const [what, nodes, seeds, expected] of GROUPS) {
    it(`sees ${what}: ${expected}`, () => {
      assert.equal(show(buildGroup(repliesOf(nodes), seeds.map(at), same)), expected);
    });
  }

  it('names a node by the address it announces and keeps the other name', () => {
    const group = buildGroup(
      repliesOf({ 'localhost:7000': 'p #a >7001', 7000: 'p #a >7001', 7001: 'r7000 #b' }),
      [at('localhost:7000')],
      same,
    );
    assert.deepEqual(group.primary?.address, at(7000));
    assert.deepEqual(group.primary?.names, [at(7000), at('localhost:7000')]);
    assert.equal(group.replicas[0]?.replicaOf, '127.0.0.1:7000');
  });

  it('names a node by the address that was configured where the announced one does not answer', () => {
    const group = buildGroup(repliesOf({ 'localhost:7000': 'p #a', 7000: 'x' }), [at('localhost:7000')], same);
    assert.deepEqual(group.primary?.address, at('localhost:7000'));
  });

  it('maps announced addresses', () => {
    const map = (address: Address): Address => at(`nat.example.com:${'port' in address ? address.port + 1_000 : 0}`);
    const group = buildGroup(repliesOf({ 'nat.example.com:8000': 'p >7001', 'nat.example.com:8001': 'r7000' }), [], map);
    assert.equal(show(group), '8000 < 8001');
    assert.deepEqual(group.replicas[0]?.names, [at(7001)]);
  });

  for (const capture of ['sentinel-redis-7.0', 'sentinel-valkey-9.1']) {
    it(`sees real groups before, during and after a failover (${capture})`, () => {
      const of = (state: string): string => {
        const nodes = captured<Capture>(capture).states[state]?.nodes ?? [];
        return show(
          buildGroup(
            nodes.map(({ asked, role, info }) => ({ address: at(asked), member: parseMember([info, raw(role)]), failed: false })),
            [],
            same,
          ),
        );
      };
      assert.match(of('quiet'), /^22\d00 < 22\d01 22\d02 22\d03\^2$/);
      assert.match(of('split'), /^- < .*split 22\d00,22\d0[12]$/, 'two primaries while the old one was not told');
      assert.match(of('after'), /^22\d0[12] < 22\d00 22\d0[12] 22\d03(\^2)?$/);
    });
  }
});
