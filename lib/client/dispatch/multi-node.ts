import { type Arg, type CommandSpec, type Decode, type Raw, READONLY } from '../../protocol/command-spec.js';
import { mergeNodes, mergeParts, type PartOutcome, type ShardPart } from '../../routing/keys/multi-shard.js';
import type { Router } from '../../routing/router.js';

/** Where one of the commands that a command became goes. */
export type NodeTarget = { readonly slot: number } | { readonly target: string };
/** Issues one of them, without a decoder. */
export type SubmitPart = (args: readonly Arg[], place: NodeTarget) => Promise<unknown>;

/** A command over keys of several slots: a command a slot, all in this tick, one reply. */
export async function overKeys(
  spec: CommandSpec,
  args: readonly Arg[],
  parts: readonly ShardPart[],
  decode: Decode | null,
  issue: SubmitPart,
): Promise<unknown> {
  const outcomes = await Promise.all(parts.map((part) => outcomeOf(issue(part.args, { slot: part.slot }))));
  const merged = mergeParts(spec, args, parts, outcomes);
  return decode === null ? merged : decode(merged, args);
}

/** A command about all nodes, or all shards: sent to each, one reply. */
export async function overNodes(
  spec: CommandSpec,
  args: readonly Arg[],
  router: Router,
  decode: Decode | null,
  issue: SubmitPart,
): Promise<unknown> {
  const places: NodeTarget[] =
    spec.request === 'all_nodes'
      ? [...router.snapshot.nodes.keys()].map((target) => ({ target }))
      : [
          ...router.slotOfEachShard().map((slot) => ({ slot })),
          // Whoever has no slots has no data, but will need the functions when it gets some.
          ...((spec.flags & READONLY) !== 0 ? [] : router.primariesWithoutSlots().map((target) => ({ target }))),
        ];
  const outcomes = await Promise.all(places.map((place) => outcomeOf(issue(args, place))));
  const names = places.map((place) => ('target' in place ? place.target : `the shard of slot ${place.slot}`));
  const merged = mergeNodes(spec, names, outcomes);
  return decode === null ? merged : decode(merged, args);
}

async function outcomeOf(reply: Promise<unknown>): Promise<PartOutcome> {
  try {
    return { value: (await reply) as Raw }; // issued without a decoder
  } catch (error) {
    return { error };
  }
}
