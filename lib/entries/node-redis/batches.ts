import type { Pipeline, Redis } from '../../index.js';
import { mapError } from './error-mapping.js';
import type { Queued } from './multi.js';

type AnyPipeline = Pipeline<unknown[]>;

/** Sends a batch as the engine does: by the slots of its keys, or as a transaction where they are. Errors stand in their places. */
export async function runBatch(engine: Redis, kind: 'multi' | 'pipeline', queue: readonly Queued[]): Promise<readonly unknown[]> {
  const batch = engine[kind]() as unknown as AnyPipeline; // the types of its replies are those of the methods
  for (const { args } of queue) batch.call(...(args as [string, ...string[]]));
  try {
    const replies = await batch.exec({ errors: 'inline' });
    return replies.map((reply) => mapError(reply));
  } catch (error) {
    throw mapError(error);
  }
}
