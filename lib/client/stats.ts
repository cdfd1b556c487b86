/** What `stats()` tells: numbers of this moment, and sums since the client began. Reading them costs a walk over the nodes, and commands nothing. */
export interface ClientStats {
  /** Commands that are not answered yet: what counts against `queue.maxCommands`. Who gave up counts until the reply has come or can come no more. */
  readonly commands: number;
  /** About the bytes of these: what counts against `queue.maxBytes`. */
  readonly bytes: number;
  /** How many of these wait for a node that can take them. */
  readonly waiting: number;
  readonly subscriptions: SubscriptionStats;
  /** One entry a node that the client knows, whether it has connections to it or not. */
  readonly nodes: readonly NodeStats[];
  /** One entry a domain of the options, and first one for the commands that belong to none. */
  readonly domains: readonly DomainStats[];
}

/** Sums over the commands of one domain since the client began. A command that is split counts once a part. */
export interface DomainStats {
  /** Null: of no domain. */
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

export interface NodeStats {
  /** `host:port`, or the path of the socket file. */
  readonly node: string;
  /** By the last look at the servers; null for one that none of them named. */
  readonly role: 'primary' | 'replica' | null;
  /** Attempts handed to it since the client began, blocking ones included; a command that was tried twice counts twice. */
  readonly sent: number;
  /** Of these, by what they do. A transaction is one write; what touches no data is neither. */
  readonly reads: number;
  readonly writes: number;
  /** Of the reads: those that came here only because a step of a fallback was taken. */
  readonly fallbacks: number;
  /** Of the reads: those that it was asked for because another node was slow (`hedge`). */
  readonly hedged: number;
  /** Of those: in how many it was faster. */
  readonly hedgeWins: number;
  /** Attempts on the shared connections that wait there or for their reply; the handshake of a connection that opens counts, too. */
  readonly inFlight: number;
  /** Time from a write to its first reply, in ms, smoothed (a new sample weighs 0.2); null before the first. Blocking commands do not count. */
  readonly rttMs: number | null;
  /** False while no connection can be had. */
  readonly reachable: boolean;
  /** Open connections of its exclusive lane: lent, blocked or idle. */
  readonly exclusiveConnections: number;
  /** Of the `nodes` rules, else as the server says; null: unknown. */
  readonly zone: string | null;
  /** Of the `nodes` rules. */
  readonly priority: number;
  readonly weight: number;
  /**
   * Round trip of the looks at it on a connection of its own, in ms, smoothed: what latency windows go by. These, and what follows, are known of
   * shards that serve reads by replicas, and null before the first look.
   */
  readonly pingMs: number | null;
  /** At most so old is what it has; 0 for a primary. Grows while it is not looked at. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  /** How often it was taken out of service for reads: lost link or load of its data, connections, circuit breaker. */
  readonly ejections: number;
  readonly breaker: 'closed' | 'open' | 'half-open';
}

export interface SubscriptionStats {
  /** Channels that somebody listens to; however many listeners, a channel counts once. */
  readonly channels: number;
  readonly patterns: number;
  readonly shardChannels: number;
  /** How many of these three no server delivers to us at the moment. */
  readonly waiting: number;
  /** Open connections for subscriptions, and those that are being opened. */
  readonly connections: number;
  /** Messages received since the client began; one that several listeners got counts once. */
  readonly messages: number;
  /** Gaps told since the client began. */
  readonly gaps: number;
  /** Messages that full buffers dropped. */
  readonly dropped: number;
}
