import { setTimeout as sleep } from 'node:timers/promises';
import { infoOf } from '../../topology/replies.js';
import { checkCluster } from '../check/check-cluster.js';
import type { ClusterAdmin } from '../cluster-admin.js';
import { count } from '../slot-list.js';
import type { AdminNode, ClusterState } from '../state/cluster-state.js';
import type { Output } from './process.js';
import { line, nodesInOrder, table } from './render.js';

interface TopOptions {
  readonly intervalMs: number;
  readonly refreshes: number;
  readonly stop: AbortSignal;
}

type Fields = ReadonlyMap<string, string>;

/** Prints the cluster's state again and again: over the last one on a terminal, below it elsewhere. */
export async function runTop(admin: ClusterAdmin, output: Output, { intervalMs, refreshes, stop }: TopOptions): Promise<void> {
  for (let refresh = 0; refresh < refreshes && !stop.aborted; refresh++) {
    if (refresh > 0) await sleep(intervalMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    const cluster = await admin.read();
    const infos = new Map<string, Fields>();
    await Promise.all(
      [...cluster.nodes.values()].map(async ({ id, address, reachable }) => {
        if (address !== null && reachable) infos.set(id, infoOf(await admin.info(address, 'default').catch(() => '')));
      }),
    );
    output.write(`${output.isTTY === true ? '\x1b[H\x1b[2J' : ''}${renderTop(cluster, infos)}`);
  }
}

/** https://redis.io/docs/latest/commands/info/ */
function renderTop(cluster: ClusterState, infos: ReadonlyMap<string, Fields>): string {
  const number = (node: AdminNode, field: string): number => Number(infos.get(node.id)?.get(field) ?? 0);
  const rows = nodesInOrder(cluster).map((node) => [
    node.role === 'primary' ? node.name : `  ${node.name}`,
    node.reachable ? node.role : `${node.role}, down`,
    node.slots.length,
    node.keys,
    number(node, 'instantaneous_ops_per_sec'),
    Math.round(number(node, 'used_memory') / 1024 / 1024),
    number(node, 'connected_clients'),
    lagText(cluster, infos, node),
  ]);
  const total = rows.reduce((sum, [, , , , ops]) => sum + Number(ops ?? 0), 0);
  const errors = checkCluster(cluster).filter(({ severity }) => severity === 'error');
  const state = errors.length === 0 ? 'ok' : count(errors.length, 'error');
  const head = ['node', 'role', 'slots', 'keys', 'ops/s', 'MiB', 'clients', 'lag'];
  return `${table(head, rows)}\n${state}, ${total.toLocaleString('en-US')} ops/s\n${errors.map(({ text }) => line(`error: ${text}`)).join('')}`;
}

/** How far a replica is behind its primary, in bytes. */
function lagText({ nodes }: ClusterState, infos: ReadonlyMap<string, Fields>, node: AdminNode): string {
  const own = infos.get(node.id);
  const primary = nodes.get(node.primaryId ?? '');
  if (primary === undefined || own === undefined) return '';
  if (own.get('master_link_status') !== 'up') return 'no link';
  const behind = Number(infos.get(primary.id)?.get('master_repl_offset') ?? 0) - Number(own.get('slave_repl_offset') ?? 0);
  return `${Math.max(0, behind).toLocaleString('en-US')} B`;
}
