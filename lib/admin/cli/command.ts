import type { AccessOptions } from '../../options/access.js';
import type { AdminOptions } from '../admin-options.js';
import type { ExitCode } from './exit-code.js';
import type { Interrupt } from './interrupt.js';
import type { Process } from './process.js';

/** An option in the help text. */
export interface OptionHelp {
  readonly what: string;
  /** What stands behind it, such as `NODE`. Default: nothing does, it is a switch. */
  readonly value?: string;
  /** It may be given more than once. Default false. */
  readonly many?: boolean;
}

export type OptionHelps = Readonly<Record<string, OptionHelp>>;

/** Values of options by name: true for a switch, a list for one that may be given more than once. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** How the command line says to reach the servers. */
export interface Access extends Omit<AccessOptions, 'credentials'> {
  readonly connectTimeoutMs?: number;
}

/** One command: how it is called, and what it does. */
export interface Command {
  /** One or two words: `check`, `cluster reshard`. */
  readonly name: string;
  /** What follows the name: `HOST:PORT NODE`. */
  readonly usage: string;
  readonly what: string;
  /** Options of this command besides those of every command. */
  readonly options: OptionHelps;
  /** How many words follow the name. */
  readonly words: readonly [least: number, most: number];
  run(context: CommandContext): Promise<CommandResult>;
}

/** What a command is given to work with. */
export interface CommandContext {
  readonly command: Command;
  /** Words after the command's name. */
  readonly words: readonly string[];
  readonly options: OptionValues;
  readonly process: Process;
  readonly interrupt: Interrupt;
  /** With `--json` the standard output has one JSON document, and everything else goes to the standard error. */
  readonly json: boolean;
  /** Login and TLS of the command line; `url`: those of its URL, which come after what options say. Throws a `UsageError`. */
  access(url?: AccessOptions): Access;
  /** Options that reach the nodes of a cluster: `nodes` are words of the command line, host:port or URLs. Throws a `UsageError`. */
  adminOptions(nodes: readonly string[]): AdminOptions;
  /** Closes this when the command ends, or is stopped while nothing is under way. */
  use<T extends { close(): void }>(opened: T): T;
  /** Shows text before the command has ended, and may be a progress bar's place: standard output, with `--json` standard error. */
  readonly output: Process['stdout'];
}

/** How a command ended. */
export interface CommandResult {
  readonly code: ExitCode;
  /** For people. Empty if everything was shown already. */
  readonly text: string;
  /** The same for programs. Undefined if everything was written already. */
  readonly json: unknown;
}
