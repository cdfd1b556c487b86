import { clusterRules } from '../../cluster/cluster-rules.js';
import { migrationRules } from '../../cluster/migration-rules.js';
import { replicationRules } from '../../replication/replication-rules.js';
import type { RuleTable } from '../rules.js';
import { clientRules } from './client.js';
import { connectionRules } from './connection.js';
import { hashRules } from './hashes.js';
import { infoRules } from './info.js';
import { keyRules } from './keys.js';
import { listRules } from './lists.js';
import { pubsubRules } from './pubsub.js';
import { scriptRules } from './scripting.js';
import { serverRules } from './server.js';
import { setRules } from './sets.js';
import { sortedSetRules } from './sorted-sets.js';
import { streamRules } from './streams.js';
import { stringRules } from './strings.js';
import { transactionRules } from './transactions.js';

/** All that the model can do. */
export const commandTables: readonly RuleTable[] = [
  ...[
    clientRules,
    clusterRules,
    connectionRules,
    infoRules,
    keyRules,
    migrationRules,
    pubsubRules,
    scriptRules,
    serverRules,
    transactionRules,
  ],
  replicationRules,
  ...[hashRules, listRules, setRules, sortedSetRules, streamRules, stringRules],
];
