import assert from 'node:assert/strict';
import { followFindings, JOIN_RULES, portFindings, promotionFindings } from '../../../../lib/admin/preflight/join-rules.js';
import { type AdminNode, type ClusterState, nodeNamed } from '../../../../lib/admin/state/cluster-state.js';
import { threeShards } from '../cluster-states.js';
import { type Told, textsOf, withTold } from './told.js';

const nodeOf = (cluster: ClusterState, id: number): AdminNode => nodeNamed(cluster, `10.0.0.1:${id}`);

function assertTexts(texts: readonly string[], expected: readonly RegExp[]): void {
  assert.equal(texts.length, expected.length, texts.join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(texts[index] ?? '', pattern);
}

describe('before a server joins', () => {
  const cases: readonly (readonly [name: string, ours: Told, its: Told, versions: readonly number[], expected: readonly RegExp[]])[] = [
    [
      'nothing is said of one that is like the others',
      { config: { 'cluster-node-timeout': '1' } },
      { config: { 'cluster-node-timeout': '1' } },
      [10, 10],
      [],
    ],
    ['nothing is said where nothing is known', {}, {}, [], []],
    ['one that loads refuses', {}, { info: { loading: '1' } }, [], [/^refused: .*7007 is still loading/]],
    [
      'TLS on one side refuses',
      { config: { 'tls-cluster': 'yes' } },
      { config: { 'tls-cluster': 'no' } },
      [],
      [/^refused: .*7007 has tls-cluster no, .*7001 yes/],
    ],
    [
      'other databases are told',
      { config: { 'cluster-databases': '4' } },
      { config: { 'cluster-databases': '1' } },
      [],
      [/^note: .*7007 has 1 database, .*7001 4/],
    ],
    ['an older version is told', {}, {}, [12, 10], [/^note: .*7007 .*cannot read/]],
    ['an older version refuses in a cluster with functions', {}, {}, [12, 10], [/^refused: .*7007 .*cannot read.*functions/]],
    ['a newer version is not', {}, {}, [10, 12], []],
    [
      'another clock is told',
      { config: { 'cluster-node-timeout': '15000' } },
      { config: { 'cluster-node-timeout': '2000' } },
      [],
      [/^note: .*7007 has cluster-node-timeout 2000, .*7001 15000/],
    ],
    ['functions are told', {}, { info: { number_of_libraries: '1' } }, [], [/^note: .*7007 has 1 library of functions/]],
  ];
  for (const [name, ours, its, [our, own], expected] of cases) {
    it(name, () => {
      const cluster = withTold(threeShards({ id: 7007 }), { 7001: ours, 7007: its });
      const meeting = {
        introducer: nodeOf(cluster, 7001),
        newcomer: nodeOf(cluster, 7007),
        copiesFunctions: name.includes('with functions'),
      };
      const versions = new Map(
        our === undefined || own === undefined
          ? []
          : [
              [meeting.introducer.id, our],
              [meeting.newcomer.id, own],
            ],
      );
      assertTexts(textsOf(Object.values(JOIN_RULES).flatMap((rule) => rule(meeting, versions))), expected);
    });
  }
});

describe('the address of a server that joins', () => {
  const cases: readonly (readonly [its: string, ours: string, expected: readonly RegExp[]])[] = [
    ['10.0.0.9', '10.0.0.1', []],
    ['127.0.0.1', '127.0.0.1', []],
    ['::1', '127.0.0.1', []],
    ['127.0.0.1', '10.0.0.1', [/^note: .*7007 joins as 127\.0\.0\.1, where nodes on other hosts do not find it/]],
    ['', '10.0.0.1', [/^refused: .*7007 is known by its socket file alone/]],
  ];
  for (const [its, ours, expected] of cases) {
    it(`may be ${its === '' ? 'none' : its} beside ${ours}`, () => {
      const cluster = threeShards({ id: 7007 });
      const at = (id: number, host: string): AdminNode => ({ ...nodeOf(cluster, id), peer: { host, port: 1, busPort: 2 } });
      const meeting = { introducer: at(7001, ours), newcomer: at(7007, its), copiesFunctions: false };
      assertTexts(textsOf(JOIN_RULES.address?.(meeting, new Map()) ?? []), expected);
    });
  }
});

describe('ports that cannot be reached', () => {
  const [a, b] = [nodeOf(threeShards(), 7001), nodeOf(threeShards(), 7002)];
  const cases: readonly (readonly [
    name: string,
    looks: readonly (readonly [AdminNode, data: string | null, bus: string | null])[],
    expected: readonly RegExp[],
  ])[] = [
    [
      'are not told where there are none',
      [
        [a, null, null],
        [b, null, null],
      ],
      [],
    ],
    [
      'refuse where the bus of another can be reached',
      [
        [a, null, null],
        [b, null, 'ECONNREFUSED'],
      ],
      [/^refused: port 17002 \(cluster bus\) of 10\.0\.0\.1:7002 cannot be reached \(ECONNREFUSED\)/],
    ],
    [
      'are told where none can: we may stand outside',
      [
        [a, null, 'no answer in 2000 ms'],
        [b, null, 'ECONNREFUSED'],
      ],
      [/^note: port 17001 .* from here/, /^note: port 17002/],
    ],
    [
      'are told where clients are sent there',
      [
        [a, null, null],
        [b, 'EHOSTUNREACH', null],
      ],
      [/^note: 10\.0\.0\.1:7002 announces 10\.0\.0\.1:7002, which cannot be reached from here \(EHOSTUNREACH\)/],
    ],
  ];
  for (const [name, looks, expected] of cases) {
    it(name, () => assertTexts(textsOf(portFindings(looks.map(([node, data, bus]) => ({ node, data, bus })))), expected));
  }
});

describe('before a node follows a primary', () => {
  const cases: readonly (readonly [name: string, node: Told, primary: Told, versions: readonly number[], expected: readonly RegExp[]])[] = [
    ['nothing is said of equal servers', {}, {}, [], []],
    [
      'a password that it lacks refuses',
      { config: { masterauth: '' } },
      { config: { requirepass: 'set' } },
      [],
      [/^refused: .*7004 cannot log in at .*7002, which wants a password: set masterauth/],
    ],
    ['one that it has does not', { config: { masterauth: 'set' } }, { config: { requirepass: 'set' } }, [], []],
    ['by its new name, neither', { config: { primaryauth: 'set', masterauth: '' } }, { config: { requirepass: 'set' } }, [], []],
    ['none that is wanted, neither', { config: { masterauth: '' } }, { config: { requirepass: '' } }, [], []],
    ['settings that may not be read say nothing', {}, { config: { requirepass: 'set' } }, [], []],
    ['an older server refuses', {}, { info: { redis_version: '8.6.3' } }, [10, 13], [/^refused: .*7004 .*cannot read .*copy its data/]],
    [
      'an older Valkey is told: the primary may write for it',
      { info: { valkey_version: '8.1.0' } },
      { info: { valkey_version: '9.1.2' } },
      [11, 80],
      [/^note: .*7004/],
    ],
  ];
  for (const [name, node, primary, [own, its], expected] of cases) {
    it(name, () => {
      const cluster = withTold(threeShards(), { 7004: node, 7002: primary });
      const following = { node: nodeOf(cluster, 7004), primary: nodeOf(cluster, 7002) };
      const versions = new Map(
        own === undefined || its === undefined
          ? []
          : [
              [following.node.id, own],
              [following.primary.id, its],
            ],
      );
      assertTexts(textsOf(followFindings(following, versions)), expected);
    });
  }

  it('keys in databases that it lacks refuse', () => {
    const cluster = withTold(threeShards({ id: 7002, keys: 1 }), { 7004: { config: { 'cluster-databases': '1' } } });
    const primary = { ...nodeOf(cluster, 7002), databases: [0, 2] };
    assertTexts(textsOf(followFindings({ node: nodeOf(cluster, 7004), primary }, new Map())), [
      /^refused: .*7002 has keys in database 2, and .*7004 has 1 database/,
    ]);
  });
});

describe('before a replica is promoted', () => {
  const down = { role: 'slave', master_link_status: 'down', master_sync_in_progress: '0', master_link_down_since_seconds: '12' };
  const copying = { ...down, master_sync_in_progress: '1' };
  const cases: readonly (readonly [
    name: string,
    info: Readonly<Record<string, string>>,
    mode: 'coordinated' | 'force' | 'takeover',
    expected: readonly RegExp[],
  ])[] = [
    ['a link that is up says nothing', { master_link_status: 'up', master_sync_in_progress: '0' }, 'coordinated', []],
    ['a link that is not known, neither', {}, 'coordinated', []],
    [
      'one that is down refuses',
      down,
      'coordinated',
      [/^refused: .*7004 has no link to .*7001, for 12 seconds, .* paused in vain\. .*--force/],
    ],
    ['by force it is told', down, 'force', [/^note: .*no link to .*7001, for 12 seconds: what was written since then is lost/]],
    [
      'one that never was up has no time',
      { ...down, master_link_down_since_seconds: '-1' },
      'coordinated',
      [/^refused: .*no link to .*7001, so/],
    ],
    ['a copy under way refuses', copying, 'coordinated', [/^refused: .*7004 is still copying the data of .*7001: wait/]],
    ['by force it is told as well', copying, 'takeover', [/^note: .*still copying.*lost/]],
  ];
  for (const [name, info, mode, expected] of cases) {
    it(name, () => {
      const cluster = withTold(threeShards(), { 7004: { info } });
      const promotion = { node: nodeOf(cluster, 7004), primary: nodeOf(cluster, 7001), mode };
      assertTexts(textsOf(promotionFindings(promotion)), expected);
    });
  }

  it('open slots that it does not know of are told', () => {
    const open = threeShards({ id: 7001, migrating: { 5: 7002 }, importing: { 6000: 7002 } });
    const told = (version: string): string[] => {
      const cluster = withTold(open, { 7004: { info: { valkey_version: version } } });
      return textsOf(promotionFindings({ node: nodeOf(cluster, 7004), primary: nodeOf(cluster, 7001), mode: 'coordinated' }));
    };
    assertTexts(told('7.2.8'), [/^note: slots 5,6000 are open at .*7001, and .*7004 does not know: .*slotwise cluster fix/]);
    assertTexts(told('8.0.1'), []);
  });
});
