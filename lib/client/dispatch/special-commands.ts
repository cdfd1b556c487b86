import { CommandRefusedError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { extrasOf } from '../../protocol/call-extras.js';
import { blockingOf, isStreamRead } from '../../protocol/catalog/blocking.js';
import { isRead } from '../../protocol/catalog/effects.js';
import { stateReason } from '../../protocol/catalog/specs.js';
import { type Arg, BLOCKING, type CommandSpec, type Decode, SCRIPT } from '../../protocol/command-spec.js';
import { type Script, scriptOf } from '../../protocol/script.js';
import { isAboutSeveralNodes, type ShardPart, splitBySlot } from '../../routing/keys/multi-shard.js';
import { slotOfCommand } from '../../routing/keys/slots.js';
import type { Router } from '../../routing/router.js';
import type { Lifecycle } from '../lifecycle.js';
import type { Deployment } from '../nodes/deployment.js';
import type { View } from '../view.js';
import { blockingCall } from './blocking-call.js';
import { closedError } from './call-errors.js';
import { type CallFactory, refuse } from './call-factory.js';
import { overKeys, overNodes, type SubmitPart } from './multi-node.js';
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
    if (spec.state !== 'none') {
      const reason = stateReason(spec);
      return Promise.reject(new CommandRefusedError(`${spec.name} is not sent on a shared connection: ${reason}`, { command: spec.name }));
    }
    if ((spec.flags & BLOCKING) !== 0) {
      const blocking = blockingOf(spec, args);
      if (blocking !== null || !isStreamRead(spec)) {
        if (view.waitReplicas !== null) return refuse(spec, blockedReplicated(spec), null);
        return this.#callFactory.submit(spec, args, decode, view, extrasOf({ exclusive: blockingCall(blocking) }));
      }
    }
    if ((spec.flags & SCRIPT) !== 0) {
      const script = scriptOf(spec);
      if (script !== null) return this.#runScript(script, args, decode, view);
    }
    if (this.#callFactory.sharded && keysMayBeUnchecked(spec, args)) return this.#runChecked(spec, args, decode, view);
    const submit: SubmitPart = (own, target) => this.#callFactory.submit(spec, own, null, view, extrasOf({ target }));
    const partitionOf = spec.request === 'multi_shard' ? this.#callFactory.domainViews.partitionOf(view) : null;
    if (partitionOf !== null) {
      let parts: readonly ShardPart[] | null;
      try {
        parts = splitBySlot(spec, args, partitionOf);
      } catch (error) {
        return Promise.reject(error);
      }
      if (parts !== null) return overKeys({ spec, args, decode }, parts, submit);
    } else if (this.#callFactory.sharded && isAboutSeveralNodes(spec)) {
      return this.#whenKnown(spec, view).then((router) => overNodes({ spec, args, decode }, router, submit));
    }
    return this.#callFactory.submit(spec, args, decode, view);
  }

  #runChecked(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    try {
      const slot = slotOfCommand(spec, args);
      const own = withKeyCheck(spec, args, decode);
      return this.#callFactory.submit(EXEC, [], own.decode, view, extrasOf({ batch: own.batch, target: { slot } }));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #runScript(script: Script<number, unknown>, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    try {
      const node = this.#certainNode(script.spec, args, view);
      return this.#scripts.run(script, args, node, (spec, own) => this.#callFactory.submit(spec, own, decode, view));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The node that the call would go to now; null where that is one of several. */
  #certainNode(spec: CommandSpec, args: readonly Arg[], view: View): Node | null {
    const { sharded, domains } = this.#callFactory;
    const { router } = this.#deployment;
    const slot = sharded ? slotOfCommand(spec, args) : -1;
    if (router === null || (sharded && slot === -1)) return null;
    if (isRead(spec) && (view.policyOf(spec) !== null || domains.hasPatterns)) return null;
    return router.primaryOf(router.shardFor(slot));
  }

  /** The router, as soon as there is one; inside the deadline of the view. */
  async #whenKnown(spec: CommandSpec, view: View): Promise<Router> {
    if (this.#deployment.router === null) {
      if (!this.#lifecycle.begin()) throw closedError(null);
      await this.#deployment.connect(view.timeoutMs);
    }
    if (this.#deployment.router === null) throw closedError(spec);
    return this.#deployment.router;
  }
}

function blockedReplicated({ name }: CommandSpec): CommandRefusedError {
  return new CommandRefusedError(`${name} blocks, which waitReplicas does not go with: use lease() with wait()`, { command: name });
}
