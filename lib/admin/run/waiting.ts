import { ReplyError } from '../../errors.js';
import { performance, setTimeout } from '../../runtime/runtime.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import type { ClusterState } from '../state/cluster-state.js';

/** How a step waits. */
export interface Waiting {
  readonly stop: AbortSignal | undefined;
  /** What is waited for, whenever that changes. */
  note(text: string): void;
}

/** How a wait ended. */
export type Waited = 'done' | 'stopped';

const POLL_MS = 100;
/** What is over sooner than this needs no words, in ms. */
const QUIET_MS = 1_000;

/**
 * Polls until `reason` gives none to wait any longer, or the signal comes, at once. Rejects with an `AdminError` with the last reason after
 * `forMs`.
 */
export async function waitUntil(reason: () => Promise<string | null>, forMs: number, { stop, note }: Waiting): Promise<Waited> {
  const startedAt = performance.now();
  const stopped = stopOf(stop);
  let told: string | null = null;
  try {
    for (;;) {
      const asked = reason().catch((error: unknown) => {
        if (error instanceof ReplyError) throw error;
        return thrownText(error);
      });
      const waiting = await Promise.race([asked, stopped.signalled]);
      if (waiting === STOPPED) {
        asked.catch(() => undefined);
        return 'stopped';
      }
      if (waiting === null) return 'done';
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs > forMs) throw new AdminError(`still not so after ${Math.round(elapsedMs / 100) / 10} s: ${waiting}`);
      if (elapsedMs > QUIET_MS && waiting !== told) {
        told = waiting;
        note(waiting);
      }
      if ((await Promise.race([pause(POLL_MS), stopped.signalled])) === STOPPED) return 'stopped';
    }
  } finally {
    stopped.forget();
  }
}

const DEFAULT_NODE_TIMEOUT_MS = 15_000;
const LEAST_SETTLE_MS = 20_000;

/** How long the nodes of a cluster may take to agree, in ms: gossip reaches all of them within `cluster-node-timeout`, a failover takes two. */
export function settleTimeMs({ nodes }: ClusterState): number {
  const timeouts = [...nodes.values()].map(({ facts }) => Number(facts?.config.get('cluster-node-timeout') ?? 0));
  const largest = Math.max(0, ...timeouts.filter(Number.isFinite));
  return Math.max(LEAST_SETTLE_MS, 4 * (largest > 0 ? largest : DEFAULT_NODE_TIMEOUT_MS));
}

const STOPPED = Symbol('stopped');

/** The signal as a promise, which never settles without one. */
function stopOf(stop: AbortSignal | undefined): { readonly signalled: Promise<typeof STOPPED>; forget(): void } {
  let forget = (): void => undefined;
  const signalled = new Promise<typeof STOPPED>((resolve) => {
    if (stop?.aborted === true) resolve(STOPPED);
    const onAbort = (): void => resolve(STOPPED);
    stop?.addEventListener('abort', onAbort, { once: true });
    forget = () => stop?.removeEventListener('abort', onAbort);
  });
  return { signalled, forget };
}

function pause(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), ms);
  });
}
