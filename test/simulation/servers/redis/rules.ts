import type { Answer } from '../resp-server.js';
import type { RedisServer, RedisSession } from './redis-server.js';

export interface CommandCall {
  readonly server: RedisServer;
  readonly session: RedisSession;
  /** The command, its name in capitals. */
  readonly words: readonly string[];
}

/** What a server knows of a command. https://redis.io/docs/latest/commands/command/ */
export interface CommandRule {
  /** `write` and `readonly` as the server flags them; `none`: it touches no keys. */
  readonly kind: 'write' | 'readonly' | 'none';
  /** Number of words, as COMMAND gives it: negative is "at least". */
  readonly arity: number;
  /** Positions of its keys; none if missing. */
  readonly keys?: (words: readonly string[]) => readonly string[];
  /** Runs while the server loads, and on a replica without its primary. */
  readonly always?: boolean;
  /** Not queued by MULTI. */
  readonly notQueued?: boolean;
  readonly run: (call: CommandCall) => Answer;
}

export const firstKey = (words: readonly string[]): readonly string[] => words.slice(1, 2);
export const allKeys = (words: readonly string[]): readonly string[] => words.slice(1);
