import type { ReplyError } from '../../errors.js';
import type { TopologyOptions } from '../../options/topology.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { provesNothingRan } from '../../protocol/refusals.js';
import { PROFILES, type ProxyError } from './profiles.js';

/** The errors that a proxy of this topology makes itself; none where it is not said which proxy it is. */
function errorsOf(topology: TopologyOptions): readonly ProxyError[] {
  if (topology.kind !== 'endpoints' || typeof topology.refuses !== 'string') return [];
  return PROFILES[topology.refuses].errors;
}

/** What error replies mean where a proxy may stand before the servers. */
export class ProxyErrors {
  readonly #own: readonly ProxyError[];

  constructor(
    topology: TopologyOptions,
    /** Whether something is spoken to that does not take HELLO: a proxy that may spread keys. */
    private readonly hasPlain: () => boolean = () => false,
  ) {
    this.#own = errorsOf(topology);
  }

  /**
   * What is known of an error reply to this command, if it is a proxy's; null: a server has answered it. A proxy splits a command of several
   * keys by server, and gives the error of one part as that of the whole: the others may have run.
   */
  find(error: ReplyError, spec: CommandSpec, args: readonly Arg[]): ProxyError | null {
    const own = this.#own.find(({ text }) => text.test(error.message)) ?? null;
    const saysNothingRan = own === null ? provesNothingRan(error, 'none') : own.executed === 'no';
    if (!saysNothingRan || !this.#mayHaveSplit(spec, args)) return own;
    return { text: own?.text ?? /^/, executed: 'unknown', repeat: 'reads' };
  }

  #mayHaveSplit(spec: CommandSpec, args: readonly Arg[]): boolean {
    return spec.request === 'multi_shard' && (this.#own.length > 0 || this.hasPlain()) && keyIndexes(spec, args).length > 1;
  }
}
