import type { ReplyError } from '../../errors.js';
import type { Address } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import type { Node } from '../../pool/node.js';
import type { Call } from '../../protocol/call.js';
import type { Arg, CommandSpec, Decode } from '../../protocol/command-spec.js';
import type { Deployment } from '../nodes/deployment.js';
import type { View } from '../view.js';

/** Primary of a key in one of the places. */
export interface Primary {
  readonly address: Address;
  readonly node: Pick<Node, 'key' | 'ask' | 'unreachableReason'>;
}

/** Primary of a key, which is as the servers have it; null: none is known. */
export function primaryOf(deployment: Deployment, key: Arg): Primary | null {
  const { router, slotting } = deployment;
  const node = router?.primaryOf(router.shardFor(slotting?.slotOf(key) ?? -1)) ?? null;
  const address = node === null ? undefined : router?.snapshot.nodes.get(node.key)?.address;
  return node === null || address === undefined ? null : { node, address };
}

/** One place of the keys, as moving them knows it. */
interface Place {
  /** Primary of the key, which is as the servers have it; null: none is known. */
  primaryOf(key: Arg): Primary | null;
  /** Something may have changed: the servers are asked soon. */
  wake(reason: string): void;
}

/** The place that the keys go to: that of the client. */
export interface NextPlace extends Place {
  dispatch(call: Call, slot: number): void;
  /** A server, by its key, has named another one for a slot. */
  redirected(error: ReplyError, node: string): void;
}

/** The place that the keys were at before: a client of its own, whose views are made by `view`. */
export interface PreviousPlace extends Place {
  readonly options: Options;
  connect(): Promise<void>;
  /** Runs MIGRATE at the primary of this key, for keys that are all there. */
  migrate(args: readonly Arg[], key: Arg, view: View): Promise<unknown>;
  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown>;
  view(options: { readonly idempotent?: boolean }): View;
}
