import type { Node } from '../../pool/node.js';
import type { Router } from '../../routing/router.js';
import type { ProbedMember } from '../../topology/monitor-api.js';

/** Primaries that answer probes, of a topology with one shard or of the members of a ring. */
export class AnsweringPrimaries {
  /** Members whose last probe ended with the answer of their primary; null: all of a topology. */
  readonly #answering = new Set<string | null>();

  /**
   * Takes the end of a probe. Returns the primary where it is the first one that it answers: connections need not wait for it. Not each: it
   * may hang up on all.
   */
  probed(error: unknown, { name, shard }: ProbedMember, router: Router | null): Node | null {
    const isWhole = router !== null && (name !== null || !router.sharded);
    const problem = name === null ? router?.snapshot.problem : router?.snapshot.shards[shard]?.member?.problem;
    const answers = error === undefined && isWhole && problem === undefined;
    const primary = answers && !this.#answering.has(name) ? router.primaryOf(shard) : null;
    if (answers) this.#answering.add(name);
    else this.#answering.delete(name);
    return primary;
  }
}
