import { checkCommand, infoCommand } from '../any/report.js';

export const info = infoCommand('replication info', 'replication', 'A primary with its replicas, and theirs.');
export const check = checkCommand('replication check', 'replication', 'Links, lag, two primaries, and each server.');
