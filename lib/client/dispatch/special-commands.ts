import { CommandRefusedError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { extrasOf } from '../../protocol/call-extras.js';
import { blockingOf, isStreamRead } from '../../protocol/catalog/blocking.js';
import { isRead } from '../../protocol/catalog/effects.js';
import { stateReason } from '../../protocol/catalog/specs.js';
import { type Arg, BLOCKING, type Command, type CommandSpec, type Decode, SCRIPT } from '../../protocol/command-spec.js';
import { measure } from '../../protocol/resp/encoder.js';
import { type Script, scriptOf } from '../../protocol/script.js';
import { CallPlace } from '../../routing/keys/call-place.js';
import { isAboutSeveralNodes, type ShardPart, splitBySlot } from '../../routing/keys/multi-shard.js';
import { slotOfCommand } from '../../routing/keys/slots.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import type { Router } from '../../routing/router.js';
import { clock } from '../../util/clock.js';
import type { Lifecycle } from '../lifecycle.js';
import type { Deployment } from '../nodes/deployment.js';
import { slottingOf, type View } from '../view.js';
import { blockingCall } from './blocking-call.js';
import { closedError } from './call-errors.js';
import { type CallFactory, refuse } from './call-factory.js';
import { overKeys, overNodes, type SubmitPart, targetsOf } from './multi-node.js';
import { ScriptCache } from './script-cache.js';
import { EXEC, keysMayBeUnchecked, withKeyCheck } from './unchecked-keys.js';

/**
 * Known commands that are not simply one call on a shared connection: refused, blocking, scripts, and those about several nodes.
 */
export class SpecialCommands {
  readonly #callFactory: CallFactory;
  readonly #deployment: Deployment;
  readonly #lifecycle: Lifecycle;
  readonly #scripts = new ScriptCache();

  constructor(callFactory: CallFactory, deployment: Deployment, lifecycle: Lifecycle) {
    this.#callFactory = callFactory;
    this.#deployment = deployment;
    this.#lifecycle = lifecycle;
  }

  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    let blocks: boolean;
    let parts: readonly ShardPart[] | null;
    try {
      blocks = this.#blocks(spec, args, view);
      parts = this.#split(spec, args, view);
      if (parts !== null) this.#callFactory.checkRoom(spec, { commands: parts.length, bytes: measure(spec, args) });
    } catch (error) {
      return refuse(spec, error, null);
    }
    if (blocks) return this.#callFactory.submit(spec, args, decode, view, extrasOf({ exclusive: blockingCall(blockingOf(spec, args)) }));
    if ((spec.flags & SCRIPT) !== 0) {
      const script = scriptOf(spec);
      if (script !== null) return this.#runScript(script, args, decode, view);
    }
    const slotting = this.#slottingOf(view);
    if (slotting?.slotsBind && keysMayBeUnchecked(spec, args)) return this.#runChecked(slotting, { spec, args, decode }, view);
    const issuedAt = clock.now();
    const submit: SubmitPart = (own, target) => this.#callFactory.submit(spec, own, null, view, extrasOf({ target, issuedAt }));
    if (parts !== null) {
      const { ring } = this.#deployment;
      const parting = {
        split: (own: readonly Arg[]) => this.#split(spec, own, view),
        submit: ({ slot, args: own }: ShardPart) =>
          submit(own, ring === null ? { slot } : { slot, place: CallPlace.ofPart(ring, spec, own) }),
      };
      return overKeys({ spec, args, decode }, parts, parting, view.mode);
    }
    if (slotting !== null && isAboutSeveralNodes(spec)) {
      return this.#whenKnown(spec, view).then((router) => {
        const targets = targetsOf(spec, router);
        this.#callFactory.checkRoom(spec, { commands: targets.length, bytes: measure(spec, args) * targets.length });
        const { ring } = this.#deployment;
        const nameOf = ring === null ? null : (slot: number): string => ring.nameOf(slot);
        return overNodes({ spec, args, decode }, targets, { submit, nameOf }, view.mode);
      });
    }
    return this.#callFactory.submit(spec, args, decode, view);
  }

  /** Throws what `run` would reject with before it sends anything; gives how many commands it will send. */
  check(spec: CommandSpec, args: readonly Arg[], view: View): number {
    this.#blocks(spec, args, view);
    const parts = this.#split(spec, args, view);
    if (parts !== null) return parts.length;
    this.#callFactory.checkKeys(spec, args, view);
    const { router } = this.#deployment;
    return router === null || this.#slottingOf(view) === null || !isAboutSeveralNodes(spec) ? 1 : targetsOf(spec, router).length;
  }

  /** Whether the command may wait at the server, on a connection of its own. Throws where it goes on none of ours, or not with this view. */
  #blocks(spec: CommandSpec, args: readonly Arg[], view: View): boolean {
    // Before anything is read out of the arguments. Those of commands over keys are measured where they are split.
    if (spec.request !== 'multi_shard') measure(spec, args);
    if (spec.state !== 'none') {
      const reason = stateReason(spec);
      throw new CommandRefusedError(`${spec.name} is not sent on a shared connection: ${reason}`, { command: spec.name });
    }
    if ((spec.flags & BLOCKING) === 0 || (blockingOf(spec, args) === null && isStreamRead(spec))) return false;
    if (view.waitReplicas !== null) throw blockedReplicated(spec);
    return true;
  }

  /** The parts of a command over keys that must not be in one; null: it goes as it is. */
  #split(spec: CommandSpec, args: readonly Arg[], view: View): readonly ShardPart[] | null {
    if (spec.request !== 'multi_shard') return null;
    const partition = this.#callFactory.domainViews.partitionOf(view);
    if (partition === null) return null;
    // All arguments, before one part is sent.
    measure(spec, args);
    return splitBySlot(spec, args, partition);
  }

  #runChecked(slotting: Slotting, { spec, args, decode }: Command, view: View): Promise<unknown> {
    try {
      const slot = slotOfCommand(slotting, spec, args);
      const own = withKeyCheck(spec, args, decode);
      return this.#callFactory.submit(EXEC, [], own.decode, view, extrasOf({ batch: own.batch, target: { slot } }));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #runScript(script: Script<number, unknown>, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    try {
      const node = this.#certainNode(script.spec, args, view);
      return this.#scripts.run(script, args, node, (spec, own, issuedAt) =>
        this.#callFactory.submit(spec, own, decode, view, issuedAt === null ? null : extrasOf({ issuedAt })),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The node that the call would go to now; null where that is one of several. */
  #certainNode(spec: CommandSpec, args: readonly Arg[], view: View): Node | null {
    const { domains } = this.#callFactory;
    const slotting = this.#slottingOf(view);
    const { router } = this.#deployment;
    const slot = view.member?.slot ?? (slotting === null ? -1 : slotOfCommand(slotting, spec, args));
    if (router === null || (router.sharded && slot === -1)) return null;
    if (isRead(spec) && (view.policyOf(spec) !== null || domains.hasPatterns)) return null;
    return router.primaryOf(router.shardFor(slot));
  }

  #slottingOf(view: View): Slotting | null {
    return slottingOf(view, this.#callFactory.slotting);
  }

  /** The router, as soon as there is one; inside the deadline of the view. */
  async #whenKnown(spec: CommandSpec, view: View): Promise<Router> {
    if (this.#deployment.router === null) {
      if (!this.#lifecycle.begin()) throw closedError(spec);
      await this.#deployment.connect(view.timeoutMs);
    }
    if (this.#deployment.router === null) throw closedError(spec);
    return this.#deployment.router;
  }
}

function blockedReplicated({ name }: CommandSpec): CommandRefusedError {
  return new CommandRefusedError(`${name} blocks, which waitReplicas does not go with: use lease() with wait()`, { command: name });
}
