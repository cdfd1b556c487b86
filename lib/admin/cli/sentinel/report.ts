import { checkCommand, infoCommand } from '../any/report.js';

export const info = infoCommand('sentinel info', 'sentinel', 'A group: its primary, its replicas, its Sentinels.');
export const check = checkCommand('sentinel check', 'sentinel', 'Sentinels that disagree or are dead, quorum, data servers.');
