import type { Finding } from '../../../../lib/admin/preflight/finding.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';
import { idOf } from '../cluster-states.js';

/** What a server tells of itself. */
export interface Told {
  readonly info?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, string>>;
}

/** The cluster, where nodes tell this by their number. */
export function withTold(cluster: ClusterState, told: Readonly<Record<number, Told>>): ClusterState {
  const nodes = new Map(cluster.nodes);
  for (const [number, { info = {}, config = {} }] of Object.entries(told)) {
    const node = nodes.get(idOf(Number(number)));
    if (node === undefined) throw new Error(`no node ${number}`);
    const facts = { info: new Map(Object.entries(info)), config: new Map(Object.entries(config)), roundTripMs: 1 };
    nodes.set(node.id, { ...node, facts });
  }
  return { ...cluster, nodes };
}

/** What was found, in words. */
export function textsOf(findings: readonly Finding[]): string[] {
  return findings.map(({ refuses, text }) => `${refuses ? 'refused' : 'note'}: ${text}`);
}

type Send = (address: unknown, words: readonly Arg[], options?: { readonly database?: number }) => Promise<Raw>;

/** A client that sends commands one by one where they are given at once. */
export function batched(send: Send) {
  const sendOne = (address: unknown, words: readonly Arg[], options?: { readonly database?: number }): Promise<Raw> =>
    send(address, words, options).catch((error: unknown) => {
      if (error instanceof ReplyError) return error;
      throw error;
    });
  return {
    send,
    sendAll: (address: unknown, commands: readonly (readonly Arg[])[], options?: { readonly database?: number }) =>
      Promise.all(commands.map((words) => sendOne(address, words, options))),
  };
}
