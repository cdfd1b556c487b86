import type { Target } from '../driver.js';
import type { Resources } from '../resources.js';
import type { PubsubContestantName, SubscribedKind } from './clients.js';

export interface ChannelSet {
  readonly kind: SubscribedKind;
  readonly channels: readonly string[];
}

/** What was published to a channel: the n-th message is the text of n. On the clock of `nowMs`. */
export interface Published {
  readonly issuedAt: Float64Array;
  /** 0: it failed, or was not answered yet. */
  readonly acknowledgedAt: Float64Array;
  /** How many subscribers of its own the server said it handed the message to. */
  readonly receivers: Float64Array;
}

/** What came of a channel, in the order it came, on the clock of `nowMs`. */
export interface Received {
  readonly numbers: Int32Array;
  readonly at: Float64Array;
  readonly gaps: readonly { readonly since: number; readonly until: number }[];
}

export type PubsubQuestion =
  | {
      readonly ask: 'subscribe';
      readonly client: PubsubContestantName;
      readonly target: Target;
      readonly channelSets: readonly ChannelSet[];
    }
  | { readonly ask: 'publish'; readonly target: Target; readonly channelSets: readonly ChannelSet[]; readonly rate: number }
  | { readonly ask: 'stop' }
  | { readonly ask: 'resources' };

export type PubsubAnswer =
  | { readonly to: 'subscribe' | 'publish' }
  | { readonly to: 'stop'; readonly published: Record<string, Published>; readonly received: Record<string, Received> }
  | { readonly to: 'resources'; readonly resources: Resources }
  | { readonly to: 'error'; readonly message: string };
