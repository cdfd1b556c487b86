import { ClusterAdmin } from '../../cluster-admin.js';
import type { Command } from '../command.js';
import { runTopCommand, TOP_OPTIONS } from '../top/command.js';

export const top: Command = {
  name: 'cluster top',
  usage: 'HOST:PORT',
  what: 'The nodes with their load, memory, lag and problems, again and again.',
  options: TOP_OPTIONS,
  words: [1, 1],
  run: (context) => runTopCommand(context, new ClusterAdmin(context.adminOptions(context.words))),
};
