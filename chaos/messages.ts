import type { BlockedOptions, BlockedReport } from './blocked-callers.js';
import type { ContestantName } from './clients.js';
import type { DriverOptions } from './driver.js';
import type { ListRead } from './fault.js';
import type { KeySpace } from './key-space.js';
import type { Stall } from './load.js';
import type { Operations } from './operations.js';
import type { Received } from './pubsub/messages.js';
import type { Resources } from './resources.js';
import type { ChannelSubscriber } from './subscribers.js';
import type { TransferOptions, TransfersReport } from './transfers.js';

export type Question =
  | { readonly ask: 'open'; readonly client: ContestantName; readonly options: DriverOptions }
  | {
      readonly ask: 'load';
      readonly rate: number;
      readonly keys: KeySpace;
      readonly blocked: BlockedOptions | null;
      readonly subscribers: readonly ChannelSubscriber[];
    }
  | { readonly ask: 'stop'; readonly limitMs: number }
  | { readonly ask: 'list'; readonly key: string; readonly limitMs: number }
  | { readonly ask: 'transfer'; readonly options: TransferOptions; readonly limitMs: number }
  | { readonly ask: 'resources' }
  | { readonly ask: 'close' };

export type Answer =
  | { readonly to: 'open' | 'load' | 'close' }
  | {
      readonly to: 'stop';
      readonly writes: Operations;
      readonly reads: Operations;
      readonly stalls: readonly Stall[];
      readonly blocked: BlockedReport | null;
      /** By channel. */
      readonly received: Record<string, Received>;
    }
  | { readonly to: 'list'; readonly read: ListRead }
  | { readonly to: 'transfer'; readonly transfers: TransfersReport }
  | { readonly to: 'resources'; readonly resources: Resources }
  | { readonly to: 'error'; readonly message: string };
