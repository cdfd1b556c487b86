import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RingAdmin } from '../../../lib/admin/index.js';
import { createClient, endpoints, ring, sentinel, single } from '../../../lib/index.js';
import { temporaryFolder } from '../../support/processes.js';
import { SentinelGroup } from '../../support/sentinel.js';
import { Server, startAll, stopAll } from '../../support/server.js';
import { slotwise } from './slotwise.js';

interface Seen {
  readonly member?: string | null;
  readonly address?: string;
  readonly name?: string;
  readonly role: string;
  readonly reachable?: boolean;
  readonly state?: string;
}

interface Shown {
  readonly title: string;
  readonly servers: readonly Seen[];
  readonly members: readonly { readonly name: string; readonly problem: string | null; readonly strays: number }[];
  readonly problems: readonly { readonly severity: string; readonly kind: string; readonly text: string }[];
}

const memberRow = ({ member, role, address, name, reachable, state }: Seen): string =>
  `${member ?? '-'} ${role} ${address ?? name}${reachable === false || /^(down|silent)/.test(state ?? '') ? ' down' : ''}`;

describe('the views of a ring', function () {
  this.timeout(60_000);
  let up: Server;
  let hung: Server;
  let gone: Server;
  let group: SentinelGroup;
  /** File of the ring, in which `one` and `two` are servers, and `three` is a group of Sentinels. */
  let file = '';
  const folder = (): string => temporaryFolder('ring-views');
  const topology = () =>
    ring({
      one: up.address,
      two: hung.address,
      three: sentinel(
        group.sentinels.map(({ address }) => address),
        group.name,
      ),
    });

  before('start three members', async () => {
    [[up, hung, gone], group] = await Promise.all([
      startAll([{}, {}, {}]) as Promise<[Server, Server, Server]>,
      SentinelGroup.start({ replicas: 1, sentinels: 2, downAfterMs: 10_000 }),
    ]);
    file = join(folder(), 'ring.json');
    writeFileSync(file, JSON.stringify({ topology: topology(), reads: 'replica' }));
    const redis = createClient({ topology: topology() });
    await Promise.all(Array.from({ length: 60 }, (_, index) => redis.set(`key:${index}`, 'x')));
    await redis.close();
  });
  after('stop them', () => stopAll([up, hung, gone, ...group.servers]));

  const json = async (...words: string[]): Promise<Shown> => {
    const { out } = await slotwise(...words, '--json');
    const shown = JSON.parse(out) as Shown;
    assert.ok(Array.isArray(shown.servers), out);
    return shown;
  };
  /** All servers by members, where these do not answer. */
  const rows = async (...down: readonly Server[]): Promise<string[]> => {
    const primary = await group.primary();
    const text = (member: string, role: string, { address }: Server): string =>
      `${member} ${role} ${address}${down.some((one) => one.address === address) ? ' down' : ''}`;
    return [
      text('one', 'primary', up),
      text('two', 'primary', hung),
      text('three', 'primary', primary),
      ...group.nodes.filter((node) => node !== primary).map((node) => text('three', 'replica', node)),
      ...group.sentinels.map((one) => text('-', 'sentinel', one)).sort(),
    ];
  };

  it('show all members, with the servers of their groups', async () => {
    const { title, servers } = await json('info', file);
    assert.equal(title, 'ring of 3 members, 4 servers, 2 Sentinels');
    assert.deepEqual(servers.map(memberRow), await rows());
    const looked = await json('top', file, '--count', '1', '--interval', '100');
    assert.deepEqual(looked.servers.map(memberRow), await rows());
    assert.match((await slotwise('info', file)).out, /^ring of .*\nmember +server +role .*\none +127\.0\.0\.1:\d+ +primary /);
  });

  it('check the servers, and where the keys are', async () => {
    const sound = await slotwise('check', file);
    assert.equal(sound.code, 0, sound.out);
    assert.match(sound.out, /\nmember +primary +weight +keys +share +strays\none .*\ntwo .*\nthree .*\n/);
    assert.match(sound.out, /\nnote: 127\.0\.0\.1:\d+ of \w+, .*: keeps nothing on disk.*\nok: no errors, 60 keys of 60 looked at\n$/);
    await Promise.all([...Array(5).keys()].map((index) => up.ask('SET', `stray:${index}`, 'x')));
    const { problems, members } = await json('check', file);
    const [error] = problems;
    assert.deepEqual([error?.severity, error?.kind], ['error', 'stray-keys'], JSON.stringify(problems));
    assert.ok(members.some(({ name, strays }) => name === 'one' && strays > 0));
    await Promise.all([...Array(5).keys()].map((index) => up.ask('DEL', `stray:${index}`)));
  });

  it('show and check the others while a member hangs', async () => {
    hung.pause();
    try {
      const [info, top, check] = await Promise.all([json('info', file), json('top', file, '--count', '1'), slotwise('check', file)]);
      assert.deepEqual(info.servers.map(memberRow), await rows(hung));
      assert.deepEqual(top.servers.map(memberRow), await rows(hung));
      assert.equal(check.code, 1);
      assert.equal(check.out.match(/^error: /gm)?.length, 1, check.out);
      assert.match(check.out, new RegExp(`\nerror: two cannot be asked: .*${hung.address}`));
    } finally {
      hung.resume();
    }
  });

  it('tell members that are down, are replicas, or are no data servers, and end where no member can be asked', async () => {
    await gone.kill();
    const replica = group.nodes.find((node) => node.address !== group.nodes[0]?.address) ?? assert.fail();
    const [watching = assert.fail()] = group.sentinels;
    const other = join(folder(), 'other.json');
    const members = { down: gone.address, copy: replica.address, watching: watching.address, sound: up.address };
    writeFileSync(other, JSON.stringify({ members }));
    const { problems, servers } = await json('check', other);
    const errors = problems.filter(({ severity, kind }) => severity === 'error' && kind !== 'stray-keys').map(({ text }) => text);
    assert.match(errors[0] ?? '', /^down cannot be asked: .*ECONNREFUSED/);
    assert.match(errors.join('\n'), /\ncopy: .* is a replica, which takes no writes: give the address of its primary/);
    assert.match(errors.join('\n'), /\nwatching cannot be asked: .* is a Sentinel/);
    assert.ok(servers.map(memberRow).includes(`down primary ${gone.address} down`));
    writeFileSync(other, JSON.stringify({ members: { down: gone.address } }));
    for (const command of ['info', 'check', 'top']) {
      const { code, err } = await slotwise(command, other);
      assert.equal(code, 3, err);
      assert.match(err, /^slotwise: no member could be asked: down: .*ECONNREFUSED.*\n$/);
    }
    await using locked = await Server.start({ password: 'sesame' });
    writeFileSync(other, JSON.stringify({ members: { locked: locked.address } }));
    const { code, err } = await slotwise('info', other);
    assert.equal(code, 3);
    assert.match(err, /^slotwise: no member could be asked: locked: .*; set SLOTWISE_PASSWORD, or add --askpass\n$/);
    assert.equal((await slotwise('info', other, '--password', 'sesame')).code, 0);
  });

  it('explain which member has a key, and why, and where it is read', async () => {
    const { code, out, err } = await slotwise('explain', file, 'GET', '{a}key');
    assert.equal(code, 0, err);
    const redis = createClient({ topology: topology() });
    const name = redis.memberOf('a');
    redis.destroy();
    assert.match(out, /^ring: 3 members, 4 nodes\nGET -> /);
    assert.match(
      out,
      new RegExp(`\n +member +${name}, whose primary is 127.*\n +hashed +"a"\n +hash +xxhash64 0xd24ec4f1a98c6e5b\n +why +go-redis: `),
    );
    assert.match(out, /\n +reads +replica/, 'the options of the file count');
    const json = JSON.parse((await slotwise('explain', file, 'MGET', 'a', 'b', 'c', 'd', 'e', '--json')).out) as {
      readonly parts: readonly { readonly member: { readonly name: string } }[];
    };
    assert.deepEqual([...new Set(json.parts.map(({ member }) => member.name))].length, json.parts.length);
    assert.ok(json.parts.length > 1);
  });

  it('are refused to commands that are not for a ring, and to files that have none', async () => {
    const proxies = join(folder(), 'proxies.json');
    writeFileSync(proxies, JSON.stringify(endpoints([up.address])));
    const cases: readonly (readonly [words: readonly string[], said: RegExp])[] = [
      [
        ['cluster', 'reshard', file, '--from', 'all', '--to', 'x', '--count', '1'],
        /a ring has no slots: its keys move with slotwise ring plan/,
      ],
      [['cluster', 'check', file], /expected nodes of a cluster, got .*ring\.json with a topology of kind ring/],
      [['failover', file], /a ring has no failover, its members have/],
      [['sentinel', 'check', file], /expected sentinel here, .*ring\.json has a topology of kind ring: slotwise info .* shows it/],
      [['replication', 'top', file], /expected replication here/],
      [['info', file, up.address], /expected one file/],
      [['info', file, '--name', 'x'], /--name: /],
      [['check', proxies], /proxies\.json has endpoints, which may be proxies: .*give the addresses of these/],
      [['cluster', 'info', proxies], /topology of kind endpoints; give the addresses of the servers behind them/],
      [['explain', join(folder(), 'none.json'), 'GET', 'a'], /cannot read .*none\.json: there is no such file/],
    ];
    for (const [words, said] of cases) {
      const { code, err, out } = await slotwise(...words);
      assert.deepEqual([code, out], [2, ''], err);
      assert.match(err, said);
    }
  });

  it('are there for programs', async () => {
    await using admin = new RingAdmin({ topology: topology() });
    const { kind, rows: found } = await admin.report();
    assert.equal(kind, 'ring');
    assert.deepEqual(
      found.map(({ address: _, ...row }) => memberRow(row)),
      await rows(),
    );
    await using one = new RingAdmin({ topology: single(up.address) });
    assert.equal((await one.report()).kind, 'single');
    await assert.rejects(admin.report({ steadily: true } as never), /steadily/);
  });
});
