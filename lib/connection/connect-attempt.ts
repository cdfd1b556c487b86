import { type ConnectTrace, connectChannel, finishTrace, log, startTrace } from '../diagnostics.js';
import { ConnectError, ReplyError, type SlotwiseError } from '../errors.js';
import type { CredentialSource, Credentials } from '../options/access.js';
import { type ClientName, nameNow } from '../options/client-name.js';
import { type AttemptFailure, type Call, type CallOwner, NO_DEADLINE, takePromise } from '../protocol/call.js';
import type { Raw } from '../protocol/command-spec.js';
import type { Socket, TlsConnectionOptions } from '../runtime/sockets.js';
import { clock } from '../util/clock.js';
import { RunningTimeout } from '../util/running-timeout.js';
import { type Approach, approachAfter, approachTo } from './approach.js';
import { askForCredentials } from './credentials.js';
import type { Dialects } from './dialects.js';
import {
  asHandshakeError,
  authWords,
  factsIn,
  type HandshakeConfig,
  type HandshakeStep,
  handshakeSteps,
  isOfProxy,
  judge,
  openingLength,
  PING_STEP,
  plainSteps,
  replyOrThrow,
  type ServerFacts,
} from './handshake.js';
import type { HostAddress } from './host-addresses.js';
import { internalCall, internalOwner } from './internal-calls.js';
import { withoutSecrets } from './secret-replies.js';

export interface ConnectConfig extends Omit<HandshakeConfig, 'credentials' | 'clientName'> {
  /** Null: the connection has no name. */
  readonly clientName: string | ClientName | null;
  readonly credentials: CredentialSource | null;
  readonly tls: TlsConnectionOptions | null;
  /** Time limit for the whole way to `ready`, in ms. */
  readonly connectTimeoutMs: number;
  /** What is known of how addresses are spoken to. Default: all of them answer HELLO, if only with an error. */
  readonly dialects?: Dialects | null;
}

export interface ConnectHandlers {
  /** Writes the calls before all others. Throws if the connection is closed. */
  write(calls: readonly Call[]): void;
  ready(server: ServerFacts): void;
  failed(error: SlotwiseError): void;
}

/**
 * One attempt to connect, from the first packet to the end of the handshake: sends the steps, judges their replies, falls back to RESP2
 * where HELLO is refused, and on other sockets to what a proxy takes where the server closes at HELLO.
 */
export class ConnectAttempt implements CallOwner {
  readonly usage = internalOwner.usage;
  readonly idempotent = false;
  /** The first error reply: why the server closes the connection, if it closes it next. */
  refusal: ReplyError | null = null;
  /** The name that it gave the connection; null: none. */
  name: string | null = null;
  #isOver = false;
  readonly #timer: RunningTimeout;
  /** Trace of the attempt; null without subscribers of the connect channel, and after the attempt. */
  #trace: ConnectTrace | null = null;
  /** Secrets that it has sent. */
  readonly #secrets: string[] = [];
  /** Generation of the credentials that it has logged in with. */
  #generation = 0;
  #approach: Approach;
  /** What was answered on this socket. */
  #answered = { ping: false, opening: false };
  /** Commands that were sent on this socket and are not answered. */
  #awaited: (readonly string[])[] = [];

  constructor(
    private readonly config: ConnectConfig,
    private readonly node: string,
    private readonly handlers: ConnectHandlers,
    /** Which of several addresses it comes to. */
    private readonly host: HostAddress | null = null,
  ) {
    const { connectTimeoutMs, tls, dialects } = config;
    this.#approach = approachTo(dialects?.of(node) ?? 'hello');
    const hint = tls === null ? '' : '; does this port speak TLS?';
    this.#timer = new RunningTimeout(connectTimeoutMs, () => {
      handlers.failed(new ConnectError(`${node} did not finish the connection's handshake in ${connectTimeoutMs} ms${hint}`, { node }));
    });
  }

  /** Begins with what opens the socket. */
  begin(open: () => Socket): Socket {
    log.connection('%s opening', this.node);
    if (!connectChannel.hasSubscribers) return open();
    this.#trace = { node: this.node };
    return startTrace(connectChannel, this.#trace, open);
  }

  /** The socket is open. */
  async handshake(): Promise<void> {
    const approach = this.#approach;
    try {
      const server = await this.#runApproach(approach);
      // What was asked for in the meantime is newer. Nothing is awaited between the last look and `ready`: from then on others see to it.
      while (this.#generation !== this.#currentGeneration) await this.#logInAgain(server.protocol);
      this.handlers.ready(server);
    } catch (error) {
      if (approach === this.#approach) this.handlers.failed(asHandshakeError(error, this.node));
    }
  }

  /** The server has closed the socket before the handshake was over. Returns whether another socket is to be opened. */
  goesOn(): boolean {
    if (this.#isOver || this.#awaited.length === 0) return false;
    const next = approachAfter(this.#approach, this.#answered);
    if (next !== null) {
      log.connection('%s closed at %s, going on with: %s', this.node, this.#awaited[0]?.[0], next);
      this.#approach = next;
      this.#answered = { ping: false, opening: false };
      this.#awaited = [];
    } else if (!this.#answered.opening && this.closedAt === null) this.config.dialects?.forget(this.node);
    return next !== null;
  }

  /** The command at which a proxy closed the connection; null: at none, or it is no proxy as far as we know. */
  get closedAt(): string | null {
    const words = this.#approach === 'plain' ? this.#awaited[0] : undefined;
    if (words === undefined || words[0] === 'PING') return null;
    return words[0] === 'AUTH' && words.length > 2 ? 'AUTH with a user' : (words[0] ?? null);
  }

  /** The attempt is over, with or without an error. */
  end(...error: [] | [SlotwiseError]): void {
    this.#timer.clear();
    if (!this.#isOver) this.host?.ended(error.length === 0);
    this.#isOver = true;
    if (this.#trace !== null) finishTrace(connectChannel, this.#trace, ...error);
    this.#trace = null;
  }

  /** Takes back a call of the handshake, whose owner the attempt is. */
  failed(call: Call, failure: AttemptFailure): void {
    const error = failure.kind === 'error-reply' ? withoutSecrets(failure.error, this.#secrets) : failure.error;
    if (error instanceof ReplyError) this.refusal ??= error;
    call.fail(error);
  }

  async #runApproach(approach: Approach): Promise<ServerFacts> {
    if (approach === 'plain') {
      const steps = plainSteps({ ...this.config, clientName: null, credentials: await this.#credentials() });
      const server = factsIn(judge(steps, await this.#send(steps), this.node), this.node);
      return this.#learnt('plain', server);
    }
    if (approach === 'proof') {
      await this.#send([PING_STEP]);
      this.#answered.ping = true;
    }
    return this.#runHandshake(this.config.protocol, approach !== 'at once');
  }

  async #runHandshake(protocol: 2 | 3, openingAlone: boolean): Promise<ServerFacts> {
    const credentials = await this.#credentials();
    this.name = nameNow(this.config.clientName);
    const steps = handshakeSteps({ ...this.config, clientName: this.name, credentials }, protocol);
    const opening = openingAlone ? steps.slice(0, openingLength(steps)) : steps;
    const replies = await this.#send(opening);
    const isProxy = protocol === 2 && isOfProxy(opening, replies);
    let outcome = judge(opening, replies, this.node);
    if (outcome.next === 'resp2') {
      log.connection('%s does not take HELLO 3, going on with RESP2', this.node);
      return this.#runHandshake(2, false);
    }
    this.#answered.opening = outcome.next === 'ready' && !isProxy;
    if (outcome.next === 'ready' && opening.length < steps.length) {
      outcome = judge(steps, [...replies, ...(await this.#send(steps.slice(opening.length)))], this.node);
    }
    // Only PING tells whether predixy wants credentials.
    if (isProxy && credentials === null) factsIn(judge([PING_STEP], await this.#send([PING_STEP]), this.node), this.node);
    const server = factsIn(outcome, this.node);
    // Valkey 8 answers `REDIRECT host:port` from then on instead of READONLY: https://valkey.io/commands/client-capa/
    if (server.product === 'valkey') {
      void this.#exchange([['CLIENT', 'CAPA', 'redirect']], clock.deadlineIn(this.config.connectTimeoutMs)).catch(() => {});
    }
    return this.#learnt(isProxy ? 'plain' : 'hello', server);
  }

  #learnt(dialect: 'plain' | 'hello', server: ServerFacts): ServerFacts {
    this.config.dialects?.learnt(this.node, dialect);
    return dialect === 'plain' ? { ...server, plain: true } : server;
  }

  /** Generation of the credentials that are valid now. */
  get #currentGeneration(): number {
    const { credentials } = this.config;
    return typeof credentials === 'function' ? (credentials.generation ?? 0) : 0;
  }

  async #credentials(): Promise<Credentials | null> {
    const { credentials: source } = this.config;
    this.#generation = this.#currentGeneration;
    const credentials = typeof source === 'function' ? await askForCredentials(source) : source;
    if (credentials !== null) this.#secrets.push(credentials.password);
    return credentials;
  }

  async #logInAgain(protocol: 2 | 3): Promise<void> {
    const credentials = await this.#credentials();
    if (credentials === null) return;
    const steps = [{ words: authWords(credentials, protocol), on: 'auth' }] as const;
    const outcome = judge(steps, await this.#exchange([steps[0].words]), this.node);
    if (outcome.next === 'fail') throw outcome.error;
  }

  #send(steps: readonly HandshakeStep[]): Promise<Raw[]> {
    return this.#exchange(steps.map(({ words }) => words));
  }

  /** Sends the commands in one write. Resolves with the replies, of which some may be errors. */
  #exchange(commands: readonly (readonly string[])[], deadline = NO_DEADLINE): Promise<Raw[]> {
    const calls: Call[] = [];
    this.#awaited = [...commands];
    const replies = commands.map((words) => {
      calls.push(internalCall(words, deadline, this));
      const reply = takePromise() as Promise<Raw>; // no decoder
      const got = (answer: Raw): Raw => {
        this.#awaited = this.#awaited.filter((other) => other !== words);
        return answer;
      };
      return reply.then(got, (error: unknown) => got(replyOrThrow(error)));
    });
    this.handlers.write(calls);
    return Promise.all(replies);
  }
}
