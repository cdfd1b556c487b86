import assert from 'node:assert/strict';
import { accessOf, COMMANDS, parseArguments, slotsWanted, weightsOf } from '../../../../lib/admin/cli/arguments.js';
import { runCommandLine } from '../../../../lib/admin/cli/command-line.js';
import { barText, ProgressBar } from '../../../../lib/admin/cli/progress-bar.js';
import { table } from '../../../../lib/admin/cli/render.js';
import { parseSlotsText, slotsText } from '../../../../lib/admin/slot-list.js';

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
    ['cluster frobnicate', /there is no slotwise cluster frobnicate; there are create, check/],
    ['cluster check', /expected: slotwise cluster check HOST:PORT/],
    ['cluster check a:1 b:1', /expected: slotwise cluster check/],
    ['cluster check a:1 --yes', /check has no option --yes/],
    ['cluster check a:1 --colour', /--colour/],
    ['cluster check a:99999', /expected HOST:PORT, or a URL such as rediss:.*, got a:99999/],
    ['cluster reshard a:1 --count 5', /--from and --to/],
    ['cluster reshard a:1 --from all --to b', /one of --count NUMBER, --slots 0-99,104 and --all/],
    ['cluster reshard a:1 --from all --to b --count 5 --all', /one of --count/],
    ['cluster reshard a:1 --from all --to b --slots 9-5', /--slots: expected slots between 0 and 16383/],
    ['cluster reshard a:1 --from all --to b --count x', /--count: expected a number from 1, got x/],
    ['cluster reshard a:1 --from all --to b --count 2.5', /--count: expected a whole number, got 2\.5/],
    ['cluster reshard a:1 --from all --to b --count 5 --batch 0 --dry-run', /--batch: expected a number from 1, got 0/],
    ['cluster create a:1 b:1 c:1 --replicas 0.5', /--replicas: expected a whole number/],
    ['cluster rebalance a:1 --weight b', /--weight: expected NODE=NUMBER, got b/],
    ['cluster failover a:1 b --force --takeover', /exclude each other/],
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

  it('explains itself, within 100 columns', async () => {
    const texts = [await run('--help'), await run(), await run('cluster'), await run('cluster', 'help')];
    for (const name of Object.keys(COMMANDS)) texts.push(await run('cluster', name, '--help'));
    for (const { code, out } of texts) {
      assert.equal(code, 0);
      assert.match(out, /^usage: slotwise cluster/);
      for (const line of out.split('\n')) assert.ok(line.length <= 100, line);
    }
    assert.match((await run('--version')).out, /^slotwise \d/);
  });

  it('says which servers it could not ask', async () => {
    const { code, err } = await run('cluster', 'check', '127.0.0.1:1');
    assert.equal(code, 1);
    assert.match(err, /no node of the cluster could be asked: .*127.0.0.1:1/);
  });

  it('takes the password from the environment unless it is given', () => {
    const parsed = parseArguments(['cluster', 'check', 'a:1', '--user', 'me', '--tls']);
    assert.ok(parsed.kind === 'request');
    assert.deepEqual(accessOf(['a:1'], parsed.request, { SLOTWISE_PASSWORD: 'secret' }), {
      nodes: ['a:1'],
      username: 'me',
      password: 'secret',
      tls: true,
    });
    const given = parseArguments(['cluster', 'check', 'a:1', '--password', 'other', '--sni', 'a.example']);
    assert.ok(given.kind === 'request');
    const access = accessOf(['a:1'], given.request, { SLOTWISE_PASSWORD: 'secret' });
    assert.deepEqual(access, { nodes: ['a:1'], password: 'other', tls: { servername: 'a.example' } });
  });

  it('reads weights and slots', () => {
    assert.deepEqual(weightsOf({ weight: ['10.0.0.1:7000=2', 'abc=0.5'] }), { '10.0.0.1:7000': 2, abc: 0.5 });
    assert.deepEqual(slotsWanted({ slots: '3,1-2' }), [1, 2, 3]);
    assert.equal(slotsWanted({ count: '12' }), 12);
    assert.equal(slotsWanted({ all: true }), 'all');
  });
});

describe('lists of slots', () => {
  for (const [text, expected] of [
    ['0-2,5', '0-2,5'],
    ['5, 0-2 ,1', '0-2,5'],
    ['16383', '16383'],
    ['16384', null],
    ['2-1', null],
    ['', null],
    ['a', null],
  ] as const) {
    it(`are read: ${JSON.stringify(text)}`, () => {
      const slots = parseSlotsText(text);
      assert.equal(slots === null ? null : slotsText(slots), expected);
    });
  }
});

describe('the progress bar', () => {
  it('tells how far and how long', () => {
    assert.equal(
      barText({ slots: 512, totalSlots: 2_048, keys: 1_200 }, 3_000),
      '[######------------------] 512 of 2,048 slots, 25 %, 1,200 keys, 9 s left',
    );
    assert.equal(barText({ slots: 1, totalSlots: 1, keys: 1 }, 5), '[########################] 1 of 1 slot, 100 %, 1 key');
  });

  it('draws over itself on a terminal, ten times a second at most', () => {
    let now = 0;
    let text = '';
    const bar = new ProgressBar({ isTTY: true, write: (more: string) => (text += more) }, () => now);
    for (let slots = 1; slots <= 1_000; slots++) {
      now += 1;
      bar.show({ slots, totalSlots: 1_000, keys: 0 });
    }
    bar.end();
    const draws = text.split('\r').length - 1;
    assert.ok(draws >= 9 && draws <= 12, `${draws}`);
    assert.ok(text.endsWith('\n') && text.split('\n').length === 2);
  });

  it('writes a line now and then elsewhere, and the last one', () => {
    let now = 0;
    const lines: string[] = [];
    const bar = new ProgressBar({ write: (line: string) => lines.push(line) }, () => now);
    for (let slots = 1; slots <= 100; slots++) {
      now += 200;
      bar.show({ slots, totalSlots: 100, keys: slots });
    }
    bar.end();
    assert.equal(lines.length, 4);
    assert.ok(lines.every((line) => line.endsWith('\n') && !line.includes('\r')));
    assert.match(lines.at(-1) ?? '', /100 of 100 slots/);
  });
});

describe('a table', () => {
  it('has numbers to the right and nothing behind the last text', () => {
    assert.equal(
      table(
        ['node', 'keys', 'slots'],
        [
          ['a', 1_000, '0-5'],
          ['bcdef', 5, ''],
        ],
      ),
      'node    keys  slots\na      1,000  0-5\nbcdef      5',
    );
  });
});
