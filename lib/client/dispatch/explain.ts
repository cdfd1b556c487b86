import { SlotwiseError } from '../../errors.js';
import { isRead } from '../../protocol/catalog/effects.js';
import { stateReason } from '../../protocol/catalog/specs.js';
import type { Command, CommandSpec } from '../../protocol/command-spec.js';
import { isAffinity, slotOfAffinity } from '../../routing/keys/affinity-slot.js';
import { splitBySlot } from '../../routing/keys/multi-shard.js';
import type { RingSlotting } from '../../routing/keys/ring-slotting.js';
import { slotOfCommand } from '../../routing/keys/slots.js';
import { type ExplainedMember, type Explanation, explainPrimary, explainRead, explanation } from '../../routing/reads/explanation.js';
import { readingForm } from '../../routing/reads/offload.js';
import type { Router } from '../../routing/router.js';
import type { Deployment } from '../nodes/deployment.js';
import { slottingOf, type View } from '../view.js';
import type { CallFactory } from './call-factory.js';

/** Explains where a command would go now, and why. Sends nothing. */
export function explain(
  callFactory: CallFactory,
  { router, ring }: Pick<Deployment, 'router' | 'ring'>,
  { spec, args, decode }: Command,
  view: View,
): Explanation {
  const command = spec.name;
  if (spec.state !== 'none') return explanation({ command, notes: [`it would be refused: ${stateReason(spec)}`] });
  const gone = view.member === null ? null : (ring?.whyGone(view.member.slot) ?? null);
  if (gone !== null) return explanation({ command, notes: [`it would be refused: ${gone.message}`] });
  if (router === null) return explanation({ command, notes: ['nothing is known of the servers yet'] });
  if (spec.arity === 0) return explanation({ command, notes: ['it is not known here: a server would be asked for its keys first'] });
  try {
    const partition = spec.request === 'multi_shard' ? callFactory.domainViews.partitionOf(view) : null;
    const parts = partition === null ? null : splitBySlot(spec, args, partition);
    if (parts !== null) {
      const explained = parts.map(({ args: own, slot }) =>
        explainOne(callFactory, { router, ring }, { spec, args: own, decode }, view, slot),
      );
      const [only] = explained;
      return only !== undefined && explained.length === 1 ? only : explanation({ command, parts: explained });
    }
    if (slottingOf(view, callFactory.slotting) !== null && (spec.request === 'all_shards' || spec.request === 'all_nodes'))
      return explainMany(router, spec);
    return explainOne(callFactory, { router, ring }, { spec, args, decode }, view);
  } catch (error) {
    if (!(error instanceof SlotwiseError)) throw error;
    return explanation({ command, notes: [`it would be refused: ${error.message}`] });
  }
}

/** `slotOfPart`: of a part of a command that is split; undefined: the command is whole. */
function explainOne(
  callFactory: CallFactory,
  { router, ring }: { readonly router: Router; readonly ring: RingSlotting | null },
  { spec: given, args }: Command,
  view: View,
  slotOfPart?: number,
): Explanation {
  const own = callFactory.domainViews.viewFor(given, args, view);
  const spec = own.offloaded === null ? given : readingForm(given, args, own.offloaded);
  const { slotting } = callFactory;
  const routed = view.member?.slot ?? slotOfPart ?? (slotting === null ? -1 : slotOfCommand(slotting, spec, args));
  const slot = isAffinity(routed) ? slotOfAffinity(routed) : routed;
  const shard = router.shardFor(slot);
  const policy = isRead(spec) ? own.policyOf(spec) : null;
  const facts = {
    command: spec.name,
    domain: own.domain?.name ?? null,
    slot: slot === -1 ? null : slot,
    shard: shard === -1 ? null : shard,
    ...(ring === null || slot === -1 ? {} : { member: memberOf(ring, { spec, args }, view, slot) }),
    mode: policy === null ? 'primary' : policy.choose === null ? policy.reads : 'a function',
  };
  const notes = own.policy !== null && policy === null ? ['it does not only read'] : [];
  if (policy !== null && policy !== own.policy) notes.push('it is offloaded');
  if (policy !== null && own.session !== null) notes.push('in a session: to the primary while no candidate is known to have its writes');
  const found = policy === null ? explainPrimary(router, shard) : explainRead(router, shard, policy);
  const problem = found.node === null ? router.snapshot.shards[shard]?.member?.problem : undefined;
  return explanation({ ...facts, ...found, notes: [...notes, ...found.notes, ...(problem === undefined ? [] : [problem.message])] });
}

function memberOf(ring: RingSlotting, { spec, args }: Pick<Command, 'spec' | 'args'>, view: View, slot: number): ExplainedMember {
  const name = ring.nameOf(slot);
  const [key] = view.member === null ? ring.touched(spec, args) : [];
  return key === undefined ? { name, hashed: null, hash: null, why: 'it is asked for by its name' } : { name, ...ring.explain(key, slot) };
}

function explainMany({ snapshot }: Router, { name, request }: CommandSpec): Explanation {
  const primaries = snapshot.shards.flatMap(({ primary }) => (primary === null ? [] : [primary.key]));
  const candidates = request === 'all_nodes' ? [...snapshot.nodes.keys()] : primaries;
  const notes = [request === 'all_nodes' ? 'it goes to every node' : 'it goes to every shard, where its reads policy has it'];
  return explanation({ command: name, candidates, notes });
}
