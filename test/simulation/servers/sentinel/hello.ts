import type { Group } from './group.js';
import { Instance } from './instance.js';
import type { Hello } from './messages.js';
import { resetTo } from './reset.js';
import { tell, type Watcher } from './watcher.js';

export function helloOf({ host, port, id, epoch }: Watcher, group: Group): Hello {
  const { announced } = group;
  return {
    ...{ host, port, runId: id, epoch, group: group.name },
    ...{ primaryHost: announced.host, primaryPort: announced.port, configEpoch: group.configEpoch },
  };
}

/** All servers and sentinels are told at the next tick. https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelForceHelloUpdateForMaster` */
export function helloSoon(group: Group): void {
  for (const instance of group.instances()) instance.publishedAt = Number.NEGATIVE_INFINITY;
}

/** https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelProcessHelloMessage` */
export function heard(watcher: Watcher, group: Group, hello: Hello): void {
  if (hello.runId === watcher.id || hello.group !== group.name) return;
  const sentinel = sentinelOf(watcher, group, hello);
  sentinel.helloAt = watcher.now;
  if (hello.epoch > watcher.epoch) {
    watcher.epoch = hello.epoch;
    watcher.event('+new-epoch', String(hello.epoch));
  }
  if (hello.configEpoch <= group.configEpoch) return;
  group.configEpoch = hello.configEpoch;
  const { host, port } = group.master;
  if (host === hello.primaryHost && port === hello.primaryPort) return;
  tell(watcher, '+config-update-from', group, sentinel);
  watcher.event('+switch-master', `${group.name} ${host} ${port} ${hello.primaryHost} ${hello.primaryPort}`);
  resetTo(watcher, group, hello.primaryHost, hello.primaryPort);
}

function sentinelOf(watcher: Watcher, group: Group, { runId, host, port }: Hello): Instance {
  const known = group.sentinels.get(runId);
  if (known?.host === host && known.port === port) return known;
  if (known !== undefined) {
    known.disconnect();
    tell(watcher, '+sentinel-address-switch', group, group.master, ` ip ${host} port ${port} for ${runId}`);
  } else {
    // Another one was there before: it was restarted without its configuration.
    for (const other of group.sentinels.values()) {
      if (other.host !== host || other.port !== port) continue;
      group.sentinels.delete(other.name);
      other.disconnect();
      tell(watcher, '+sentinel-invalid-addr', group, other);
    }
  }
  const sentinel = new Instance('sentinel', runId, host, port, watcher.now);
  group.sentinels.set(runId, sentinel);
  if (known === undefined) tell(watcher, '+sentinel', group, sentinel);
  return sentinel;
}
