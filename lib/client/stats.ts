/** What `stats()` tells: numbers of this moment, and sums since the client began. Reading them costs a walk over the nodes, and commands nothing. */
export interface ClientStats {
  /** Commands that are not answered yet: what counts against `queue.maxCommands`. Who gave up counts until the reply has come or can come no more. */
  readonly commands: number;
  /** About the bytes of these: what counts against `queue.maxBytes`. */
  readonly bytes: number;
  /** How many of these wait for a node that can take them. */
  readonly waiting: number;
  /** One entry a node that the client knows, whether it has connections to it or not. */
  readonly nodes: readonly NodeStats[];
}

export interface NodeStats {
  /** `host:port`, or the path of the socket file. */
  readonly node: string;
  /** By the last look at the servers; null for one that none of them named. */
  readonly role: 'primary' | 'replica' | null;
  /** Attempts handed to it since the client began, blocking ones included; a command that was tried twice counts twice. */
  readonly sent: number;
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
