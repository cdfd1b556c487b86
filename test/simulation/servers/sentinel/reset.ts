import type { Group } from './group.js';
import { Instance } from './instance.js';
import { tell, type Watcher } from './watcher.js';

/**
 * The group has another primary: the former one and all others are its replicas, and what was known of their states is forgotten.
 * https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelResetMasterAndChangeAddress`
 */
export function resetTo(watcher: Watcher, group: Group, host: string, port: number): void {
  const { master, name } = group;
  const others = [...group.replicas.values(), master].filter((node) => node.host !== host || node.port !== port);
  forget(watcher, group);
  group.master = new Instance('master', name, host, port, watcher.now);
  for (const other of others) addReplica(watcher, group, other.host, other.port);
}

/** As after its configuration was read: no replicas, no failover. The other sentinels stay. */
export function forget(watcher: Watcher, group: Group): void {
  for (const node of [group.master, ...group.replicas.values()]) node.disconnect();
  group.replicas.clear();
  group.leader = null;
  group.state = 'none';
  group.stateChangedAt = 0;
  group.failoverStartedAt = Number.NEGATIVE_INFINITY;
  group.promoted = null;
  group.isFailingOver = false;
  group.isForced = false;
  group.master = new Instance('master', group.name, group.master.host, group.master.port, watcher.now);
}

/** A replica that is new to this sentinel. */
export function addReplica(watcher: Watcher, group: Group, host: string, port: number): void {
  const address = `${host}:${port}`;
  if (group.replicas.has(address)) return;
  const replica = new Instance('slave', address, host, port, watcher.now);
  group.replicas.set(address, replica);
  tell(watcher, '+slave', group, replica);
}
