import { checkCommand } from './report.js';

export const check = checkCommand('check', null, 'What is wrong with the servers of any topology.');
