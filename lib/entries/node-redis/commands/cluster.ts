import type { Raw } from '../../../index.js';
import type { RedisArgument as Arg, Numeric, Words } from '../command-parser.js';
import { list, listOf, map } from '../replies/aggregates.js';
import { type Blob, command, integer, ok, shape, text, texts, word } from './command.js';

export interface SlotRange {
  start: number;
  end: number;
}
type Ranges = SlotRange | readonly SlotRange[];

const rangeWords = (words: Words, ranges: Ranges): void => {
  for (const { start, end } of [ranges].flat() as SlotRange[]) words.number(start, end);
};

function nodeOf(reply: Raw | undefined): { host: Blob; port: number; id: Blob } {
  const [host, port, id] = listOf(reply) as unknown as [Blob, number, Blob]; // the server's order
  return { host, port, id };
}

const slots = shape((reply) =>
  listOf(reply).map((it) => {
    const [from, to, master, ...replicas] = listOf(it);
    return { from: from as number, to: to as number, master: nodeOf(master), replicas: replicas.map(nodeOf) }; // the server's order
  }),
);

/** The cluster, of the node that answers. */
export const cluster = {
  clusterAddSlots: command('CLUSTER ADDSLOTS', (w, given: number | readonly number[]) => w.pushVariadicNumber(given), ok),
  clusterAddSlotsRange: command('CLUSTER ADDSLOTSRANGE', rangeWords, ok),
  clusterBumpEpoch: command('CLUSTER BUMPEPOCH', () => undefined, word),
  clusterCountFailureReports: command('CLUSTER COUNT-FAILURE-REPORTS', (w, node: Arg) => w.push(node), integer),
  clusterCountKeysInSlot: command('CLUSTER COUNTKEYSINSLOT', (w, slot: Numeric) => w.number(slot), integer),
  clusterDelSlots: command('CLUSTER DELSLOTS', (w, given: number | readonly number[]) => w.pushVariadicNumber(given), ok),
  clusterDelSlotsRange: command('CLUSTER DELSLOTSRANGE', rangeWords, ok),
  clusterFailover: command('CLUSTER FAILOVER', (w, options?: { mode?: 'FORCE' | 'TAKEOVER' }) => w.maybe(options?.mode), ok),
  clusterFlushSlots: command('CLUSTER FLUSHSLOTS', () => undefined, ok),
  clusterForget: command('CLUSTER FORGET', (w, node: Arg) => w.push(node), ok),
  clusterGetKeysInSlot: command('CLUSTER GETKEYSINSLOT', (w, slot: Numeric, count: Numeric) => w.number(slot, count), texts),
  clusterInfo: command('CLUSTER INFO', () => undefined, word),
  clusterKeySlot: command('CLUSTER KEYSLOT', (w, key: Arg) => w.pushKey(key), integer),
  clusterLinks: command('CLUSTER LINKS', () => undefined, list(map<unknown>())),
  clusterMeet: command('CLUSTER MEET', (w, host: string, port: Numeric) => w.push(host).number(port), ok),
  clusterMyId: command('CLUSTER MYID', () => undefined, text),
  clusterMyShardId: command('CLUSTER MYSHARDID', () => undefined, text),
  clusterNodes: command('CLUSTER NODES', () => undefined, word),
  clusterReplicas: command('CLUSTER REPLICAS', (w, node: Arg) => w.push(node), texts),
  clusterReplicate: command('CLUSTER REPLICATE', (w, node: Arg) => w.push(node), ok),
  clusterReset: command('CLUSTER RESET', (w, options?: { mode?: 'HARD' | 'SOFT' }) => w.maybe(options?.mode), ok),
  clusterSaveConfig: command('CLUSTER SAVECONFIG', () => undefined, ok),
  clusterSetConfigEpoch: command('CLUSTER SET-CONFIG-EPOCH', (w, epoch: Numeric) => w.number(epoch), ok),
  clusterSetSlot: command(
    'CLUSTER SETSLOT',
    (w, slot: Numeric, state: 'IMPORTING' | 'MIGRATING' | 'STABLE' | 'NODE', node?: Arg) => w.number(slot).push(state).maybe(node),
    ok,
  ),
  clusterSlots: command('CLUSTER SLOTS', () => undefined, slots),
};
