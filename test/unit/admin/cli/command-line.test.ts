import assert from 'node:assert/strict';
import { runCommandLine } from '../../../../lib/admin/cli/command-line.js';
import { COMMANDS } from '../../../../lib/admin/cli/commands.js';

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const stdout = { write: (text: string) => (written.out += text) };
  const stderr = { write: (text: string) => (written.err += text) };
  const code = await runCommandLine(args, {
    stdout,
    stderr,
    env: {},
    confirm: null,
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  });
  return { code, ...written };
}

describe('the command line', () => {
  const mistakes: readonly (readonly [line: string, expected: RegExp])[] = [
    ['queue check', /there is no slotwise queue/],
    ['cluster frobnicate', /there is no slotwise cluster frobnicate; known are create, check/],
    ['cluster rehsard', /there is no slotwise cluster rehsard; did you mean reshard\?/],
    ['clsuter check a:1', /there is no slotwise clsuter; did you mean cluster\?/],
    ['reshard a:1', /there is no slotwise reshard; did you mean slotwise cluster reshard\?/],
    ['cluster check', /expected: slotwise cluster check HOST:PORT/],
    ['cluster check a:1 b:1', /expected: slotwise cluster check/],
    ['cluster check a:1 --yes', /check has no option --yes/],
    ['cluster check a:1 --colour', /--colour; see: slotwise cluster check --help/],
    ['cluster check a:1 --jsno', /no option --jsno; did you mean --json\?/],
    ['cluster check a:1 -x', /no option -x/],
    ['cluster check a:1 --user', /--user needs a value: --user NAME/],
    ['cluster fix a:1 --duplicates --yes', /--duplicates needs a value/],
    ['cluster fix a:1 --yes=no', /--yes is a switch/],
    ['cluster fix a:1 --batch 5 --batch 6', /--batch is given twice/],
    ['cluster reshard a:1 --from all --to b --count -5', /--count: expected a number from 1, got -5/],
    ['cluster check a:99999', /expected HOST:PORT .*, or a URL such as rediss:.*, got "a:99999"/],
    ['cluster reshard a:1 --count 5', /--from and --to/],
    ['cluster reshard a:1 --from all --to b', /one of --count NUMBER, --slots 0-99,104 and --all/],
    ['cluster reshard a:1 --from all --to b --count 5 --all', /--count and --all exclude each other/],
    ['cluster reshard a:1 --from all --to b --count 5 --slots 7-9', /leave out --count and keep the --slots it printed/],
    ['cluster reshard a:1 --from all --to b --count 0', /--count: expected a number from 1, got 0/],
    ['cluster reshard a:1 --from all --to b --slots 16384', /--slots: expected slots between 0 and 16383/],
    ['cluster reshard a:1 --from all --to b --slots=', /--slots needs a value/],
    ['cluster reshard a:1 --from all --to b --slots 9-5', /--slots: expected slots between 0 and 16383/],
    ['cluster reshard a:1 --from all --to b --count x', /--count: expected a number from 1, got x/],
    ['cluster reshard a:1 --from all --to b --count 2.5', /--count: expected a whole number, got 2\.5/],
    ['cluster reshard a:1 --from all --to b --count 5 --batch 0 --dry-run', /--batch: expected a number from 1, got 0/],
    ['cluster create a:1 b:1 c:1 --replicas 0.5', /--replicas: expected a whole number/],
    ['cluster rebalance a:1 --weight =1', /--weight: expected NODE=NUMBER, got =1/],
    ['cluster rebalance a:1 --weight b=1 --weight b=2', /--weight: b is given twice/],
    ['cluster reshard a:1 --from b, --to b --count 1', /--from: expected NODE,NODE… or all, got b,/],
    ['cluster check a:1 --user=', /--user needs a value/],
    ['cluster add-node x:y a:1', /expected HOST:PORT .*, got "x:\*\*\*"/],
    ['cluster add-node redis://me:p@b:1 redis://me:q@a:1', /expected the same scheme, user and password/],
    ['cluster rebalance a:1 --weight b', /--weight: expected NODE=NUMBER, got b/],
    ['cluster failover a:1 b --force --takeover', /exclude each other/],
    ['cluster reshard a:1 --from all --to b --count redis://u:hunter2@h', /--count: expected a number from 1, got redis:\/\/\*\*\*@h/],
    ['cluster fix a:1 --duplicates both', /--duplicates: expected owner or other, got both/],
  ];
  for (const [line, expected] of mistakes) {
    it(`says what is wrong with: ${line}`, async () => {
      // Mistakes that need no server are found before one is asked, the others must not hide them.
      const { code, err } = await run(...line.split(' '), ...(line.includes('a:1 ') ? ['--connect-timeout', '1'] : []));
      assert.match(err, expected);
      assert.equal(code, 2);
    });
  }

  it('shows control characters of a mistake escaped, on one line', async () => {
    const { err } = await run('cluster', 'che\x1b[2J\nok: all is well');
    assert.match(err, /\\u001b\[2J\\nok/);
    assert.doesNotMatch(err.trimEnd(), /\p{Cc}/u);
  });

  const secrets = [
    'cluster check redis://u:hunter2@h:x',
    'cluster check u:hunter2@h:1',
    'cluster check u:hunter2',
    'cluster check redis://u:hunter2',
    'cluster redis://u:hunter2@h',
    'redis://u:hunter2@h',
    'cluster add-node redis://u:hunter2@h:1 a:1',
    'cluster check a:1 --passwrod=hunter2',
    'cluster check a:1 --passwrod hunter2',
    'cluster check a:1 --tls=hunter2',
    'cluster check a:1 --password -hunter2',
  ];
  for (const line of secrets) {
    it(`shows no password for: ${line}`, async () => {
      const { code, out, err } = await run(...line.split(' '), '--connect-timeout', '1');
      assert.notEqual(code, 0);
      assert.ok(!`${out}${err}`.includes('hunter2'), `${out}${err}`);
    });
  }

  it('explains itself, within 100 columns', async () => {
    const lines = [['--help'], [], ['help'], ['cluster'], ['cluster', 'help'], ['help', 'cluster'], ['cluster', '-h']];
    for (const { name } of COMMANDS) lines.push([...name.split(' '), '--help'], ['help', ...name.split(' ')]);
    for (const words of lines) {
      const { code, out } = await run(...words);
      assert.equal(code, 0);
      assert.match(out, /^usage: slotwise \S/);
      for (const line of out.split('\n')) assert.ok(line.length <= 100, line);
    }
    assert.match((await run('--version')).out, /^slotwise \d/);
  });

  it('says which servers it could not ask', async () => {
    const { code, err } = await run('cluster', 'check', '127.0.0.1:1');
    assert.equal(code, 3);
    assert.match(err, /no node of the cluster could be asked: .*127.0.0.1:1/);
  });
});
