import { ConnectionLostError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { clock } from '../../util/clock.js';
import type { DeploymentBus } from './deployment-bus.js';
import type { Later } from './later.js';
import type { ShardFacts } from './shard-facts.js';

/** Least time between two renewals of the connections to a fixed address, in ms. */
const SPACING_MS = 50;

/** Makes the connections to a fixed address anew, because it may lead to another server. */
export class Renewals {
  /** Nodes whose next renewal waits for its time, and whether it is one of all connections. */
  readonly #due = new Map<Node, boolean>();

  constructor(
    private readonly bus: DeploymentBus,
    private readonly later: Later,
    private readonly facts: Pick<ShardFacts, 'leadsToReplica'>,
  ) {}

  /**
   * A replica has refused a call. Of many refusals the first counts, until the new connections are ready: these have led to a replica as well,
   * and are made anew after a while, unless a probe has found the same: then another one will find that the address leads elsewhere.
   */
  refused(node: Node): void {
    this.bus.emit('refusedWrite', node.key);
    if (this.#leftMs(node) <= 0) this.#renew(node, false);
    else if (node.ready && !this.facts.leadsToReplica({ node: node.key })) this.#delay(node, false);
  }

  /** The address leads to another server than before: what is being connected may have begun with the old one. */
  moved(node: Node): void {
    if (this.#leftMs(node) <= 0) this.#renew(node, true);
    else this.#delay(node, true);
  }

  #leftMs({ renewedAt }: Node): number {
    return renewedAt + SPACING_MS - clock.now();
  }

  #delay(node: Node, all: boolean): void {
    const isDue = this.#due.has(node);
    this.#due.set(node, all || this.#due.get(node) === true);
    if (isDue) return;
    this.later.run(this.#leftMs(node), () => {
      const ofAll = this.#due.get(node);
      if (ofAll !== undefined) this.#renew(node, ofAll);
    });
  }

  #renew(node: Node, all: boolean): void {
    this.#due.delete(node);
    node.renewedAt = clock.now();
    this.bus.emit('callsReturned', node.renew(all));
    this.bus.emit('renewed', node.key, new ConnectionLostError(`${node.key} may lead to another server`, { node: node.key }));
  }
}
