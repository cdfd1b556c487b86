import type { ReplyError } from '../../errors.js';
import type { TopologyOptions } from '../../options/topology.js';
import { PROFILES, type ProxyError } from './profiles.js';

/** The errors that a proxy of this topology makes itself; none where it is not said which proxy it is. */
export function proxyErrorsOf(topology: TopologyOptions): readonly ProxyError[] {
  if (topology.kind !== 'endpoints' || typeof topology.refuses !== 'string') return [];
  return PROFILES[topology.refuses].errors;
}

/** What is known of an error reply, if it is one of these; null: it is a server's. */
export function proxyErrorFor(errors: readonly ProxyError[], { message }: ReplyError): ProxyError | null {
  return errors.find(({ text }) => text.test(message)) ?? null;
}
