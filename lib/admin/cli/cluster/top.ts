import { topCommand } from '../top/command.js';

export const top = topCommand('cluster top', 'cluster', 'The nodes with their load, memory, lag and problems, again and again.');
