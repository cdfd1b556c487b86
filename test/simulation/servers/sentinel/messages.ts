/** What INFO tells a sentinel. */
export interface NodeReport {
  readonly runId: string;
  readonly role: 'master' | 'slave';
  /** Of a primary. */
  readonly replicas: readonly { readonly host: string; readonly port: number }[];
  /** Of a replica. */
  readonly primary: { readonly host: string; readonly port: number } | null;
  readonly isLinkUp: boolean;
  /** How long the link has been down, in ms; 0: it is up. */
  readonly linkDownMs: number;
  readonly offset: number;
  readonly priority: number;
}

/** What sentinels say of themselves and of the primary that they know, on the channel `__sentinel__:hello`. */
export interface Hello {
  readonly host: string;
  readonly port: number;
  readonly runId: string;
  readonly epoch: number;
  readonly group: string;
  readonly primaryHost: string;
  readonly primaryPort: number;
  readonly configEpoch: number;
}

/** Between sentinels, and between a sentinel and a server of data, in both directions. */
export type SentinelMessage =
  | { readonly is: 'ping' }
  /** Good: PONG, LOADING or MASTERDOWN. */
  | { readonly is: 'pong'; readonly isGood: boolean }
  | { readonly is: 'info' }
  | { readonly is: 'report'; readonly report: NodeReport }
  | { readonly is: 'hello'; readonly hello: Hello }
  /** MULTI, SLAVEOF, CONFIG REWRITE, CLIENT KILL TYPE normal, CLIENT KILL TYPE pubsub, EXEC. null: NO ONE. */
  | { readonly is: 'slaveof'; readonly primary: { readonly host: string; readonly port: number } | null }
  /** SENTINEL IS-MASTER-DOWN-BY-ADDR; `candidate` is null where no vote is asked for. */
  | { readonly is: 'ask'; readonly host: string; readonly port: number; readonly epoch: number; readonly candidate: string | null }
  | { readonly is: 'answer'; readonly isDown: boolean; readonly leader: string | null; readonly leaderEpoch: number };

export const PING: SentinelMessage = { is: 'ping' };
export const INFO: SentinelMessage = { is: 'info' };
export const PONG: SentinelMessage = { is: 'pong', isGood: true };
