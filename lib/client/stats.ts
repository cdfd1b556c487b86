/** Statistics of a client: numbers of this moment, and sums since the client began. Commands pay nothing for them. */
export interface ClientStats {
  /**
   * Commands that are not answered yet: what counts against `queue.maxCommands`. One that was aborted or timed out counts until its reply
   * has come or can come no more.
   */
  readonly commands: number;
  /** Size of these in bytes, approximately: what counts against `queue.maxBytes`. */
  readonly bytes: number;
  /** How many of these wait for a node that can take them. */
  readonly waiting: number;
  readonly subscriptions: SubscriptionStats;
  /** One entry a node that the client knows, whether it has connections to it or not. */
  readonly nodes: readonly NodeStats[];
  /** First one entry for the commands that belong to no domain, then one a domain of the options. */
  readonly domains: readonly DomainStats[];
  /** Members of a ring; null: the topology is none. */
  readonly ring: RingStats | null;
  /** Numbers of the previous place of the keys (option `previous`); null: there is none. */
  readonly previous: PreviousStats | null;
}

/** Numbers of a ring. */
export interface RingStats {
  readonly members: number;
  /** Names of those that are left out at the moment (`onDown: 'eject'`). */
  readonly ejected: readonly string[];
  /** How often members were left out since the client began, and served again. */
  readonly ejections: number;
  readonly returns: number;
}

/** Numbers of the previous place of the keys: sums since the client began, and its nodes. */
export interface PreviousStats {
  /** Keys that this client has fetched over. */
  readonly fetched: number;
  /** Reads that the previous place answered. */
  readonly served: number;
  /** Keys that were in both places, of which the one at the previous place was deleted. */
  readonly duplicates: number;
  /** Commands that wait for keys of theirs. They count in `waiting`, too. */
  readonly waiting: number;
  readonly nodes: readonly NodeStats[];
}

/** Sums over the commands of one domain since the client began. A command that is split counts once a part. */
export interface DomainStats {
  /** Name of the domain; null: commands of no domain. */
  readonly domain: string | null;
  /** Commands that only read. */
  readonly reads: number;
  /** Commands that write, scripts and functions included. A transaction counts as the commands in it. */
  readonly writes: number;
  /** Attempts of reads that went to a node only because a step of the fallback was taken. */
  readonly fallbacks: number;
  /** Reads that were asked of a second node, and those of them in which it was faster. */
  readonly hedged: number;
  readonly hedgeWins: number;
  /** Commands that its guard refused. */
  readonly guarded: number;
}

/** Numbers of one node. */
export interface NodeStats {
  /** `host:port`, or the path of the socket file. */
  readonly node: string;
  /** Role by the last probe; null for a node that no server named. */
  readonly role: 'primary' | 'replica' | null;
  /** Attempts sent to the node since the client began, blocking ones included; a command that was tried twice counts twice. */
  readonly sent: number;
  /** Attempts that only read. `writes` counts those that write, a transaction as one; what touches no data is neither. */
  readonly reads: number;
  readonly writes: number;
  /** Reads that went to the node only because a step of the fallback was taken. */
  readonly fallbacks: number;
  /** Reads that were sent to the node because another one was slow (`hedge`). */
  readonly hedged: number;
  /** Hedged reads in which the node was faster. */
  readonly hedgeWins: number;
  /**
   * Attempts on the shared connections that wait to be written or for their reply; the handshake of a connection that opens counts, too.
   */
  readonly inFlight: number;
  /**
   * Time from a write to its first reply, in ms, smoothed (a new sample weighs 0.2); null before the first. Blocking commands do not count.
   */
  readonly rttMs: number | null;
  /** Whether a connection can be had. */
  readonly reachable: boolean;
  /** Open connections of its exclusive pool: leased, blocked or idle. */
  readonly exclusiveConnections: number;
  /** Availability zone by the `nodes` rules, else as the server says; null: unknown. */
  readonly zone: string | null;
  /** Priority by the `nodes` rules. */
  readonly priority: number;
  readonly weight: number;
  /**
   * Round trip of the probes on a connection of their own, in ms, smoothed: what latency windows go by. This and the numbers below are
   * known of shards that serve reads by replicas; null before the first probe.
   */
  readonly pingMs: number | null;
  /** Upper bound of the age of its data, in ms; 0 for a primary. Grows while the node is not probed. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  /** How often it was taken out of service for reads: lost link or load of its data, connections, circuit breaker. */
  readonly ejections: number;
  readonly breaker: 'closed' | 'open' | 'half-open';
}

/** Numbers of a client's subscriptions. */
export interface SubscriptionStats {
  /** Channels with listeners; a channel counts once, however many listeners it has. */
  readonly channels: number;
  readonly patterns: number;
  readonly shardChannels: number;
  /** Channels, patterns and sharded channels that no server delivers to us at the moment. */
  readonly waiting: number;
  /** Open connections for subscriptions, and those that are being opened. */
  readonly connections: number;
  /** Messages received since the client began; one that several listeners got counts once. */
  readonly messages: number;
  /** Gaps reported since the client began. */
  readonly gaps: number;
  /** Messages that full buffers dropped. */
  readonly dropped: number;
}
