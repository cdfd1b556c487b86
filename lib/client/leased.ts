import type { Connection } from '../connection/connection.js';
import { CommandRefusedError, ConnectionLostError } from '../errors.js';
import { type Arg, Call, type CallOwner, type CommandSpec, type Decode, type Failure } from '../protocol/command.js';
import { stateReason } from '../protocol/specs.js';
import { clock } from '../util/clock.js';
import type { View } from './view.js';

/** Sends on one exclusive connection. No attempt loop: what state the connection had is gone with it, so every failure is the caller's. */
export class LeasedConnection implements CallOwner {
  readonly budget = { commands: 0, bytes: 0 };
  readonly idempotent = false;
  /** A command changed the state of the connection: nobody else may get it. */
  dirty = false;
  #over = false;

  constructor(
    private readonly connection: Connection,
    private readonly view: View,
  ) {}

  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null): Promise<unknown> {
    if (this.#over) return refuse(spec, 'its lease is over');
    if (spec.state === 'refused') return refuse(spec, stateReason(spec));
    if (spec.state !== 'none') this.dirty = true;
    const { view } = this;
    const call = Call.make(spec, args, decode, view.mode, this, clock.deadlineIn(view.timeoutMs));
    const reply = Call.promiseOfLast();
    this.connection.send(call);
    return reply;
  }

  failed(call: Call, { kind, error }: Failure): void {
    if (kind !== 'lost') call.fail(error);
    else {
      const facts = { node: error.node, command: call.spec.name, attempts: 1, executed: 'unknown', cause: error } as const;
      call.fail(new ConnectionLostError(`${call.spec.name}: ${error.message}; it may have run`, facts));
    }
  }

  /** Whether the connection is as good as new. */
  end(): boolean {
    this.#over = true;
    return !this.dirty && this.connection.load === 0;
  }
}

function refuse(spec: CommandSpec, reason: string): Promise<never> {
  return Promise.reject(new CommandRefusedError(`${spec.name}: ${reason}`, { command: spec.name }));
}
