import type { CommandSpec } from '../../protocol/command-spec.js';

/** Learning of commands that the table lacks, in the order in which they were issued: what comes meanwhile waits behind. */
export class Learning {
  #last: Promise<void> | null = null;

  /** Issues a command, once its spec is known and those before it are issued. */
  run(spec: CommandSpec, learn: () => Promise<CommandSpec>, issue: (spec: CommandSpec) => Promise<unknown>): Promise<unknown> {
    if (spec.arity !== 0 && this.#last === null) return issue(spec);
    // As a list: the next command waits until this one is issued, not for its reply.
    const begin = async (): Promise<readonly [reply: Promise<unknown>]> => [issue(spec.arity === 0 ? await learn() : spec)];
    const issued = this.#last === null ? begin() : this.#last.then(begin);
    const last = issued.then(
      () => {},
      () => {},
    );
    this.#last = last;
    void last.then(() => {
      if (this.#last === last) this.#last = null;
    });
    return issued.then(([reply]) => reply);
  }
}
