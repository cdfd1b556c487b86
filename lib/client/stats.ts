export interface ClientStats {
  /** Commands not answered yet, and the bytes of their arguments. */
  readonly commands: number;
  readonly bytes: number;
  /** Of these, how many wait for a node. */
  readonly waiting: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly role: 'primary' | 'replica' | null;
    /** Attempts sent to it since the client began. */
    readonly sent: number;
    readonly inFlight: number;
    readonly reachable: boolean;
    readonly exclusiveConnections: number;
  }[];
}
