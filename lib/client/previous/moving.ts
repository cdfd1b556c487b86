import type { ClosedError, ReplyError } from '../../errors.js';
import type { ClientName } from '../../options/client-name.js';
import type { Options } from '../../options/defaults.js';
import type { CallTarget } from '../../protocol/call-target.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { redirection } from '../../protocol/resp/reply-error.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import type { Deployment } from '../nodes/deployment.js';
import type { ClientStats, PreviousStats } from '../stats.js';
import type { View } from '../view.js';
import { type NextPlace, type PreviousPlace, primaryOf } from './places.js';
import { PreviousKeys } from './previous-keys.js';

const MIGRATE = command('MIGRATE');

/** Engine of the previous place: a client of its own, which lives as long as the one whose keys move. */
export interface PreviousClient extends Pick<PreviousPlace, 'options' | 'run' | 'view'> {
  runAt(spec: CommandSpec, args: readonly Arg[], view: View, target: CallTarget): Promise<unknown>;
  readonly events: Emitter<ClientEvents>;
  connect(timeoutMs?: number): Promise<void>;
  reauthenticate(): Promise<void>;
  readonly name: ClientName;
  stats(): ClientStats;
  close(): Promise<void>;
  destroy(): void;
}

/** Move of a client's keys from a previous place to its own. */
export class Moving {
  readonly keys: PreviousKeys;

  /** `servers`: those of the previous place. `options`, `dispatcher`: of the client, whose place the keys go to. */
  constructor(
    readonly previous: PreviousClient,
    servers: Deployment,
    options: Options,
    dispatcher: Dispatcher,
  ) {
    const { deployment } = dispatcher;
    const next: NextPlace = {
      primaryOf: (key) => primaryOf(deployment, key),
      wake: (reason) => deployment.wake(reason),
      dispatch: (call, slot) => dispatcher.dispatch(call, slot),
      redirected: (error, node) => followRedirection(deployment, error, node),
    };
    const from: PreviousPlace = {
      options: previous.options,
      primaryOf: (key) => primaryOf(servers, key),
      wake: (reason) => servers.wake(reason),
      connect: () => previous.connect(),
      migrate: (args, key, view) => previous.runAt(MIGRATE, args, view, { slot: servers.slotting?.slotOf(key) ?? -1 }),
      run: (spec, args, decode, view) => previous.run(spec, args, decode, view),
      view: (view) => previous.view(view),
    };
    this.keys = new PreviousKeys(next, from, options, (error) => deployment.failures.failed('previous', error));
    previous.events.on('error', (error) => deployment.events.emit('error', error));
    previous.events.on('failover', (change) => deployment.events.emit('failover', change));
    previous.events.on('reconnecting', (attempt) => deployment.events.emit('reconnecting', attempt));
  }

  /** Resolves when both places are ready. */
  async connect(deployment: Deployment, timeoutMs: number): Promise<void> {
    await Promise.all([deployment.connect(timeoutMs), this.previous.connect(timeoutMs)]);
  }

  stats(): PreviousStats {
    return { ...this.keys.counters, waiting: this.keys.waiting, nodes: this.previous.stats().nodes };
  }

  destroy(error: ClosedError): void {
    this.keys.destroy(error);
    this.previous.destroy();
  }
}

/** A target of MIGRATE has named another one: commands of the slot go there from now on, too. */
function followRedirection(deployment: Deployment, error: ReplyError, node: string): void {
  const to = redirection(error);
  if (to === null || to.kind !== 'MOVED') deployment.wake(error.message, true);
  else deployment.redirect({ kind: 'error-reply', error, node }, to, true);
}
