import { infoCommand } from './report.js';

export const info = infoCommand('info', null, 'The servers of a cluster, of replication, or of a group of Sentinels.');
