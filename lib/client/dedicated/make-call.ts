import { CommandRefusedError } from '../../errors.js';
import type { Options } from '../../options/defaults.js';
import { type Call, type CallOwner, newCall, takePromise } from '../../protocol/call.js';
import { blockingOf, isStreamRead } from '../../protocol/catalog/blocking.js';
import { stateReason } from '../../protocol/catalog/specs.js';
import { type Arg, BLOCKING, type Command, type CommandSpec } from '../../protocol/command-spec.js';
import { measure } from '../../protocol/resp/encoder.js';
import { asText } from '../../protocol/script.js';
import { prefixed } from '../../routing/keys/prefixed-command.js';
import { clock } from '../../util/clock.js';
import { blockingCall, exclusiveDeadline } from '../dispatch/blocking-call.js';
import { queueFull } from '../dispatch/call-errors.js';
import type { View } from '../view.js';

/** What is checked before a command becomes a call. */
interface Admission {
  readonly options: Pick<Options, 'queue'>;
  /** Throws for a command that its domain does not let through, or that a proxy would not take. */
  admit(spec: CommandSpec, args: readonly Arg[], view: View): void;
}

/** A command as it is sent: with the view's prefix, and a script as its text. Throws for what is not sent. `owner`: whose queue it fills. */
export function admitted(engine: Admission, given: Command, view: View, owner: CallOwner): Command {
  const { spec, args } = given;
  if (spec.state === 'refused') throw new CommandRefusedError(`${spec.name}: ${stateReason(spec)}`, { command: spec.name });
  engine.admit(spec, args, view);
  // A script goes as text: after SHA-1 and NOSCRIPT, later commands would have overtaken it.
  const own = asText(view.prefix === null ? given : prefixed(view.prefix, given));
  const bytes = measure(own.spec, own.args);
  const { maxCommands, maxBytes } = engine.options.queue;
  const { usage } = owner;
  if (usage.commands >= maxCommands || usage.bytes + bytes > maxBytes) throw queueFull(own.spec, bytes, usage, engine.options.queue);
  return own;
}

/** Makes the call of an admitted command. `isQueued`: a server answers QUEUED, and does not block. */
export function makeCall(
  owner: CallOwner,
  { spec, args, decode }: Command,
  view: View,
  isQueued: boolean,
): { call: Call; reply: Promise<unknown> } {
  const mayBlock = (spec.flags & BLOCKING) !== 0 && !isQueued;
  const blocking = mayBlock ? blockingOf(spec, args) : null;
  const exclusive = mayBlock && (blocking !== null || !isStreamRead(spec)) ? blockingCall(blocking, view.timeoutMs) : null;
  const deadline = exclusive === null ? clock.deadlineIn(view.timeoutMs) : exclusiveDeadline(exclusive, view.timeoutMs);
  const call = newCall(spec, args, isQueued ? null : decode, view.mode, owner, deadline);
  const reply = takePromise();
  if (exclusive !== null) call.ensureExtras().exclusive = exclusive;
  call.bytes = measure(spec, args);
  owner.usage.commands++;
  owner.usage.bytes += call.bytes;
  view.counters.issued(spec);
  return { call, reply };
}
