import { Caller } from './caller.js';
import type { CallRecord, Calls, CallTraits } from './calls.js';
import type { WorkloadContext } from './workload.js';

/** The word of a call that ends a life of its own, and nothing else: `END close`. */
export const ENDS_LIFE = 'END';

/** Calls that stand for a life of its own, as long as it lasts. */
export const LIVES: ReadonlySet<string> = new Set(['DEDICATED', 'DUPLICATE']);

/** How it ends. */
export type LifeEnd = 'close' | 'destroy' | 'abort';

/** Options of views that reach connections of one's own. What else a view may have is about commands that find their own way. */
const KEPT: ReadonlySet<string> = new Set(['timeoutMs', 'buffers', 'integers']);

/** The hand of a program whose calls all go to primaries, on connections of their own. */
export function ownCaller(context: WorkloadContext): Caller {
  return new Caller(context, Object.fromEntries(Object.entries(context.workload.view).filter(([name]) => KEPT.has(name))));
}

export const ownTraits: Partial<CallTraits> = { reads: 'primary', maxLagMs: 0, isHedged: false };

/** Ends a life, and says so of the calls that end with it: all, or by `close()` those that may wait for ever. */
export async function endLife(me: Caller, whole: CallRecord, how: LifeEnd, end: () => unknown): Promise<void> {
  const { calls, world } = me.context;
  for (const part of openPartsOf(calls, whole.id)) {
    // How long a program takes over its steps is its own affair.
    if (LIVES.has(part.words[0] ?? '')) continue;
    if (how !== 'close' || part.traits.blocks) part.abortedAt = Math.min(part.abortedAt, world.timeline.now);
  }
  const traits = { partOf: whole.id, blocks: true };
  await me.call([ENDS_LIFE, how], async () => void (await end()), { keys: [], traits });
  me.settle(whole, { ok: true, value: null });
}

function openPartsOf({ all }: Calls, whole: number): CallRecord[] {
  const wholes = new Set([whole]);
  return all.filter(({ id, traits, settledAt }) => {
    const isPart = wholes.has(traits.partOf);
    if (isPart) wholes.add(id);
    return isPart && settledAt === null;
  });
}
