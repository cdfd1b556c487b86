import { EventEmitter } from 'node:events';

/** What a process holds. */
export interface Resources {
  /** Open handles and timers by kind. */
  readonly byType: Readonly<Record<string, number>>;
  /** Of the process and of everything it has open. */
  readonly listeners: number;
  readonly heapBytes: number;
}

/** Not in Node's types: there is no other way to a process's sockets. */
interface WithHandles {
  _getActiveHandles?(): unknown[];
}

export function resources(): Resources {
  global.gc?.();
  const byType: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) byType[type] = (byType[type] ?? 0) + 1;
  const emitters = [process, ...((process as WithHandles)._getActiveHandles?.() ?? [])].filter((one) => one instanceof EventEmitter);
  const listeners = [...new Set(emitters)].reduce((sum, one) => sum + listenersOf(one), 0);
  return { byType, listeners, heapBytes: process.memoryUsage().heapUsed };
}

function listenersOf(emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}
