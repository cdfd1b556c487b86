import { bytesText } from '../health/amounts.js';
import { lagBytes, replicationOf } from '../health/replication-facts.js';
import { count } from '../slot-list.js';
import type { AdminNode } from '../state/cluster-state.js';

/** A primary holds writes back while its replica catches up, and gives up after this time: CLUSTER_MF_TIMEOUT in cluster.h, in ms. */
export const HANDOVER_MS = 5_000;
/** What a replica may be behind, in bytes: more than two looks at different moments differ by, and less than HANDOVER_MS brings. */
const FAR_BEHIND_BYTES = 16 * 1024 * 1024;

/**
 * Why a coordinated failover to a replica must not be asked for; null: it may. The primary pauses all writes from the moment it is asked until
 * the replica has everything, so a replica that cannot catch up costs a pause and brings nothing.
 */
export function failoverRefusal(replica: AdminNode, primary: AdminNode | undefined): string | null {
  if (replica.facts === null) return null;
  const facts = replicationOf(replica.facts);
  if (facts.role !== 'replica') return null;
  const of = primary?.name ?? 'its primary';
  if (facts.sync !== null) return `${replica.name} is still copying the data of ${of}: wait until it has`;
  if (facts.link === 'down') {
    const seconds = facts.downSeconds === null ? '' : `, for ${count(facts.downSeconds, 'second')}`;
    return `${replica.name} has no link to ${of}${seconds}, so it cannot catch up, and the clients of ${of} would be paused in vain. Mend the link (masterauth, network), or give up what it has not got with --force`;
  }
  const behind = primary?.facts === undefined || primary.facts === null ? null : lagBytes(replicationOf(primary.facts), facts);
  if (behind === null || behind <= FAR_BEHIND_BYTES) return null;
  return `${replica.name} is ${bytesText(behind)} behind ${of}, and the clients of ${of} would be paused until it has caught up or ${HANDOVER_MS / 1_000} s have passed: wait until it has`;
}
