import assert from 'node:assert/strict';
import type { BatchClient } from '../../../../lib/admin/node-connections.js';
import type { AdminNode, ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { readKeyCounts } from '../../../../lib/admin/state/key-counts.js';
import { countStrayKeys } from '../../../../lib/admin/state/stray-keys.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Address } from '../../../../lib/options/address.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';
import { idOf, threeShards } from '../cluster-states.js';
import { factsOf } from '../health/invented-facts.js';

interface ServersOptions {
  readonly hides?: boolean;
  /** What becomes of the size of the database between two questions. */
  readonly sizes?: readonly number[];
  readonly clusterInfo?: string;
  /** The slots of a server when it counts. */
  readonly slotsNow?: string;
}

/** Servers by port, with keys by slot, of which some hide those of slots that they do not own. */
class Servers implements BatchClient {
  readonly commands: string[] = [];
  readonly #importing = new Set<number>();
  private readonly hides: boolean;
  private readonly sizes: number[];
  private readonly clusterInfo: string;
  private readonly slotsNow: string;

  constructor(
    private readonly keys: Readonly<Record<number, Readonly<Record<number, number>>>>,
    { hides = false, sizes = [], clusterInfo = '', slotsNow = '0-5460' }: ServersOptions = {},
  ) {
    this.hides = hides;
    this.sizes = [...sizes];
    this.clusterInfo = clusterInfo;
    this.slotsNow = slotsNow;
  }

  send(address: Address, words: readonly Arg[]): Promise<Raw> {
    return this.sendAll(address, [words]).then(([reply]) => reply ?? null);
  }

  sendAll(address: Address, commands: readonly (readonly Arg[])[]): Promise<readonly Raw[]> {
    const port = 'port' in address ? address.port : 0;
    const replies = commands.map((words) => this.#reply(port, words.map(String)));
    this.commands.push(...commands.map((words) => words.join(' ')));
    if (commands.at(-1)?.[0] !== 'EXEC') return Promise.resolve(replies);
    return Promise.resolve([...commands.slice(0, -1).map(() => 'QUEUED'), replies.slice(1, -1)]);
  }

  credentials(): Promise<null> {
    return Promise.resolve(null);
  }

  #reply(port: number, [name, sub = '', slotText = '', how]: readonly string[]): Raw {
    const slot = Number(slotText);
    const keys = this.keys[port] ?? {};
    if (name === 'DBSIZE') return this.sizes.shift() ?? Object.values(keys).reduce((sum, count) => sum + count, 0);
    if (sub === 'INFO') return this.clusterInfo;
    if (sub === 'NODES') {
      const open = [...this.#importing].map((each) => ` [${each}-<-${idOf(7002)}]`).join('');
      return `${idOf(port)} 10.0.0.1:${port}@1 myself,master - 0 0 1 connected ${this.slotsNow}${open}`;
    }
    if (sub === 'COUNTKEYSINSLOT') {
      const isShown = !this.hides || owned(port, slot) || this.#importing.has(slot);
      return isShown ? (keys[slot] ?? 0) : 0;
    }
    if (how === 'IMPORTING') this.#importing.add(slot);
    if (how === 'STABLE') this.#importing.delete(slot);
    return 'OK';
  }
}

/** 7001 has 10 keys, of which 3 are in slot 9000 of 7002. */
const KEYS = { 7001: { 5: 4, 6: 3, 9000: 3 } };
const owned = (port: number, slot: number): boolean => (port === 7001 ? slot < 5461 : port === 7002 && slot < 10_923 && slot > 5460);

function shards(version: string): ClusterState {
  return threeShards({ id: 7001, keys: 10, facts: factsOf('primary', { info: { redis_version: version } }) });
}

function first(cluster: ClusterState): AdminNode {
  return cluster.nodes.get(idOf(7001)) ?? assert.fail();
}

describe('keys in slots that a node does not own', () => {
  for (const [version, hides] of [
    ['7.0.15', false],
    ['8.6.3', true],
  ] as const) {
    it(`are counted by their slots on Redis ${version}, and no slot stays open`, async () => {
      const servers = new Servers(KEYS, { hides });
      const counts = await readKeyCounts(servers, shards(version), []);
      assert.deepEqual(
        [...counts].map(([slot, byNode]) => [slot, [...byNode]]),
        [[9000, [[idOf(7001), 3]]]],
      );
      const marks = servers.commands.filter((command) => command.startsWith('CLUSTER SETSLOT'));
      assert.equal(marks.filter((mark) => mark.includes('IMPORTING')).length, hides ? 16_384 - 5_461 : 0);
      assert.equal(marks.filter((mark) => mark.includes('STABLE')).length, hides ? 16_384 - 5_461 : 0);
    });
  }

  it('are not looked for where a node has all its keys in its own slots', async () => {
    const servers = new Servers({ 7001: { 5: 10 } }, { hides: true });
    assert.deepEqual([...(await readKeyCounts(servers, shards('8.6.3'), []))], []);
    assert.ok(servers.commands.every((command) => !command.includes('SETSLOT')));
  });

  const none = { 7001: { 5: 10 } };
  const cases: readonly (readonly [name: string, servers: Servers, expected: number, node?: Partial<AdminNode>])[] = [
    ['are the rest of its keys', new Servers(KEYS, { hides: true }), 3],
    ['are the rest of its keys where it shows them', new Servers(KEYS), 3],
    ['are none where all are in its slots', new Servers(none), 0],
    ['are none where clients only write and delete meanwhile', new Servers(none, { sizes: [12, 14] }), 0],
    ['are none where clients delete meanwhile', new Servers(none, { sizes: [14, 10] }), 0],
    ['are none where slots have come meanwhile', new Servers(KEYS, { slotsNow: '0-5460 9000' }), 0],
    ['are none in a slot that it is importing', new Servers(KEYS, { hides: true }), 0, { importing: new Map([[9000, idOf(7002)]]) }],
    [
      'are not told during an atomic migration',
      new Servers(KEYS, { hides: true }),
      0,
      { jobs: [{ id: 'a', direction: 'import', peer: null, slots: [1], state: 'x', running: true, message: '' }] },
    ],
    [
      'are not told while it deletes them',
      new Servers(KEYS, { hides: true, clusterInfo: 'cluster_slot_migration_active_trim_running:1' }),
      0,
    ],
  ];
  for (const [name, servers, expected, change = {}] of cases) {
    it(name, async () => {
      if (change.importing !== undefined)
        await servers.send({ host: '10.0.0.1', port: 7001 }, ['CLUSTER', 'SETSLOT', 9000, 'IMPORTING', 'x']);
      assert.equal(await countStrayKeys(servers, { ...first(shards('8.6.3')), ...change }), expected);
    });
  }

  it('are not looked for at nodes that do not tell how many keys they have', async () => {
    const cluster = threeShards({ id: 7002, keysKnown: false });
    await assert.rejects(readKeyCounts(new Servers(KEYS), cluster, []), /10\.0\.0\.1:7002 does not tell how many keys it has/);
  });

  it('are not told where the rights do not allow to count', async () => {
    const servers = new Servers(KEYS);
    const refusing: BatchClient = {
      send: (address, words) => servers.send(address, words),
      credentials: () => Promise.resolve(null),
      sendAll: async (address, commands) =>
        (await servers.sendAll(address, commands)).map((reply, at) => (at === 1 ? new ReplyError('NOPERM', 'NOPERM no') : reply)),
    };
    assert.equal(await countStrayKeys(refusing, first(shards('7.0.15'))), 0);
  });
});
