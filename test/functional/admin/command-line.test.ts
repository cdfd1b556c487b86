import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import calculateSlot from 'cluster-key-slot';
import { runCommandLine } from '../../../lib/admin/cli/command-line.js';
import { certificateFiles } from '../../support/certificates.js';
import { type Server, startAll, stopAll } from '../../support/server.js';
import { at, emptyServer, keysIn } from './admin-cluster.js';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. `answer` is given at the question; null: nobody can be asked. */
async function run(words: readonly (string | number)[], answer: boolean | null = null, env: Record<string, string> = {}): Promise<Ended> {
  const written = { out: '', err: '' };
  const code = await runCommandLine(words.map(String), {
    stdout: { write: (text: string) => (written.out += text) },
    stderr: { write: (text: string) => (written.err += text) },
    env,
    confirm: answer === null ? null : () => Promise.resolve(answer),
    readSecret: () => Promise.resolve('sesame'),
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  });
  return { code, ...written };
}

function parsed<T>({ out }: Ended): T {
  return JSON.parse(out) as T;
}

describe('slotwise', function () {
  this.timeout(60_000);
  const file = join(tmpdir(), `slotwise-${process.pid}.json`);
  /** Servers by the words that stand for them in the tables below. */
  const places = new Map<string, string>();
  let servers: Server[] = [];
  let a = '';
  let b = '';

  before('start a cluster of three, and servers that are none of it', async () => {
    servers = await startAll([emptyServer, emptyServer, emptyServer, { password: 'sesame', tls: true }, { sentinel: true }]);
    const [first, second, third, locked, sentinel] = servers;
    a = at(servers, 0).address;
    b = at(servers, 1).address;
    assert.ok(first && second && third && locked && sentinel);
    places
      .set('A', a)
      .set('B', b)
      .set('LOCKED', locked.address)
      .set('TLS', `127.0.0.1:${locked.tlsPort}`)
      .set('SENTINEL', sentinel.address);
    places.set('CA', certificateFiles.ca).set('FILE', file);
    const made = await run(['cluster', 'create', a, b, third.address, '--yes', '--quiet']);
    assert.deepEqual([made.code, made.err], [0, ''], made.out);
    assert.doesNotMatch(made.out, /\[\d+\//, 'no steps with --quiet');
  });
  after('stop the servers', async () => {
    rmSync(file, { force: true });
    await stopAll(servers);
  });

  const mistakes: readonly (readonly [words: string, code: number, expected: RegExp])[] = [
    ['cluster check 127.0.0.1:1', 3, /no node of the cluster could be asked: .*127\.0\.0\.1:1/],
    ['cluster check no.such.host.invalid:1', 3, /no\.such\.host\.invalid/],
    ['cluster check @SENTINEL', 3, /@SENTINEL is a Sentinel, not a node of a cluster/],
    ['cluster check @LOCKED', 3, /@LOCKED wants credentials and got none.*; set SLOTWISE_PASSWORD, or add --askpass/],
    ['cluster check @LOCKED --password wrong', 3, /@LOCKED refused the credentials: WRONGPASS/],
    ['cluster check @LOCKED --askpass', 3, /@LOCKED is a primary without cluster mode/],
    [
      'cluster check @TLS',
      3,
      /@TLS: read ECONNRESET; if the server wants TLS, add --tls|@TLS: the server closed it; if the server wants TLS/,
    ],
    ['cluster check @TLS --tls', 3, /self-signed certificate in certificate chain; give the file of its authority with --cacert FILE/],
    ['cluster check @TLS --cacert @CA --password sesame', 3, /@TLS is a primary without cluster mode/],
    ['cluster check @TLS --insecure --password sesame', 3, /warning: --insecure.*\n.*@TLS is a primary without cluster mode/],
    ['cluster check @A --tls --connect-timeout 300', 3, /does this port speak TLS\? If not, leave out --tls/],
    ['cluster check @A --cacert /no/such/file', 2, /--cacert: cannot read \/no\/such\/file: there is no such file/],
    ['cluster check redis://@A/3', 2, /without a database/],
    ['cluster create @A @B @SENTINEL', 3, /@SENTINEL is a Sentinel/],
    ['cluster failover @A nobody:1', 4, /nobody:1/],
    ['cluster del-node @A @B', 4, /holds|slots/],
    ['cluster reshard @A --from @A --to nobody:1 --count 1', 4, /nobody:1/],
    ['cluster reshard @A --from @A --to @B --count 99999', 4, /99,999 slots|99999/],
    ['cluster reshard @A --from @A --to @B --count 1', 2, /nobody can be asked whether to go on: add --yes/],
    ['cluster run @A @FILE', 2, /@FILE.*: line 1, column 3: expected a name/],
    ['explain @SENTINEL GET a', 3, /is a Sentinel: name the group, redis\+sentinel:\/\/@SENTINEL\/NAME/],
    ['explain @LOCKED GET a', 3, /wants credentials and got none/],
    ['explain 127.0.0.1:1 GET a', 3, /127\.0\.0\.1:1/],
    ['explain @A GET a --options @FILE', 2, /@FILE: it is not JSON: line 1, column 3/],
    ['explain @A GET a --domain video', 2, /there is no domain video; there are none/],
    ['explain @A', 2, /expected: slotwise explain URL\|FILE COMMAND/],
  ];
  for (const [words, code, expected] of mistakes) {
    it(`ends with ${code} and one line for: ${words}`, async () => {
      writeFileSync(file, '{ not JSON }');
      const replaced = words.replace(/@([A-Z]+)/g, (_, name: string) => places.get(name) ?? name).split(' ');
      const pattern = new RegExp(
        expected.source.replace(/@([A-Z]+)/g, (_, name: string) => places.get(name)?.replaceAll('.', '\\.') ?? name),
      );
      const ended = await run(replaced);
      assert.equal(ended.code, code, ended.err);
      assert.match(ended.err, pattern);
      assert.match(ended.err.replace(/^warning: .*\n/, ''), /^slotwise: [^\n]+\n$/);
      const { error, exitCode } = parsed<{ error: { message: string }; exitCode: number }>(await run([...replaced, '--json']));
      assert.equal(exitCode, code);
      assert.ok(error.message.length > 0);
    });
  }

  it('does nothing after no at the question, and says so', async () => {
    const move = ['cluster', 'reshard', a, '--from', a, '--to', b, '--count', 1];
    const ended = await run(move, false);
    assert.deepEqual([ended.code, ended.err], [130, 'slotwise: nothing was done\n']);
    assert.match(ended.out, /^move 1 slot to .*\n {3}1 {2}move 1 slot from/);
    const info = parsed<{ nodes: { address: string; slotCount: number }[] }>(await run(['cluster', 'info', a, '--json']));
    assert.equal(info.nodes.find(({ address }) => address === b)?.slotCount, 5461);
  });

  it('plans into a file, runs the plan, and does it no second time', async () => {
    const planned = await run(['cluster', 'reshard', a, '--from', a, '--to', b, '--slots', '7-9', '--dry-run', '--json']);
    assert.deepEqual([planned.code, planned.err], [0, '']);
    assert.deepEqual(parsed<{ lines: string[] }>(planned).lines, [`move 3 slots from ${a} to ${b}: 7-9`, 'wait until all nodes agree']);
    writeFileSync(file, planned.out);
    const first = await run(['cluster', 'run', a, file, '--yes', '--json']);
    assert.equal(first.code, 0, first.err);
    const { outcome } = parsed<{ outcome: Record<string, unknown> }>(first);
    assert.deepEqual(outcome, { status: 'done', slots: 3, totalSlots: 3, keys: 0, left: [] });
    const again = await run(['cluster', 'run', a, file, '--yes']);
    assert.equal(again.code, 0, again.err);
    assert.doesNotMatch(again.out, /moved/);
  });

  it('prints the command line that goes on where a run failed, names who refused, and goes on', async () => {
    const key = at(
      keysIn(1, (slot) => slot < 5_461),
      0,
    );
    const slot = calculateSlot(key);
    await at(servers, 0).ask('SET', key, 'x');
    const planned = await run(['cluster', 'reshard', a, '--from', a, '--to', b, '--slots', slot, '--dry-run', '--json']);
    writeFileSync(file, planned.out);
    await at(servers, 1).ask('ACL', 'SETUSER', 'default', '-restore', '-restore-asking');
    const failed = await run(['cluster', 'run', a, file, '--no-atomic', '--yes']);
    await at(servers, 1).ask('ACL', 'SETUSER', 'default', '+@all');
    assert.equal(failed.code, 4, failed.out);
    assert.match(failed.err, new RegExp(`: ${b} answered NOPERM`));
    const [, line = ''] = /goes on: slotwise (.*)\n$/.exec(failed.err) ?? [];
    assert.equal(line, `cluster run ${a} ${file} --no-atomic --yes`, failed.err);
    assert.equal((await run(line.split(' '))).code, 0);
    assert.equal(await at(servers, 1).ask('EXISTS', key), 1);
  });

  it('explains a command to its owner, and sends nothing of it', async () => {
    writeFileSync(file, JSON.stringify({ domains: { video: { keys: 'video:*', reads: 'replicaPreferred' } } }));
    const explained = parsed<Record<string, unknown>>(await run(['explain', a, 'GET', 'video:42', '--options', file, '--json']));
    assert.deepEqual([explained.slot, explained.domain, explained.mode, explained.reads], [6971, 'video', 'replicaPreferred', true]);
    assert.deepEqual([explained.node, explained.owner, explained.role], [b, b, 'primary']);
    const { out } = await run(['explain', `redis+cluster://${a}`, 'SET', 'video:42', 'x', '--options', file]);
    assert.match(out, /^cluster: 3 shards, 3 nodes\nSET -> .*\n {2}kind +it does not only read/);
    for (const server of servers.slice(0, 3)) assert.doesNotMatch(String(await server.ask('INFO', 'commandstats')), /cmdstat_get:/);
    assert.equal(await at(servers, 1).ask('EXISTS', 'video:42'), 0);
  });
});
