import { topCommand } from '../top/command.js';

export const top = topCommand('sentinel top', 'sentinel', 'The servers of a group and its Sentinels, again and again.');
