import type { OptionsError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import type { NodeRules } from '../../topology/node-rules.js';
import { findNode, type TopologySnapshot } from '../../topology/snapshot.js';

/** Where a redirection leads to, or the mistake of the function in `addressMap`; null: `allowedAddresses` refuses it. */
export type RedirectTarget = Address | OptionsError | null;

/** Address book of a client: where the names lead that servers use for nodes, by its options and the current snapshot. */
export class AddressBook {
  constructor(
    private readonly rules: NodeRules,
    private readonly snapshot: () => TopologySnapshot | null,
  ) {}

  /** Which addresses are left out, and why, for messages that say why no node was found. */
  get leftOut(): string {
    return this.rules.leftOut;
  }

  /** Where we connect to for a node of this name: a server may name it by another one than the views that we have. */
  known(key: string): Address | null {
    const snapshot = this.snapshot();
    return snapshot === null ? null : (findNode(snapshot, key)?.address ?? null);
  }

  /** Whether a node has this address, as the servers name it. */
  knows(announced: Address): boolean {
    const address = this.rules.address(announced);
    return address !== null && this.known(addressKey(address)) !== null;
  }

  targetOf(failure: AttemptFailure, { host, port }: Redirection): RedirectTarget {
    const answered = failure.kind === 'error-reply' ? this.known(failure.node) : null;
    // An empty host is the host that answered: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
    return this.rules.addressOrMistake({ host: host === '' && answered !== null && 'host' in answered ? answered.host : host, port });
  }
}
