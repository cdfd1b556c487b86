import { ClosedError, OptionsError, type Redis } from '../../index.js';
import { setImmediate, sleep } from '../../runtime/runtime.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import { callAside, thrownStack } from '../../util/user-function.js';
import type { Engine } from './engine.js';
import { asBullError, closedError } from './errors.js';
import { Scripts } from './scripts.js';
import { Session, type SessionOptions } from './session.js';
import { SessionCommands } from './session-commands.js';
import { clientListAt, keysOfShards } from './shards.js';
import type { BullClient } from './types.js';

type Status = 'connecting' | 'ready' | 'closing' | 'end';

const TRANSITIONS: Transitions<Status> = {
  connecting: ['ready', 'closing', 'end'],
  ready: ['closing', 'end'],
  closing: ['end'],
  end: ['connecting'],
};

/** Time between attempts to become ready, in ms. Each fails after a deadline of its own. */
const RETRY_MS = 1_000;

/** What a connection and its duplicates share. */
export interface Shared extends Omit<SessionOptions, 'isForeign'> {
  readonly engine: Engine;
}

/**
 * Connection as BullMQ wants it. Its commands share the connections of the client; what blocks, and the name by which BullMQ finds its
 * workers, has one of its own.
 *
 * | status | means | left by |
 * |---|---|---|
 * | connecting | commands are accepted, and wait for the servers | the first answer of a primary: ready; `disconnect`, `quit`: closing |
 * | ready | | `disconnect`, `quit`: closing |
 * | closing | commands are refused, what blocks is ended | the last outcome: end |
 * | end | commands are refused | `connect`: connecting |
 *
 * A failover changes none of it: commands wait for the new primary.
 */
export class BullConnection extends SessionCommands implements BullClient {
  /** Tells BullMQ that this needs no adapter. */
  readonly __bullmq_iredis = true;
  options: Record<string, unknown>;
  protected session: Session | null = null;
  #status: Status = 'end';
  #opening: Promise<void> = Promise.resolve();
  #ending: Promise<void> = Promise.resolve();
  /** It was told that nobody hears its errors. */
  #isWarned = false;
  readonly #shared: Shared;
  readonly #name: string | null;
  readonly #isDuplicate: boolean;

  constructor(shared: Shared, scripts = new Scripts(), duplicate: { readonly name: string | null } | null = null) {
    super(scripts);
    this.#shared = shared;
    this.#name = duplicate?.name ?? null;
    this.#isDuplicate = duplicate !== null;
    const options = { maxRetriesPerRequest: null, ...(this.#name === null ? {} : { connectionName: this.#name }) };
    this.options = { ...options, redisOptions: options };
    this.#open();
  }

  get isCluster(): boolean {
    return this.#shared.engine.topologyKind === 'cluster';
  }

  get status(): string {
    return this.#status;
  }

  /** BullMQ writes `end` when it has closed the connection. */
  set status(status: string) {
    if (status === 'end' && this.#status === 'closing') this.#enter('end');
  }

  /** The slotwise client that it stands on. Throws where it has ended. */
  get native(): Redis {
    if (this.session === null) throw closedError();
    return this.session.native;
  }

  duplicate({ connectionName }: { connectionName?: string } = {}): BullConnection {
    return new BullConnection(this.#shared, this.scripts, { name: connectionName ?? null });
  }

  /** Of a cluster: connections that differ in whose clients they list. Never none, which BullMQ takes for a cluster that it must connect again. */
  nodes(): BullClient[] {
    const { session } = this;
    const keys = session === null || !this.isCluster ? [] : keysOfShards(session.native);
    if (session === null || keys.length === 0) return [this];
    const at = (key: string): PropertyDescriptorMap => ({ clientList: { value: () => clientListAt(session.native, key) } });
    return keys.map((key) => Object.create(this, at(key)) as BullClient);
  }

  // --- its life

  /** Resolves when commands are served. Opens again what has ended. */
  async connect(): Promise<void> {
    // BullMQ writes the status, which says nothing about whether the end was announced.
    if (this.session === null) await this.#ending;
    if (this.session === null) this.#open();
    await this.#opening;
  }

  #open(): void {
    this.#enter('connecting');
    const { engine } = this.#shared;
    const session = new Session(engine.retain(), { ...this.#shared, isForeign: engine.isForeign });
    this.session = session;
    session.native.on('error', (error) => {
      // BullMQ takes one that comes while it waits for the end for a failure of that.
      if (this.session === session) this.#report(error);
    });
    // The program has closed its client.
    session.native.on('close', () => {
      if (this.session === session) this.disconnect();
    });
    this.#opening = this.#becomeReady(session);
    this.#opening.catch(() => {}); // whoever waits for it is told
  }

  async #becomeReady(session: Session): Promise<void> {
    while (!(await this.#tryToConnect(session))) await sleep(RETRY_MS);
    if (this.session !== session) throw closedError();
    this.#enter('ready');
    this.#tell('connect');
    this.#tell('ready');
  }

  async #tryToConnect(session: Session): Promise<boolean> {
    try {
      await session.connect(this.#name, this.#isDuplicate);
    } catch (error) {
      if (this.session !== session) throw closedError();
      const isFinal = error instanceof OptionsError || error instanceof ClosedError;
      if (!isFinal || error instanceof OptionsError) this.#report(error);
      if (!isFinal) return false;
      this.disconnect();
      throw asBullError(error);
    }
    return true;
  }

  /** Ends at once: what is in flight rejects, what blocks as soon as the server has let go of it. `reconnect`: opens again then. */
  disconnect(reconnect = false): void {
    const session = this.#beginToEnd();
    if (session === null) return;
    this.#ending = session
      .end(true)
      .then(() => this.#shared.engine.release())
      .then(() => this.#announceEnd());
    if (reconnect) this.connect().catch((error: unknown) => this.#report(error));
  }

  /** Ends when what is in flight is answered. Resolves before the event `end`. */
  async quit(): Promise<string> {
    const session = this.#beginToEnd();
    if (session === null) {
      await this.#ending;
      return 'OK';
    }
    const ended = session.end(false).then(() => this.#shared.engine.release());
    this.#ending = ended.then(() => nextTurn()).then(() => this.#announceEnd());
    await ended;
    return 'OK';
  }

  /** Null: it has begun before. */
  #beginToEnd(): Session | null {
    const { session } = this;
    if (session !== null) this.#enter('closing');
    this.session = null;
    return session;
  }

  #announceEnd(): void {
    // BullMQ may have written it.
    if (this.#status === 'closing') this.#enter('end');
    this.#tell('close');
    this.#tell('end');
  }

  #enter(next: Status): void {
    this.#status = transition(TRANSITIONS, this.#status, next);
  }

  /** Emits an event. What a listener throws must not end what tells it. */
  #tell(event: string, ...args: unknown[]): void {
    callAside(
      () => this.emit(event, ...args),
      (error) => {
        const detail = thrownStack(error);
        process.emitWarning(`A listener of '${event}' threw`, { type: 'SlotwiseWarning', code: 'SLOTWISE_LISTENER', detail });
      },
    );
  }

  #report(error: unknown): void {
    if (this.listenerCount('error') > 0) this.#tell('error', error);
    else if (!this.#isWarned) {
      this.#isWarned = true;
      const detail = "Listen to the connection's 'error' event to hear of what follows; this warning comes once a connection.";
      process.emitWarning(String(error), { type: 'SlotwiseWarning', code: 'SLOTWISE_UNHEARD_ERROR', detail });
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
