import type { SubscriptionDeployment } from './subscription-deployment.js';

/** Primaries of the topology, for subscriptions that exist on every one of them. */
export class PrimaryTracker {
  readonly #listeners = new Set<() => void>();

  constructor(private readonly deployment: Pick<SubscriptionDeployment, 'snapshot' | 'confirmedSinceMs'>) {}

  /** Keys of the primaries there are. */
  get keys(): string[] {
    const { shards = [], kind } = this.deployment.snapshot ?? {};
    // Endpoints lead to the same servers.
    return (kind === 'endpoints' ? shards.slice(0, 1) : shards).flatMap(({ primary }) => primary?.key ?? []);
  }

  /** Moment at which this one was last seen to be so, in ms since 1970. */
  confirmedSinceMs(node: string): number {
    return this.deployment.confirmedSinceMs(node);
  }

  /** The same of the member of a ring that has the slot. */
  ofMember(slot: number): Pick<PrimaryTracker, 'keys' | 'confirmedSinceMs' | 'onTopology'> {
    const { deployment } = this;
    return {
      get keys() {
        return deployment.snapshot?.shards.flatMap(({ primary, member }) => (member?.slot === slot ? (primary?.key ?? []) : [])) ?? [];
      },
      confirmedSinceMs: (node) => this.confirmedSinceMs(node),
      onTopology: (listener) => this.onTopology(listener),
    };
  }

  /** Calls `listener` after every change of the topology. The function returned ends that. */
  onTopology(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  topologyChanged(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
