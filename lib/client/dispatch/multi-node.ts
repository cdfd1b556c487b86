import type { CallTarget } from '../../protocol/call-target.js';
import { isRead } from '../../protocol/catalog/effects.js';
import type { Arg, Command, CommandSpec, Raw } from '../../protocol/command-spec.js';
import { mergeNodes, mergeParts, type PartOutcome, type ShardPart } from '../../routing/keys/multi-shard.js';
import type { Router } from '../../routing/router.js';

/** Submits one of the commands that a command became, without a decoder. */
export type SubmitPart = (args: readonly Arg[], target: CallTarget) => Promise<unknown>;

/** Runs a command over keys of several slots: a command a slot, all in this tick, one reply. */
export async function overKeys(
  { spec, args, decode }: Command,
  parts: readonly ShardPart[],
  submit: SubmitPart,
  mode: number,
): Promise<unknown> {
  const outcomes = await Promise.all(parts.map((part) => outcomeOf(submit(part.args, { slot: part.slot }))));
  const merged = mergeParts(spec, args, parts, outcomes);
  return decode === null ? merged : decode(merged, args, mode);
}

/** Where a command about all nodes, or all shards, is sent. */
export function targetsOf(spec: CommandSpec, router: Router): readonly CallTarget[] {
  if (spec.request === 'all_nodes') return [...router.snapshot.nodes.keys()].map((node) => ({ node }));
  return [
    ...router.slotOfEachShard().map((slot) => ({ slot })),
    // A primary without slots has no data, but will need the functions when it gets some.
    ...(isRead(spec) ? [] : router.primariesWithoutSlots().map((node) => ({ node }))),
  ];
}

/** Runs a command about several nodes: sent to each, one reply. */
export async function overNodes(
  { spec, args, decode }: Command,
  targets: readonly CallTarget[],
  submit: SubmitPart,
  mode: number,
): Promise<unknown> {
  const outcomes = await Promise.all(targets.map((target) => outcomeOf(submit(args, target))));
  const names = targets.map(({ node, slot }) => node ?? `the shard of slot ${slot}`);
  const merged = mergeNodes(spec, names, outcomes);
  return decode === null ? merged : decode(merged, args, mode);
}

async function outcomeOf(reply: Promise<unknown>): Promise<PartOutcome> {
  try {
    return { value: (await reply) as Raw }; // submitted without a decoder
  } catch (error) {
    return { error };
  }
}
