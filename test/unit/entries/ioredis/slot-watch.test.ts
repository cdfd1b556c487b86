import assert from 'node:assert/strict';
import { Command } from '../../../../lib/entries/ioredis/command.js';
import type { EngineConnection } from '../../../../lib/entries/ioredis/engine-connection.js';
import { SlotWatch } from '../../../../lib/entries/ioredis/slot-watch.js';

type Words = readonly [name: string, ...args: string[]];

/** What was sent to a connection of its own, each with the key that led there. */
class ScriptedConnection {
  own: { run(command: Command): Promise<unknown>; execute(commands: readonly Command[]): Promise<unknown> } | null = null;
  readonly sent: string[] = [];

  dedicate(key: string): NonNullable<ScriptedConnection['own']> {
    const take = async (commands: readonly Command[]): Promise<void> =>
      void this.sent.push(`${key}: ${commands.map(({ name }) => name).join(' ')}`);
    this.own ??= { run: (command) => take([command]), execute: take };
    return this.own;
  }

  share(): void {
    this.own = null;
  }
}

/** The slot of a key is its first letter's; before the nodes are known it has none. */
const slotOf = (key: string | Buffer): number => String(key).charCodeAt(0);

describe('the watch of an object for many nodes', () => {
  let connection: ScriptedConnection;
  let isKnown: boolean;
  let watch: SlotWatch;

  beforeEach(() => {
    connection = new ScriptedConnection();
    isKnown = true;
    watch = new SlotWatch(connection as unknown as EngineConnection, (key) => (isKnown ? slotOf(key) : null));
  });

  const command = ([name, ...args]: Words): Command => new Command(name, args);
  const run = (...words: Words): Promise<unknown> => watch.run(command(words));
  const takes = (...all: readonly Words[]): boolean => watch.takes(all.map(command));

  /** What was issued before, what is asked of, and whether it goes to the connection of the watch. */
  const CASES: readonly (readonly [before: readonly Words[], asked: readonly Words[], taken: boolean])[] = [
    [[], [['get', 'a']], false],
    [[], [['ping']], false],
    [[], [['watch', 'a']], true],
    [
      [],
      [
        ['get', 'b'],
        ['watch', 'a'],
      ],
      true,
    ],
    [[['watch', 'a']], [['get', 'a1']], true],
    [[['watch', 'a']], [['multi']], true],
    [[['watch', 'a']], [['get', 'b']], false],
    [
      [['watch', 'a']],
      [
        ['get', 'a'],
        ['get', 'b'],
      ],
      false,
    ],
    [[['watch', 'a']], [['mget', 'a', 'b']], false],
    [[['watch', 'a']], [['watch', 'b']], true],
    [[['watch', 'a'], ['multi']], [['get', 'b']], true],
    [[['watch', 'a'], ['unwatch']], [['get', 'a']], false],
    [[['watch', 'a'], ['multi'], ['exec']], [['get', 'a']], false],
    [[['watch', 'a'], ['multi'], ['discard']], [['get', 'b']], false],
    [[['watch', 'a'], ['reset']], [['get', 'a']], false],
  ];
  for (const [before, asked, taken] of CASES) {
    const shown = (all: readonly Words[]): string => all.map((words) => words.join(' ')).join(', ');
    it(`${taken ? 'takes' : 'leaves'} ${shown(asked)} ${before.length === 0 ? '' : `after ${shown(before)}`}`, async () => {
      for (const words of before) await run(...words);
      assert.equal(takes(...asked), taken);
    });
  }

  it('leads to the node of its key, and refuses another slot until it has ended', async () => {
    await run('watch', 'a');
    await run('watch', 'a2');
    await assert.rejects(run('watch', 'b'), { code: 'ERR_COMMAND_REFUSED', message: /keys of slot 97 are watched; .* of slot 98 on/ });
    await assert.rejects(watch.execute([command(['get', 'a']), command(['watch', 'a', 'b'])], false), /keys of slot 97/);
    await watch.execute([command(['set', 'a', '1'])], true);
    await run('watch', 'b');
    assert.deepEqual(connection.sent, ['a: watch', 'a: watch', 'a: set', 'b: watch']);
  });

  it('takes what concerns any of the keys that were watched before their slots were known', async () => {
    isKnown = false;
    await run('watch', 'a');
    await run('watch', 'b');
    isKnown = true;
    assert.deepEqual([takes(['set', 'a', '1']), takes(['set', 'b', '1']), takes(['set', 'c', '1'])], [true, true, false]);
    await assert.rejects(run('watch', 'c'), /keys of slot/);
  });
});
