import { ClusterAdmin } from '../../cluster-admin.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { numberOption } from '../option-values.js';
import { runTop } from '../top.js';

export const top: Command = {
  name: 'cluster top',
  usage: 'HOST:PORT',
  what: 'As info, with operations a second, memory, clients and lag, again and again.',
  options: {
    interval: { value: 'MS', what: 'time between two looks (2000)' },
    count: { value: 'NUMBER', what: 'how many looks (until Ctrl-C)' },
  },
  words: [1, 1],
  async run(context) {
    const { options, words, interrupt, output } = context;
    const intervalMs = numberOption(options, 'interval', 100) ?? 2_000;
    const refreshes = numberOption(options, 'count', 1) ?? Number.POSITIVE_INFINITY;
    const admin = context.use(new ClusterAdmin(context.adminOptions(words)));
    using _ = interrupt.during(() => {});
    await runTop(admin, output, { intervalMs, refreshes, stop: interrupt.signal });
    return { code: EXIT.ok, text: '', json: {} };
  },
};
