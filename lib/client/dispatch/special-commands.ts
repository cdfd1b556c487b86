import { CommandRefusedError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { blockingOf, isStreamRead } from '../../protocol/catalog/blocking.js';
import { stateReason } from '../../protocol/catalog/specs.js';
import { type Arg, BLOCKING, type CommandSpec, type Decode, READONLY, SCRIPT } from '../../protocol/command-spec.js';
import { type Script, scriptOf } from '../../protocol/script.js';
import { isAboutSeveralNodes, type ShardPart, split } from '../../routing/keys/multi-shard.js';
import { slotOfCommand } from '../../routing/keys/slots.js';
import type { Router } from '../../routing/router.js';
import type { Deployment } from '../nodes/deployment.js';
import type { View } from '../view.js';
import { blockingCall } from './blocking-call.js';
import { closedError } from './call-errors.js';
import { type CallFactory, refuse } from './call-factory.js';
import { overKeys, overNodes, type SubmitPart } from './multi-node.js';
import { ScriptCache } from './script-cache.js';
import { checked, EXEC, keysMayBeUnchecked } from './unchecked-keys.js';
import { UnknownCommands } from './unknown-commands.js';

/** How a command is run that has its facts by now. */
type Run = (spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View) => Promise<unknown>;

/** Commands that are not simply one call on a shared connection: refused, unknown, blocking, scripts, and those about several nodes. */
export class SpecialCommands {
  readonly #issuer: CallFactory;
  readonly #servers: Deployment;
  readonly #run: Run;
  /** See `Client.connect`. */
  readonly #connect: (timeoutMs: number) => Promise<void>;
  readonly #scripts = new ScriptCache();
  readonly #unknown: UnknownCommands;

  constructor(callFactory: CallFactory, servers: Deployment, run: Run, connect: (timeoutMs: number) => Promise<void>) {
    this.#issuer = callFactory;
    this.#servers = servers;
    this.#run = run;
    this.#connect = connect;
    this.#unknown = new UnknownCommands((spec, args, decode, view) => callFactory.submit(spec, args, decode, view));
  }

  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if (spec.state !== 'none') {
      const reason = stateReason(spec);
      return Promise.reject(new CommandRefusedError(`${spec.name} is not sent on a shared connection: ${reason}`, { command: spec.name }));
    }
    // Arity 0: our table does not have it.
    if (spec.arity === 0) return this.learn(spec, args, view).then((learnt) => this.#run(learnt, args, decode, view));
    if ((spec.flags & BLOCKING) !== 0) {
      const blocking = blockingOf(spec, args);
      if (blocking !== null || !isStreamRead(spec)) {
        if (view.waitReplicas !== null) return refuse(spec, blockedReplicated(spec), null, 0);
        return this.#issuer.submit(spec, args, decode, view, { exclusive: blockingCall(blocking) });
      }
    }
    if ((spec.flags & SCRIPT) !== 0) {
      const script = scriptOf(spec);
      if (script !== null) return this.#runScript(script, args, decode, view);
    }
    if (this.#issuer.sharded && keysMayBeUnchecked(spec, args)) return this.#runChecked(spec, args, decode, view);
    const issue: SubmitPart = (own, place) => this.#issuer.submit(spec, own, null, view, place);
    const placeOf = spec.request === 'multi_shard' ? this.#issuer.placesOf(view) : null;
    if (placeOf !== null) {
      let parts: readonly ShardPart[] | null;
      try {
        parts = split(spec, args, placeOf);
      } catch (error) {
        return Promise.reject(error);
      }
      if (parts !== null) return overKeys(spec, args, parts, decode, issue);
    } else if (this.#issuer.sharded && isAboutSeveralNodes(spec)) {
      return this.#whenKnown(spec, view).then((router) => overNodes(spec, args, router, decode, issue));
    }
    return this.#issuer.submit(spec, args, decode, view);
  }

  #runChecked(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    try {
      const slot = slotOfCommand(spec, args);
      const own = checked(spec, args, decode);
      return this.#issuer.submit(EXEC, [], own.decode, view, { batch: own.unit, slot });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The facts of a call whose command our table does not have; `args` without prefix. */
  learn(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec> {
    return this.#unknown.specOf(spec, args, view);
  }

  #runScript(script: Script<number, unknown>, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    try {
      const node = this.#certainNode(script.spec, args, view);
      return this.#scripts.run(script, args, node, (spec, own) => this.#issuer.submit(spec, own, decode, view));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Where the call would go now, null where that is one of several. */
  #certainNode(spec: CommandSpec, args: readonly Arg[], view: View): Node | null {
    const slot = this.#issuer.sharded ? slotOfCommand(spec, args) : -1;
    if (this.#servers.router === null || (this.#issuer.sharded && slot === -1)) return null;
    if ((spec.flags & READONLY) !== 0 && (view.policyOf(spec) !== null || this.#issuer.domains.hasPatterns)) return null;
    return this.#servers.router.primaryOf(this.#servers.router.shardFor(slot));
  }

  /** The router, as soon as there is one; inside the deadline of the view. */
  async #whenKnown(spec: CommandSpec, view: View): Promise<Router> {
    if (this.#servers.router === null) await this.#connect(view.timeoutMs);
    if (this.#servers.router === null) throw closedError(spec);
    return this.#servers.router;
  }
}

function blockedReplicated({ name }: CommandSpec): CommandRefusedError {
  return new CommandRefusedError(`${name} blocks, which waitReplicas does not go with: use lease() with wait()`, { command: name });
}
