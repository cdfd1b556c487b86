import type { NodeAccess } from '../../pool/node.js';
import type { Raw } from '../../protocol/command-spec.js';
import { clock } from '../../util/clock.js';
import { parseReplication } from './info.js';

/**
 * A position in a replication stream: which stream, and how many bytes of it.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
 */
export interface Position {
  readonly replid: string;
  readonly offset: number;
}

/** A node, as far as its position in replication is concerned. */
export interface Replicating {
  /** Another number whenever the process behind the address may be another one. */
  readonly processEpoch: number;
  /** Asks on the connection that carries the commands of this access. */
  ask(words: readonly string[], access: NodeAccess): Promise<Raw>;
}

interface OffsetReply {
  readonly position: Position;
  /** Number of the request. Whatever was executed before it was sent is in the answer. */
  readonly requestNo: number;
  readonly processEpoch: number;
}

interface Entry {
  lastReply: OffsetReply | null;
  asking: boolean;
  /** Moment of the last request, on the clock in ms. */
  askedAt: number;
}

/** Least time between two requests to one node, in ms. */
const SPACING_MS = 5;
const REQUEST: readonly string[] = ['INFO', 'replication'];

/**
 * The position that a server reports: of a primary what it wrote, of a replica what it applied (not what it received). Null: it has another
 * role, or none, as a replica whose data set is about to be replaced.
 */
export function positionOf(raw: Raw, access: NodeAccess): Position | null {
  const { role, syncing, replid, offset } = parseReplication([raw]);
  return role !== access || syncing || replid === '' || offset === null ? null : { replid, offset };
}

/**
 * Tracker of the replication offsets of nodes, for all sessions of a client. A session asks when it would like to read from a replica and
 * does not know whether it may: without such reads no node is asked, and with any number of them each node at most once in 5 ms. Nodes are
 * asked on the connections that carry the commands: an answer is about the process that will serve the read, as long as its `processEpoch`
 * stays the same. A replica that was restarted may have less than it had before, under the same replication id.
 */
export class OffsetTracker {
  readonly #entries = new WeakMap<Replicating, Entry>();
  #requests = 0;
  #epoch = 0;

  /** `mayAsk`: whether the servers take INFO, at which some proxies close. */
  constructor(
    private readonly now: () => number = () => clock.now(),
    private readonly mayAsk: () => boolean = () => true,
  ) {}

  /**
   * Another number after every change of a primary, or of slot owners: earlier positions say nothing of the data that a primary has now.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** Number of the next request: its answer is after everything that has happened by now. */
  get next(): number {
    return this.#requests + 1;
  }

  changed(): void {
    this.#epoch++;
  }

  lastReply(node: Replicating): OffsetReply | null {
    return this.#entries.get(node)?.lastReply ?? null;
  }

  /** Asks the primary for its offset, and then the replicas for theirs. */
  fetchPrimaryOffset(primary: Replicating, replicas: readonly Replicating[]): void {
    void this.#ask(primary, 'primary').then((answered) => {
      if (answered) for (const replica of replicas) this.check(replica);
    });
  }

  /** Asks a replica for its offset. */
  check(replica: Replicating): void {
    void this.#ask(replica, 'replica');
  }

  /** Asks the node. True: there is an answer to a request of now. Never rejects: of a node that does not answer nothing new is known. */
  async #ask(node: Replicating, access: NodeAccess): Promise<boolean> {
    let entry = this.#entries.get(node);
    if (entry === undefined) {
      entry = { lastReply: null, asking: false, askedAt: Number.NEGATIVE_INFINITY };
      this.#entries.set(node, entry);
    }
    const now = this.now();
    if (entry.asking || now - entry.askedAt < SPACING_MS || !this.mayAsk()) return false;
    entry.asking = true;
    entry.askedAt = now;
    const requestNo = ++this.#requests;
    const { processEpoch } = node;
    try {
      const position = positionOf(await node.ask(REQUEST, access), access);
      // The process that answered may be gone.
      if (node.processEpoch !== processEpoch) return false;
      entry.lastReply = position === null ? null : { position, requestNo, processEpoch };
      return position !== null;
    } catch {
      return false;
    } finally {
      entry.asking = false;
    }
  }
}
