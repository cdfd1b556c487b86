import type { Address } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import type { ControlChannel, SendOptions, SubscriptionChannel, SubscriptionEvents } from '../resolver-api.js';
import type { ControlConnections } from './control-connections.js';
import type { SentinelConnections } from './sentinel-connections.js';

/** What resolvers ask: data nodes over the client's own control connections, sentinels over those that a client and its groups share. */
export class ControlByAccess implements ControlChannel, SubscriptionChannel {
  readonly #data: ControlConnections;
  readonly #sentinels: SentinelConnections;

  constructor(data: ControlConnections, sentinels: SentinelConnections) {
    this.#data = data;
    this.#sentinels = sentinels;
  }

  send(address: Address, commands: readonly (readonly string[])[], options: SendOptions = {}): Promise<Raw[]> {
    return this.#of(options.as ?? 'data').send(address, commands, options);
  }

  subscribe(address: Address, channels: readonly string[], as: 'data' | 'sentinel', events: SubscriptionEvents): () => void {
    return this.#of(as).subscribe(address, channels, events);
  }

  forget(address: Address): void {
    this.#data.forget(address);
  }

  #of(as: 'data' | 'sentinel'): ControlConnections | SentinelConnections {
    return as === 'sentinel' ? this.#sentinels : this.#data;
  }
}
