import { type CommandSpec, READONLY, SCRIPT, WRITE } from '../command-spec.js';

/** Whether the command only reads, by the server's flag. */
export function isRead({ flags }: CommandSpec): boolean {
  return (flags & READONLY) !== 0;
}

/** Whether the command writes, or is a script that may. */
export function mayWrite({ flags }: CommandSpec): boolean {
  return (flags & WRITE) !== 0 || (flags & (SCRIPT | READONLY)) === SCRIPT;
}

/**
 * Whether a replica may lack the effect of the command, so that a later read must not be served there. Wider than `mayWrite`: a command of
 * a module has no flags that tell, so one with keys may be a write.
 */
export function changesData(spec: CommandSpec): boolean {
  return !isRead(spec) && (mayWrite(spec) || spec.firstKey !== -1);
}
