import type { AtomicBatch } from '../../protocol/call-extras.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, CommandSpec, Decode, Raw } from '../../protocol/command-spec.js';

/**
 * Commands whose keys a server may not see: Valkey 9.1 has no key positions for MSETEX besides its key specs, so a node that does not own
 * the slot answers no MOVED, it stores the keys where no client looks for them.
 */
const UNCHECKED: ReadonlySet<string> = new Set(['MSETEX']);

const MULTI = command('MULTI');
const EXISTS = command('EXISTS');
export const EXEC = command('EXEC');

export function keysMayBeUnchecked(spec: CommandSpec, args: readonly Arg[]): boolean {
  return UNCHECKED.has(spec.name) && keyIndexes(spec, args).length > 0;
}

/**
 * The command in a transaction, behind an EXISTS of its keys, whose slot every server checks: where EXISTS is redirected nothing is
 * executed, and the whole is sent again.
 */
export function withKeyCheck(spec: CommandSpec, args: readonly Arg[], decode: Decode | null): { batch: AtomicBatch; decode: Decode } {
  const keys = keyIndexes(spec, args).map((index) => args[index] ?? '');
  return {
    batch: {
      commands: [
        { spec: MULTI, args: [] },
        { spec: EXISTS, args: keys },
        { spec, args },
      ],
      replies: [],
    },
    decode: (raw, _, mode) => {
      const reply: Raw = Array.isArray(raw) ? (raw[1] ?? null) : null;
      if (reply instanceof Error) throw reply;
      return decode === null ? reply : decode(reply, args, mode);
    },
  };
}
