import { NotReplicatedError } from '../../errors.js';
import type { WaitReplicas } from '../../options/client-options.js';
import type { AtomicBatch } from '../../protocol/call-extras.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Command, CommandSpec } from '../../protocol/command-spec.js';

const WAIT = command('WAIT');
/** WAIT under the name of the write it belongs to, for errors and retries. */
const waits = new WeakMap<CommandSpec, CommandSpec>();

/**
 * The write, or the end of a transaction, with WAIT right behind it: WAIT counts the replicas that have what its own connection wrote.
 * `before`: what the write has before it, in one piece. https://redis.io/docs/latest/commands/wait/
 */
export function replicated(
  { spec, args, decode }: Command,
  before: AtomicBatch | null,
  { count, timeoutMs }: WaitReplicas,
): Command & { readonly batch: AtomicBatch } {
  const commands = before?.commands ?? [];
  const batch: AtomicBatch = { commands: [...commands, { spec, args }], replies: [] };
  return {
    batch,
    spec: waitAs(spec),
    args: [count, timeoutMs],
    decode: (raw, _, mode) => {
      const written = batch.replies[commands.length] ?? null;
      if (written instanceof Error) throw written;
      const reply = decode === null ? written : decode(written, args, mode);
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
