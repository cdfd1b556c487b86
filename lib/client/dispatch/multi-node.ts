import type { CallTarget } from '../../protocol/call-target.js';
import { isRead } from '../../protocol/catalog/effects.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Command, CommandSpec, Raw } from '../../protocol/command-spec.js';
import { PartedKeysError } from '../../routing/keys/call-place.js';
import { mergeNodes, mergeParts, type PartOutcome, type ShardPart } from '../../routing/keys/multi-shard.js';
import type { Router } from '../../routing/router.js';

const RANDOMKEY = command('RANDOMKEY');

/** Submits one of the commands that a command became, without a decoder. */
export type SubmitPart = (args: readonly Arg[], target: CallTarget) => Promise<unknown>;

/** How the parts of a command over keys are made and sent. */
interface Parting {
  /** Null: all keys are together. */
  split(args: readonly Arg[]): readonly ShardPart[] | null;
  submit(part: ShardPart): Promise<unknown>;
}

/** Runs a command over keys of several slots: a command a slot, all in this tick, one reply. */
export async function overKeys(
  { spec, args, decode }: Command,
  parts: readonly ShardPart[],
  parting: Parting,
  mode: number,
): Promise<unknown> {
  const merged = await replyOver(spec, args, parts, parting);
  return decode === null ? merged : decode(merged, args, mode);
}

async function replyOver(spec: CommandSpec, args: readonly Arg[], parts: readonly ShardPart[], parting: Parting): Promise<Raw> {
  const { split, submit } = parting;
  const run = async (part: ShardPart): Promise<unknown> => {
    try {
      return await submit(part);
    } catch (error) {
      // It waited, was not sent, and the keys have other places now.
      const again = error instanceof PartedKeysError ? split(part.args) : null;
      if (again === null) throw error;
      return replyOver(spec, part.args, again, parting);
    }
  };
  return mergeParts(spec, args, parts, await Promise.all(parts.map((part) => outcomeOf(run(part)))));
}

/** Where a command about all nodes, or all shards, is sent. */
export function targetsOf(spec: CommandSpec, router: Router): readonly CallTarget[] {
  const { nodes, shards } = router.snapshot;
  if (spec.request === 'all_nodes') {
    // A member of a ring of which no node is known is waited for.
    const unknown = shards.flatMap(({ primary, replicas, member }) =>
      primary === null && replicas.length === 0 && member !== undefined ? { slot: member.slot } : [],
    );
    return [...[...nodes.keys()].map((node) => ({ node })), ...unknown];
  }
  const slots = router.slotOfEachShard();
  // Any key will do, and a member of a ring that is down need not be waited for.
  const reachable = spec === RANDOMKEY && router.snapshot.kind === 'ring' ? slots.filter((slot) => router.canReach(slot)) : slots;
  return [
    ...(reachable.length === 0 ? slots : reachable).map((slot) => ({ slot })),
    // A primary without slots has no data, but will need the functions when it gets some.
    ...(isRead(spec) ? [] : router.primariesWithoutSlots().map((node) => ({ node }))),
  ];
}

/** Runs a command about several nodes: sent to each, one reply. `nameOf`: name of the member of a ring that has a slot. */
export async function overNodes(
  { spec, args, decode }: Command,
  targets: readonly CallTarget[],
  { submit, nameOf }: { readonly submit: SubmitPart; readonly nameOf: ((slot: number) => string) | null },
  mode: number,
): Promise<unknown> {
  const outcomes = await Promise.all(targets.map((target) => outcomeOf(submit(args, target))));
  const names = targets.map(({ node, slot = -1 }) => node ?? nameOf?.(slot) ?? `the shard of slot ${slot}`);
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
