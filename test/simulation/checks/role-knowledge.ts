import type { RoleWord } from '../books.js';
import type { DeploymentKind } from '../topologies/deployment.js';

/**
 * Since when a client could have known that a node is not the primary, of a slot where there are slots. Words are taken in the order in which
 * its program read them. Where tellers contradict each other it could have known only what no sensible reading denies:
 *
 * | word | is against the node | takes that back |
 * |---|---|---|
 * | its own, that it is a replica, or that another has the slot | always | |
 * | its own, that it is the primary | | in a cluster unless a higher epoch made another one the owner; in a group if it was none before |
 * | a cluster's, that another has the slot | with a higher epoch than the node was ever named with | |
 * | a cluster's, that the node has the slot | | unless its epoch is lower than the one against it |
 * | MOVED of a third node to another | never: it has no epoch, and may be late | |
 * | MOVED of a third node to the node | | always: who is redirected goes there |
 * | who has the slot by the word against the node, that the node has it | | always: it gave it back |
 * | a sentinel's, that another is the primary | once that one says so itself, later than the node did since a sentinel named it, and unless a higher epoch names the node | |
 * | a sentinel's, that the node is the primary | | always |
 * | a replica's, that it follows the node, without sentinels | | if it is new, and so newer than what the node said of itself |
 * | a replica's, that it follows another | never | never |
 * | behind one address: its own, that it is a replica | once another says by that address that it is the primary: a replica may take writes (`replica-read-only no`), and there is nobody else to ask | if it is the primary |
 * | behind one address: another's, that the node is the primary (REDIRECT) | | always: who is redirected goes there |
 */
export class RoleKnowledge {
  /** null: it could not have known. In ms. */
  knownAt: number | null = null;
  /** The word that told it. */
  because: RoleWord | null = null;
  /** Who had the slot instead, by the last word against the node. */
  #successor: string | null = null;
  /** The epoch of the word against the node; -1: it had none. */
  #againstEpoch = -1;
  /** The highest epoch with which the node was named as the owner. */
  #ownEpoch = -1;
  /** Its own last word, behind one address. */
  #isReplica = false;
  /** Whom the last word of a sentinel named. */
  #named: RoleWord | null = null;
  /** Nodes whose last word of themselves was that they are primaries, and since when. */
  readonly #risen = new Map<string, number>();
  /** Whom each replica follows, by its last word. */
  readonly #followed = new Map<string, string>();

  constructor(
    private readonly kind: DeploymentKind,
    private readonly node: string,
    private readonly slot: number | null,
    private readonly isDataNode: (address: string) => boolean,
  ) {}

  take(word: RoleWord): void {
    if (this.kind === 'cluster') this.#takeOfCluster(word);
    else if (this.kind === 'single') this.#takeByAddress(word);
    else this.#takeOfGroup(word);
  }

  #takeOfCluster(word: RoleWord): void {
    const { node, slot } = this;
    const { teller, isPrimary, epoch } = word;
    const isOwn = teller === node;
    const names = isPrimary && this.#covers(word);
    if (word.node === node) {
      if (!isPrimary) {
        if (isOwn) this.#against(word);
        return;
      }
      if (names && (teller === this.#successor || (epoch === null && !isOwn))) {
        this.#takeBack();
        return;
      }
      // ROLE has no slots: it says nothing of which a primary has.
      if (!names && !(isOwn && word.slots === null)) return;
      if (epoch !== null) this.#ownEpoch = Math.max(this.#ownEpoch, epoch);
      if (this.#againstEpoch < 0 || (epoch !== null && epoch >= this.#againstEpoch)) this.#takeBack();
      return;
    }
    if (!names || slot === null) return;
    if (isOwn) this.#against(word);
    else if (epoch !== null && this.#ownEpoch >= 0 && epoch > this.#ownEpoch) this.#against(word);
  }

  #takeByAddress(word: RoleWord): void {
    if (word.teller !== word.node) {
      if (word.node !== this.node) return;
      this.#isReplica = false;
      this.#takeBack();
    } else if (word.node === this.node) {
      this.#isReplica = !word.isPrimary;
      if (word.isPrimary) this.#takeBack();
    } else if (word.isPrimary && this.#isReplica) this.#against(word);
  }

  #takeOfGroup(word: RoleWord): void {
    const { teller, isPrimary } = word;
    if (teller === word.node) this.#takeOwnOfGroup(word);
    else if (this.isDataNode(teller)) this.#takeOfReplica(word);
    else if (isPrimary) {
      this.#named = word;
      // What it says of itself from now on is news.
      this.#risen.delete(word.node);
      if (word.node === this.node) {
        this.#ownEpoch = Math.max(this.#ownEpoch, word.epoch ?? -1);
        this.#takeBack();
      }
    }
    const successor = this.#named?.node;
    if (successor === undefined || successor === this.node || (this.#named?.epoch ?? this.#ownEpoch) < this.#ownEpoch) return;
    const risenAt = this.#risen.get(successor);
    if (risenAt !== undefined && risenAt > (this.#risen.get(this.node) ?? Number.NEGATIVE_INFINITY)) this.#against(word);
  }

  #takeOwnOfGroup(word: RoleWord): void {
    const { teller, isPrimary, at } = word;
    const isNew = isPrimary && !this.#risen.has(teller);
    if (isNew) this.#risen.set(teller, at);
    if (!isPrimary) this.#risen.delete(teller);
    if (isPrimary) this.#followed.delete(teller);
    if (teller !== this.node) return;
    if (!isPrimary) this.#against(word);
    else if (isNew) this.#takeBack();
  }

  #takeOfReplica({ teller, node }: RoleWord): void {
    if (this.kind !== 'sentinel' && node === this.node && this.#followed.get(teller) !== node) this.#takeBack();
    this.#followed.set(teller, node);
  }

  #covers({ slots }: RoleWord): boolean {
    const { slot } = this;
    if (slot === null || slots === null) return false;
    // Hundreds of thousands of words and slots meet here in a seed.
    for (const range of slots) if (slot >= range[0] && slot <= range[1]) return true;
    return false;
  }

  #against(word: RoleWord): void {
    this.#againstEpoch = Math.max(this.#againstEpoch, word.epoch ?? -1);
    if (word.node !== this.node) this.#successor = word.node;
    if (this.knownAt !== null) return;
    this.knownAt = word.at;
    this.because = word;
  }

  #takeBack(): void {
    this.knownAt = null;
    this.because = null;
    this.#successor = null;
    this.#againstEpoch = -1;
  }
}
