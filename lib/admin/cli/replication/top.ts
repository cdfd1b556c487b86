import { topCommand } from '../top/command.js';

export const top = topCommand('replication top', 'replication', 'A primary and its replicas, again and again.');
