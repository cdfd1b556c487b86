import { Commander } from './commander.js';
import type { CommanderOptions } from './options/types.js';
import { type PubSubListener, type PubSubType, Subscriptions } from './subscriptions.js';

type Names = string | readonly string[];

/** Commander with the methods that subscribe, each in camel case and in capitals. */
export abstract class PubSubCommander extends Commander {
  /** @internal */
  protected readonly subscriptions: Subscriptions;

  constructor(options: CommanderOptions) {
    super(options);
    this.subscriptions = new Subscriptions((error) => this.emitError(error));
  }

  get isPubSubActive(): boolean {
    return this.subscriptions.isActive;
  }

  SUBSCRIBE<B extends boolean = false>(channels: Names, listener: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.subscriptions.subscribe('CHANNELS', channels, listener, bufferMode);
  }

  UNSUBSCRIBE<B extends boolean = false>(channels?: Names, listener?: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.subscriptions.unsubscribe('CHANNELS', channels, listener as PubSubListener, bufferMode);
  }

  PSUBSCRIBE<B extends boolean = false>(patterns: Names, listener: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.subscriptions.subscribe('PATTERNS', patterns, listener, bufferMode);
  }

  PUNSUBSCRIBE<B extends boolean = false>(patterns?: Names, listener?: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.subscriptions.unsubscribe('PATTERNS', patterns, listener as PubSubListener, bufferMode);
  }

  SSUBSCRIBE<B extends boolean = false>(channels: Names, listener: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.subscriptions.subscribe('SHARDED', channels, listener, bufferMode);
  }

  SUNSUBSCRIBE<B extends boolean = false>(channels?: Names, listener?: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.subscriptions.unsubscribe('SHARDED', channels, listener as PubSubListener, bufferMode);
  }

  subscribe<B extends boolean = false>(channels: Names, listener: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.SUBSCRIBE(channels, listener, bufferMode);
  }

  unsubscribe<B extends boolean = false>(channels?: Names, listener?: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.UNSUBSCRIBE(channels, listener, bufferMode);
  }

  pSubscribe<B extends boolean = false>(patterns: Names, listener: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.PSUBSCRIBE(patterns, listener, bufferMode);
  }

  pUnsubscribe<B extends boolean = false>(patterns?: Names, listener?: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.PUNSUBSCRIBE(patterns, listener, bufferMode);
  }

  sSubscribe<B extends boolean = false>(channels: Names, listener: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.SSUBSCRIBE(channels, listener, bufferMode);
  }

  sUnsubscribe<B extends boolean = false>(channels?: Names, listener?: PubSubListener<B>, bufferMode?: B): Promise<void> {
    return this.SUNSUBSCRIBE(channels, listener, bufferMode);
  }

  /** The listeners of a kind, by channel or pattern. */
  getPubSubListeners(type: PubSubType): ReadonlyMap<string, unknown> {
    return this.subscriptions.listeners(type);
  }
}
