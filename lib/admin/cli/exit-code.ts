import {
  ArgumentError,
  AuthError,
  ConnectError,
  ConnectionLostError,
  DatabaseError,
  OptionsError,
  ProtocolError,
  ReplyError,
  TimeoutError,
  TopologyError,
} from '../../errors.js';
import { AdminError } from '../admin-error.js';
import { UsageError } from './usage-error.js';

/** Exit codes by what they mean. */
export const EXIT = {
  /** Done, or nothing to do; `check`: no errors. */
  ok: 0,
  /** `check`, `ckquorum`: problems found. */
  problems: 1,
  /** Used wrongly; a file cannot be read. */
  usage: 2,
  /** Could not ask: no answer, login refused, TLS wrong, another topology than was meant. */
  unreachable: 3,
  /** Refused, or failed on the way. */
  failed: 4,
  /** Stopped by Ctrl-C or SIGTERM, or by "no" at the question. */
  stopped: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Errors of a server that could not be asked; a run that fails midway wraps them in an `AdminError`. */
const UNREACHABLE = [
  AuthError,
  ConnectError,
  ConnectionLostError,
  DatabaseError,
  ProtocolError,
  ReplyError,
  TimeoutError,
  TopologyError,
] as const;

/** The exit code for an error that ends a command. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || error instanceof OptionsError || error instanceof ArgumentError) return EXIT.usage;
  if (error instanceof AdminError) return error.reason === 'unreachable' ? EXIT.unreachable : EXIT.failed;
  return UNREACHABLE.some((one) => error instanceof one) ? EXIT.unreachable : EXIT.failed;
}
