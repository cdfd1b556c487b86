import type { RuleTable } from '../rules.js';
import { clientRules } from './client.js';
import { connectionRules } from './connection.js';
import { infoRules } from './info.js';
import { keyRules } from './keys.js';
import { stringRules } from './strings.js';
import { transactionRules } from './transactions.js';

/** All that the model can do. */
export const commandTables: readonly RuleTable[] = [clientRules, connectionRules, infoRules, keyRules, stringRules, transactionRules];
