/** Observes the outcomes of calls that were submitted together, each by its index: cheaper than a promise a call. */
export interface OutcomeSink {
  /** An attempt was given to this node. */
  onSent?(node: string): void;
  onValue(index: number, value: unknown): void;
  onError(index: number, error: unknown): void;
}
