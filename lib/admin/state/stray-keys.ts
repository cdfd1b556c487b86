import { ReplyError } from '../../errors.js';
import type { Raw } from '../../protocol/command-spec.js';
import { infoOf, listOf, numberOf, textOf } from '../../topology/replies.js';
import type { BatchClient } from '../node-connections.js';
import { slotsInRanges, slotsText } from '../slot-list.js';
import { type AdminNode, parseMembers } from './cluster-state.js';
import { countCommand } from './key-counts.js';

/**
 * Counts the keys of a primary that are in none of its slots, nor in one that it is importing: no client finds them. 0 where the rights do
 * not allow to count, and during an atomic migration, whose keys are nobody's for a while.
 */
export async function countStrayKeys(connections: BatchClient, node: AdminNode): Promise<number> {
  const { address, databases } = node;
  if (address === null || node.jobs.some(({ running }) => running)) return 0;
  const served = servedBy(node);
  const counts = served.map(countCommand);
  let strays = 0;
  for (const database of databases) {
    const [before, ...more] = await connections.sendAll(address, [['DBSIZE'], ...counts, ['DBSIZE']], { database });
    if (excess(before, more) === 0) continue;
    // Clients wrote and deleted meanwhile, perhaps: only at one moment the numbers fit. That stops the server for some milliseconds.
    const commands = [['MULTI'], ['CLUSTER', 'NODES'], ['DBSIZE'], ...counts, ['DBSIZE'], ['EXEC']];
    const replies = await connections.sendAll(address, commands, { database });
    const [nodes, then, ...rest] = listOf(replies.at(-1));
    // Slots that have come since the node was read: their keys were not counted.
    if (slotsText(servedIn(textOf(nodes) ?? '')) !== slotsText(served)) return 0;
    strays += excess(then, rest);
  }
  if (strays === 0) return 0;
  const [info] = await connections.sendAll(address, [['CLUSTER', 'INFO']]);
  return isTrimming(info) ? 0 : strays;
}

function servedBy({ slots, importing }: Pick<AdminNode, 'slots' | 'importing'>): number[] {
  return [...slots, ...importing.keys()].sort((a, b) => a - b);
}

/** The slots that the node itself has, or is importing, by its CLUSTER NODES. */
function servedIn(text: string): number[] {
  const myself = parseMembers(text).find(({ flags }) => flags.includes('myself'));
  return myself === undefined ? [] : servedBy({ slots: slotsInRanges(myself.ranges), importing: myself.importing });
}

/** How many more keys a database has than its slots; the last reply is its size, once more. */
function excess(before: Raw | undefined, more: readonly Raw[]): number {
  const replies = [before ?? null, ...more];
  if (replies.some((reply) => reply instanceof ReplyError || textOf(reply) === null)) return 0;
  const inSlots = more.slice(0, -1).reduce<number>((sum, reply) => sum + numberOf(reply, 0), 0);
  return Math.max(0, Math.min(numberOf(before, 0), numberOf(more.at(-1), 0)) - inSlots);
}

/** After an atomic migration Redis deletes the keys of slots that have left in the background. */
function isTrimming(info: Raw | undefined): boolean {
  return numberOf(infoOf(info).get('cluster_slot_migration_active_trim_running'), 0) > 0;
}
