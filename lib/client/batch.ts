import type { ReplyError } from '../errors.js';
import type { Arg, CommandSpec, Decode, Raw } from '../protocol/command.js';
import { keyIndexes } from '../protocol/keys.js';
import { command } from '../protocol/specs.js';
import { commonSlot } from '../routing/slots.js';
import type { Client } from './client.js';
import type { View } from './view.js';

/** A command that waits in a pipeline or transaction. */
export interface Step {
  readonly spec: CommandSpec;
  readonly args: readonly Arg[];
  readonly decode: Decode | null;
}

/** What became of one step. */
export type Settled = { readonly value: unknown } | { readonly error: unknown };

const MULTI = command('MULTI');
const EXEC = command('EXEC');

/**
 * Issues all steps at once: each goes to its node by itself, those of one node leave in one write, those of one slot stay in order. Redirects
 * and retries are each command's own.
 */
export function runPipeline(client: Client, steps: readonly Step[], view: View): Promise<Settled[]> {
  return Promise.all(
    steps.map(async ({ spec, args, decode }): Promise<Settled> => {
      try {
        return { value: await client.run(spec, args, decode, view) };
      } catch (error) {
        return { error };
      }
    }),
  );
}

/**
 * Sends the steps between MULTI and EXEC as one unit, which one server runs without anything in between, or not at all.
 * https://redis.io/docs/latest/develop/using-commands/transactions/
 * Rejects if a command could not be queued, and with `CrossSlotError` in a cluster if the keys are of several slots.
 */
export async function runTransaction(client: Client, steps: readonly Step[], view: View): Promise<Settled[]> {
  if (steps.length === 0) return [];
  const keys = steps.flatMap(({ spec, args }) => keyIndexes(spec, args).map((index) => args[index] ?? ''));
  const slot = client.options.topology.kind === 'cluster' ? commonSlot('MULTI', keys) : -1;
  const parts = [{ spec: MULTI, args: [] }, ...steps];
  const decode: Decode<Settled[]> = (raw) => steps.map((step, at) => settle(step, Array.isArray(raw) ? (raw[at] ?? null) : null));
  return (await client.runUnit({ parts, replies: [] }, EXEC, slot, decode, view)) as Settled[];
}

function settle({ args, decode }: Step, raw: Raw): Settled {
  if (raw instanceof Error) return { error: raw as ReplyError };
  try {
    return { value: decode === null ? raw : decode(raw, args) };
  } catch (error) {
    return { error };
  }
}
