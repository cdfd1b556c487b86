import assert from 'node:assert/strict';
import { checkGroup } from '../../../../lib/admin/sentinel/check-group.js';
import type { SentinelGroupState } from '../../../../lib/admin/sentinel/sentinel-group.js';
import { groupOf, groupOfExactly, HEALTHY } from './invented-groups.js';

/** Severity, kind and a part of the text of each problem. */
const CASES: readonly (readonly [what: string, group: SentinelGroupState, problems: readonly (readonly [string, RegExp])[]])[] = [
  ['a healthy group', groupOf(), []],
  [
    'Sentinels that name different primaries',
    groupOf([{ id: 3, primary: 2, fields: { 'config-epoch': 4 } }]),
    [
      [
        'error sentinel-views',
        /10\.0\.1\.1:26379, 10\.0\.1\.2:26379 say 10\.0\.0\.1:6379 \(epoch 5\), 10\.0\.1\.3:26379 say 10\.0\.0\.2:6379 \(epoch 4\)/,
      ],
    ],
  ],
  [
    'different epochs',
    groupOf([{ id: 2, fields: { 'config-epoch': 4 } }]),
    [['warning sentinel-views', /config epochs of main: 5 \(.*\), 4 \(10\.0\.1\.2/]],
  ],
  [
    'a dead Sentinel',
    groupOf([{ id: 3, down: true }]),
    [['warning sentinel-dead-peer', /Sentinel 10\.0\.1\.3:26379 is dead.*10\.0\.1\.1:26379, 10\.0\.1\.2:26379.*reset/]],
  ],
  [
    'a Sentinel that answers the others, and not us',
    groupOf([
      { id: 1, peers: { 2: 'sentinel', 3: 'sentinel' } },
      { id: 2, peers: { 1: 'sentinel', 3: 'sentinel' } },
      { id: 3, down: true },
    ]),
    [['warning unreachable', /Sentinel 10\.0\.1\.3:26379 cannot be asked: connect ECONNREFUSED/]],
  ],
  [
    'dead Sentinels that outvote the others',
    groupOf([
      { id: 2, down: true },
      { id: 3, down: true },
    ]),
    [
      ['error sentinel-quorum', /the quorum is 2, and only 1 Sentinel of 3 can take part/],
      ['error sentinel-quorum', /votes of 2 of 3 Sentinels, and only 1/],
      ['warning sentinel-dead-peer', /10\.0\.1\.2/],
      ['warning sentinel-dead-peer', /10\.0\.1\.3/],
    ],
  ],
  [
    'a quorum beyond the Sentinels',
    groupOf([1, 2, 3].map((id) => ({ id, fields: { quorum: 4 } }))),
    [['error sentinel-quorum', /the quorum is 4, and there are 3 Sentinels: .* quorum=2/]],
  ],
  [
    'a Sentinel that says it has no quorum',
    groupOf([{ id: 1, noQuorum: '1 usable Sentinels.' }]),
    [['error sentinel-quorum', /10\.0\.1\.1:26379: NOQUORUM 1 usable/]],
  ],
  [
    'a quorum that only one of them cannot reach',
    groupOf([
      { id: 1, fields: { quorum: 3 }, noQuorum: '2 usable' },
      { id: 3, ignorant: true },
    ]),
    [
      ['error sentinel-quorum', /10\.0\.1\.1:26379: NOQUORUM 2 usable/],
      ['warning sentinel-views', /10\.0\.1\.3:26379 does not watch main/],
      ['warning sentinel-settings', /quorum is not the same/],
    ],
  ],
  [
    'a failover in which not all have switched',
    groupOf(
      [
        { id: 1, fields: { flags: 'master,failover_in_progress' } },
        ...[2, 3].map((id) => ({ id, primary: 2, replicas: { 1: {}, 3: {} } })),
      ],
      [{ id: 1 }, { id: 2 }, { id: 3, of: 2 }],
    ),
    [
      ['warning sentinel-views', /not all Sentinels name the same primary while/],
      ['warning moving', /a failover is under way, led by 10\.0\.1\.1:26379/],
      ['warning moving', /10\.0\.0\.1:6379, 10\.0\.0\.2:6379 are primaries while the failover is under way/],
    ],
  ],
  [
    'an old primary that becomes a replica soon',
    groupOf(
      [1, 2, 3].map((id) => ({ id, primary: 2, replicas: { 1: { 'role-reported-time': 4_000 }, 3: {} } })),
      [{ id: 1 }, { id: 2 }, { id: 3, of: 2 }],
    ),
    [['warning moving', /10\.0\.0\.1:6379 still calls itself primary after a failover to 10\.0\.0\.2:6379/]],
  ],
  [
    'an old primary that the Sentinels cannot make a replica',
    groupOf(
      [1, 2, 3].map((id) => ({ id, primary: 2, replicas: { 1: { 'role-reported-time': 40_000 }, 3: {} } })),
      [{ id: 1 }, { id: 2 }, { id: 3, of: 2 }],
    ),
    [['error two-primaries', /2 servers call themselves primary/]],
  ],
  [
    'a second primary that the Sentinels do not know',
    groupOf([], [...HEALTHY, { id: 4 }]),
    [['error two-primaries', /10\.0\.0\.1:6379 .* and 10\.0\.0\.4:6379/]],
  ],
  ['two Sentinels', groupOfExactly([{ id: 1 }, { id: 2 }]), [['warning sentinel-quorum', /only 2 Sentinels: when one fails no failover/]]],
  ['one Sentinel', groupOfExactly([{ id: 1, fields: { quorum: 1 } }]), [['warning sentinel-quorum', /is only 1 Sentinel: when it fails/]]],
  ['four Sentinels', groupOf([{ id: 4 }]), [['note sentinel-quorum', /4 Sentinels bear as few failures as 3/]]],
  ['a quorum of 1', groupOf([1, 2, 3].map((id) => ({ id, fields: { quorum: 1 } }))), [['warning sentinel-quorum', /quorum is 1/]]],
  ['a Sentinel in TILT', groupOf([{ id: 2, info: { sentinel_tilt: 1 } }]), [['warning sentinel-down', /10\.0\.1\.2:26379 is in TILT/]]],
  [
    'settings that differ',
    groupOf([{ id: 2, fields: { 'down-after-milliseconds': 9_000 } }]),
    [['warning sentinel-settings', /down-after-milliseconds is not the same everywhere: 5000 \(.*\), 9000 \(10\.0\.1\.2/]],
  ],
  [
    'a Sentinel that does not watch it',
    groupOf([{ id: 3, ignorant: true }]),
    [['warning sentinel-views', /10\.0\.1\.3:26379 does not watch main/]],
  ],
  [
    'a primary that is down',
    groupOf(
      [1, 2, 3].map((id) => ({ id, fields: { flags: 'master,s_down,o_down' } })),
      [
        { id: 1, down: true },
        { id: 2, of: 1, info: { master_link_status: 'down' } },
      ],
    ),
    [
      ['error sentinel-down', /primary 10\.0\.0\.1:6379 is down for .*a failover is to come \(o_down\)/],
      ['error replica-link', /10\.0\.0\.2:6379: no link/],
    ],
  ],
  [
    'a primary that answers and is down for a Sentinel without its password',
    groupOf(
      [{ id: 2, fields: { flags: 'master,s_down' } }],
      HEALTHY.map((server) => ({ ...server, config: { requirepass: 'set', masterauth: 'set' } })),
    ),
    [['error sentinel-down', /primary 10\.0\.0\.1:6379 answers, and 10\.0\.1\.2:26379 takes it for down: they may not know its password/]],
  ],
  [
    'a replica that is dead',
    groupOf(
      [1, 2, 3].map((id) => ({ id, replicas: { 2: {}, 3: { flags: 's_down,slave' } } })),
      HEALTHY.slice(0, 2),
    ),
    [['warning sentinel-dead-peer', /replica 10\.0\.0\.3:6379 is dead for/]],
  ],
  [
    'a replica that a Sentinel does not know',
    groupOf([{ id: 3, replicas: { 2: {} } }]),
    [['warning sentinel-views', /replica 10\.0\.0\.3:6379 is not known to 10\.0\.1\.3:26379: they cannot promote it/]],
  ],
  [
    'a primary that is a replica',
    groupOf([], [{ id: 1, of: 2 }, { id: 2 }, { id: 3, of: 2 }]),
    [
      [
        'error sentinel-views',
        /name 10\.0\.0\.1:6379 as the primary, and it is a replica of 10\.0\.0\.2:6379; 10\.0\.0\.2:6379 is primary/,
      ],
    ],
  ],
  ['two primaries', groupOf([], [...HEALTHY, { id: 4 }]), [['error two-primaries', /10\.0\.0\.1:6379 .* and 10\.0\.0\.4:6379/]]],
  [
    'a failover under way',
    groupOf([{ id: 1, fields: { flags: 'master,failover_in_progress', 'failover-state': 'wait_promotion' } }]),
    [['warning moving', /a failover is under way, led by 10\.0\.1\.1:26379: wait_promotion/]],
  ],
  [
    'data servers that nobody reaches',
    groupOf([], null),
    [['error unreachable', /no data server of main could be asked: connect ECONNREFUSED/]],
  ],
  [
    'a clock shorter than a fork',
    groupOf(
      [],
      HEALTHY.map((server) => ({ ...server, info: { latest_fork_usec: 6_000_000 } })),
    ),
    [['error failover-clock', /6 s.*5 s \(down-after-milliseconds\)/]],
  ],
];

describe('the check of a group of Sentinels', () => {
  for (const [what, group, expected] of CASES) {
    it(`of ${what} finds ${expected.map(([kind]) => kind).join(' and ') || 'nothing'}`, () => {
      const problems = checkGroup(group);
      assert.deepEqual(
        problems.map(({ severity, kind }) => `${severity} ${kind}`),
        expected.map(([kind]) => kind),
        JSON.stringify(problems.map(({ text }) => text)),
      );
      for (const [index, [, text]] of expected.entries()) assert.match(problems[index]?.text ?? '', text);
    });
  }

  it('tells a majority on the host of the primary', () => {
    const problems = checkGroup(
      groupOf([
        { id: 1, host: '10.0.0.1' },
        { id: 2, host: '10.0.0.1' },
      ]),
    );
    assert.match(
      problems.find(({ kind }) => kind === 'hosts')?.text ?? '',
      /2 of 3 Sentinels run on 10\.0\.0\.1 and the primary with them/,
    );
  });
});
