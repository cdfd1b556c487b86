import { ReplyError } from '../errors.js';
import { ClientName, nameNow } from '../options/client-name.js';
import type { Raw } from '../protocol/command-spec.js';
import { clock } from '../util/clock.js';
import type { ConnectionPhase } from './connection-phase.js';
import type { ServerFacts } from './handshake.js';

/** The connection, as its name knows it. */
interface Named {
  readonly state: ConnectionPhase;
  readonly server: Pick<ServerFacts, 'plain' | 'protocol'>;
  request(words: readonly string[], deadline: number): Promise<Raw>;
}

interface NameConfig {
  /** The name that it has while nobody has it alone. */
  readonly clientName: string | ClientName | null;
  readonly subscriber?: boolean;
  readonly connectTimeoutMs: number;
}

/** Name of one connection: what its server was told. https://redis.io/docs/latest/commands/client-setname/ */
export class ConnectionName {
  /** Null: none. */
  current: string | null = null;
  /** One caller has the connection alone: nothing of ours may come between his commands. */
  #isLent = false;

  constructor(
    private readonly config: NameConfig,
    private readonly connection: Named,
  ) {}

  /** The connection is in another phase; `told`: the name that its handshake has given it. The client's may be another one by now. */
  follow(phase: ConnectionPhase, told: string | null): void {
    const { clientName } = this.config;
    if (phase === 'ready') this.current = told;
    if (!(clientName instanceof ClientName)) return;
    if (phase === 'closed') clientName.delete(this);
    else if (phase === 'ready') {
      clientName.add(this);
      this.#tell(clientName.current);
    }
  }

  /** Before RESP3 a subscriber takes nothing but subscriptions, and a proxy would hang up. */
  get #canBeTold(): boolean {
    const { state, server } = this.connection;
    return state === 'ready' && server.plain !== true && (this.config.subscriber !== true || server.protocol === 3);
  }

  /** Rejects if the server refuses. One that does not answer has been told nevertheless, and one that breaks has a successor. */
  async rename(name: string | null): Promise<void> {
    if (this.#isLent || name === this.current || !this.#canBeTold) return;
    this.current = name;
    try {
      await this.connection.request(['CLIENT', 'SETNAME', name ?? ''], clock.deadlineIn(this.config.connectTimeoutMs));
    } catch (error) {
      if (error instanceof ReplyError) throw error;
    }
  }

  /** One caller gets the connection alone. `name`: what it is called meanwhile; default that of all. */
  lend(name: string | null = nameNow(this.config.clientName)): void {
    this.#tell(name);
    this.#isLent = true;
  }

  giveBack(): void {
    this.#isLent = false;
    this.#tell(nameNow(this.config.clientName));
  }

  /** A name is a help for people: a server that does not let it be told serves the commands nevertheless. */
  #tell(name: string | null): void {
    this.rename(name).catch(() => {});
  }
}
