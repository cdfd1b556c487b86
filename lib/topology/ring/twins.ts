import type { NodeInfo, TopologySnapshot } from '../snapshot.js';

/**
 * Watch for members of a ring that are one server under two names: its keys count twice in what is asked of all members. A primary is asked
 * once which process it is.
 */
export class Twins {
  /** Processes by key of the primary; null: it was asked, and has not said. */
  readonly #processes = new Map<string, string | null>();
  readonly #told = new Set<string>();
  #latest: TopologySnapshot | null = null;

  /** `report` gets a warning for each pair, once. */
  constructor(
    private readonly processOf: (primary: NodeInfo) => Promise<string | null>,
    private readonly report: (text: string) => void,
  ) {}

  /** Looks at the members of now. Called after each look at one, too: who did not answer is asked again. */
  follow(snapshot: TopologySnapshot): void {
    const isNew = snapshot !== this.#latest;
    this.#latest = snapshot;
    for (const key of this.#processes.keys()) if (!snapshot.nodes.has(key)) this.#processes.delete(key);
    const unknown = snapshot.shards.flatMap(({ primary }) => (primary === null || this.#processes.has(primary.key) ? [] : primary));
    for (const primary of unknown) this.#ask(primary);
    if (isNew) this.#compare();
  }

  #ask(primary: NodeInfo): void {
    const { key } = primary;
    if (this.#processes.has(key)) return;
    this.#processes.set(key, null);
    this.processOf(primary).then(
      (process) => {
        if (this.#processes.has(key)) this.#processes.set(key, process);
        this.#compare();
      },
      () => this.#processes.delete(key),
    );
  }

  #compare(): void {
    const names = new Map<string, string>();
    for (const { primary, member } of this.#latest?.shards ?? []) {
      const process = primary === null ? null : (this.#processes.get(primary.key) ?? primary.key);
      if (primary === null || member === undefined || process === null) continue;
      const other = names.get(process);
      names.set(process, member.name);
      const pair = `${other} ${member.name}`;
      if (other === undefined || this.#told.has(pair)) continue;
      this.#told.add(pair);
      this.report(`the members ${other} and ${member.name} of the ring are one server, ${primary.key}: its keys count twice`);
    }
  }
}
