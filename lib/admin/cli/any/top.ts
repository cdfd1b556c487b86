import { topCommand } from '../top/command.js';

export const top = topCommand('top', null, 'The servers of any topology with their load, memory, lag and problems, again and again.');
