import type { RedisServer, RedisSession } from './servers/redis/redis-server.js';
import type { CommandRule } from './servers/redis/rules.js';
import type { Answer } from './servers/resp-server.js';

/** A command that came to a server, and what came of it. */
export interface Execution {
  readonly server: RedisServer;
  readonly session: RedisSession;
  readonly words: readonly string[];
  /** null: the server does not know the command. */
  readonly rule: CommandRule | null;
  readonly reply: Answer;
  /** The server did not run it. */
  readonly isRefused: boolean;
}

/** What the servers did, as they themselves know it: the truth that clients are held to. */
export class Books {
  readonly executions: Execution[] = [];

  executed(execution: Execution): void {
    this.executions.push(execution);
  }
}
