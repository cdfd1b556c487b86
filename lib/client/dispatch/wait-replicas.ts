import { NotReplicatedError } from '../../errors.js';
import type { WaitReplicas } from '../../options/client-options.js';
import type { AtomicBatch } from '../../protocol/call.js';
import { command } from '../../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, type Decode, type Raw, READONLY, SCRIPT, WRITE } from '../../protocol/command-spec.js';

const WAIT = command('WAIT');
/** WAIT under the name of the write it belongs to, for errors and retries. */
const waits = new WeakMap<CommandSpec, CommandSpec>();

/** What is sent so that a write is known to have reached replicas. */
export interface Replicated {
  readonly batch: AtomicBatch;
  readonly spec: CommandSpec;
  readonly args: readonly Arg[];
  readonly decode: Decode;
}

/** Commands without effect on the data have nothing to wait for. A script may write. */
export function mayWrite({ flags }: CommandSpec): boolean {
  return (flags & WRITE) !== 0 || (flags & (SCRIPT | READONLY)) === SCRIPT;
}

/**
 * The write, or the end of a transaction, with WAIT right behind it: WAIT counts the replicas that have what its own connection wrote.
 * https://redis.io/docs/latest/commands/wait/
 */
export function replicated(
  write: {
    readonly spec: CommandSpec;
    readonly args: readonly Arg[];
    readonly decode: Decode | null;
    readonly before: AtomicBatch['commands'];
  },
  { count, timeoutMs }: WaitReplicas,
): Replicated {
  const { spec, args, decode, before } = write;
  const batch: AtomicBatch = { commands: [...before, { spec, args }], replies: [] };
  return {
    batch,
    spec: waitAs(spec),
    args: [count, timeoutMs],
    decode: (raw: Raw) => {
      const written = batch.replies[before.length] ?? null;
      const reply = decode === null ? written : decode(written, args);
      const acknowledged = Number(raw);
      if (acknowledged < count) throw new NotReplicatedError(spec.name, { acknowledged, wanted: count, timeoutMs, reply });
      return reply;
    },
  };
}

function waitAs(spec: CommandSpec): CommandSpec {
  let wait = waits.get(spec);
  if (wait === undefined) {
    wait = Object.freeze({ ...WAIT, name: spec.name, flags: spec.flags });
    waits.set(spec, wait);
  }
  return wait;
}
