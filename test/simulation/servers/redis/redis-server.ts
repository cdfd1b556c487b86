import type { Books } from '../../books.js';
import type { Network } from '../../network/network.js';
import type { ServerEnd } from '../../network/tcp.js';
import { Failure } from '../resp.js';
import { type Answer, RespServer, Session } from '../resp-server.js';
import { connectionRules } from './connection-rules.js';
import type { CommandRule } from './rules.js';
import { stringRules } from './string-rules.js';

export class RedisSession extends Session {}

const rules: ReadonlyMap<string, CommandRule> = new Map(Object.entries({ ...connectionRules, ...stringRules }));

export interface RedisOptions {
  readonly version: string;
  readonly product: 'redis' | 'valkey';
}

/** A model of a Redis or Valkey server: its answers, as far as a client can tell, in memory. */
export class RedisServer extends RespServer<RedisSession> {
  readonly keys = new Map<string, string>();

  constructor(
    network: Network,
    { host, port }: { readonly host: string; readonly port: number },
    readonly options: RedisOptions,
    private readonly books: Books,
  ) {
    super(network, host, port);
  }

  protected newSession(end: ServerEnd, id: number): RedisSession {
    return new RedisSession(end, id);
  }

  protected isHeld(): boolean {
    return false;
  }

  protected execute(session: RedisSession, words: readonly string[]): Answer {
    const [name = ''] = words;
    const rule = rules.get(name);
    const refusal = this.#refusal(rule, words);
    const reply = refusal ?? (rule as CommandRule).run({ server: this, session, words }); // an unknown command was refused
    this.books.executed({
      server: this,
      session,
      at: this.now,
      sentAt: session.sentAt,
      words,
      rule: rule ?? null,
      reply,
      isRefused: refusal !== null,
      effects: refusal === null && rule?.kind === 'write' ? [words] : [],
      offset: 0,
      history: '',
      isPrimary: true,
      db: 0,
    });
    return reply;
  }

  #refusal(rule: CommandRule | undefined, words: readonly string[]): Failure | null {
    const [name = ''] = words;
    if (rule === undefined) return new Failure(`ERR unknown command '${name}', with args beginning with: `);
    if (rule.arity >= 0 ? words.length !== rule.arity : words.length < -rule.arity) {
      return new Failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
    }
    return null;
  }

  protected disconnected(): void {
    // A session holds nothing of the server.
  }

  protected started(): void {
    // Nothing is loaded.
  }

  protected died(): void {
    this.keys.clear();
  }
}
