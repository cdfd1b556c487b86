import type { NodeAccess } from '../../pool/node.js';
import type { Raw } from '../../protocol/command-spec.js';
import { clock } from '../../util/clock.js';
import { infoOf } from '../replies.js';

/** A place in a stream of replication: which stream, and how many bytes of it. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ */
export interface Position {
  readonly replid: string;
  readonly offset: number;
}

/** A node, as far as its place in replication is concerned. */
export interface Replicating {
  /** Another number whenever the process behind the address may be another one. */
  readonly processEpoch: number;
  /** Asks on the connection that carries the commands of this access. */
  ask(words: readonly string[], access: NodeAccess): Promise<Raw>;
}

export interface OffsetReply {
  readonly position: Position;
  /** Number of the question. Whatever was done before it was asked is in the answer. */
  readonly requestNo: number;
  readonly processEpoch: number;
}

interface Entry {
  lastReply: OffsetReply | null;
  asking: boolean;
  /** On the clock, in ms. */
  askedAt: number;
}

/** One node is not asked more often. */
const SPACING_MS = 5;
const REQUEST: readonly string[] = ['INFO', 'replication'];

/** What a server says of its position, as a primary or as a replica: there it is what was applied, not what was received. Null: it has none. */
export function positionOf(raw: Raw, access: NodeAccess): Position | null {
  const info = infoOf(raw);
  if (info.get('role') !== (access === 'primary' ? 'master' : 'slave')) return null;
  const replid = info.get('master_replid') ?? '';
  const offset = Number(info.get(access === 'primary' ? 'master_repl_offset' : 'slave_repl_offset') ?? Number.NaN);
  return replid === '' || !Number.isSafeInteger(offset) || offset < 0 ? null : { replid, offset };
}

/**
 * The positions of nodes, for all sessions of a client: each asks when it would like to read from a replica and does not know whether it may, so that
 * nobody is asked while no session reads, and no node more than once in 5 ms however many do. Nodes are asked on the connections that carry the
 * commands: what was said is of the process that will answer the read, for as long as `incarnation` stays the same. A replica that was restarted may
 * have less than it had before, under the same replication id.
 */
export class OffsetTracker {
  readonly #entries = new WeakMap<Replicating, Entry>();
  #requests = 0;
  #epoch = 0;

  constructor(private readonly now: () => number = () => clock.now()) {}

  /** Another number after every change of a primary, or of who has which slots: positions of before say nothing of the data there is. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Number of the next question: its answer is after everything that has happened by now. */
  get next(): number {
    return this.#requests + 1;
  }

  changed(): void {
    this.#epoch++;
  }

  lastReply(node: Replicating): OffsetReply | null {
    return this.#entries.get(node)?.lastReply ?? null;
  }

  /** Asks the primary where it is, and then the replicas whether they are there. */
  fetchPrimaryOffset(primary: Replicating, replicas: readonly Replicating[]): void {
    void this.#ask(primary, 'primary').then((answered) => {
      if (answered) for (const replica of replicas) this.check(replica);
    });
  }

  /** Asks a replica where it is. */
  check(replica: Replicating): void {
    void this.#ask(replica, 'replica');
  }

  /** True: there is an answer to a question of now. It never rejects: who does not answer is not known. */
  async #ask(node: Replicating, access: NodeAccess): Promise<boolean> {
    let entry = this.#entries.get(node);
    if (entry === undefined) {
      entry = { lastReply: null, asking: false, askedAt: Number.NEGATIVE_INFINITY };
      this.#entries.set(node, entry);
    }
    const now = this.now();
    if (entry.asking || now - entry.askedAt < SPACING_MS) return false;
    entry.asking = true;
    entry.askedAt = now;
    const requestNo = ++this.#requests;
    const { processEpoch } = node;
    try {
      const position = positionOf(await node.ask(REQUEST, access), access);
      // An answer of a process that may be gone.
      if (position === null || node.processEpoch !== processEpoch) return false;
      entry.lastReply = { position, requestNo, processEpoch };
      return true;
    } catch {
      return false;
    } finally {
      entry.asking = false;
    }
  }
}
