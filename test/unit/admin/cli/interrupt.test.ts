import assert from 'node:assert/strict';
import type { Command, CommandContext, CommandResult } from '../../../../lib/admin/cli/command.js';
import { askToGoOn } from '../../../../lib/admin/cli/confirm.js';
import { runLine } from './run-line.js';

const done: CommandResult = { code: 0, text: 'done\n', json: { done: true } };
const never = new Promise<never>(() => undefined);
const command = (run: (context: CommandContext) => Promise<CommandResult>): Command[] => [
  { name: 'try', usage: '', what: '', words: [0, 0], options: { yes: { what: '' } }, run },
];
const asking = command(async (context) => {
  await askToGoOn(context);
  return done;
});

describe('Ctrl-C', () => {
  it('ends a command that has nothing under way, and closes what it opened', async () => {
    let press = (): void => undefined;
    let closed = 0;
    const reading = command((context) => {
      context.use({ close: () => closed++ });
      queueMicrotask(press);
      return never;
    });
    const { code, out, err } = await runLine(['try'], reading, { onStart: (interrupt) => (press = interrupt) });
    assert.deepEqual([code, out, err, closed], [130, '', 'slotwise: nothing was done\n', 1]);
  });

  it('stops a command that has something under way, and the second one ends the process', async () => {
    let press = (): void => undefined;
    let first = 0;
    const working = command(async ({ interrupt }) => {
      using _ = interrupt.during(() => first++);
      press();
      assert.equal(interrupt.signal.aborted, true);
      press();
      await Promise.resolve();
      return { ...done, code: 130, text: 'stopped\n' };
    });
    const { code, out, exits } = await runLine(['try'], working, { onStart: (interrupt) => (press = interrupt) });
    assert.deepEqual([code, out, first, exits], [130, 'stopped\n', 1, [130]]);
  });

  it('at the question means no', async () => {
    let press = (): void => undefined;
    const onStart = (interrupt: () => void): unknown => (press = interrupt);
    const confirm = (_: string, stop: AbortSignal): Promise<boolean> => {
      queueMicrotask(press);
      return new Promise((resolve) => stop.addEventListener('abort', () => resolve(false)));
    };
    const { code, out, err } = await runLine(['try'], asking, { onStart, confirm });
    assert.deepEqual([code, out, err], [130, '', 'slotwise: nothing was done\n']);
  });
});

describe('the question', () => {
  const cases: readonly (readonly [what: string, args: string[], answer: boolean | null, code: number, out: RegExp, err: RegExp])[] = [
    ['is answered with yes', [], true, 0, /^done\n$/, /^$/],
    ['is answered with no', [], false, 130, /^$/, /^slotwise: nothing was done\n$/],
    ['is not asked with --yes', ['--yes'], false, 0, /^done\n$/, /^$/],
    ['cannot be asked', [], null, 2, /^$/, /add --yes, or --dry-run/],
    ['is answered with no, for a program', ['--json'], false, 130, /"code": "ERR_STOPPED"[\s\S]*"exitCode": 130/, /^$/],
    ['is answered with yes, for a program', ['--json'], true, 0, /^\{\n {2}"done": true\n\}\n$/, /^$/],
  ];
  for (const [what, args, answer, code, out, err] of cases) {
    it(what, async () => {
      const ended = await runLine(['try', ...args], asking, { confirm: answer === null ? null : () => Promise.resolve(answer) });
      assert.equal(ended.code, code);
      assert.match(ended.out, out);
      assert.match(ended.err, err);
    });
  }
});
