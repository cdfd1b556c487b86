/** A stream that text is written to, which may be a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** The parts of a process that the command line uses. */
export interface Process {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks the user yes or no until `stop`; Ctrl-C and the end of the input mean no. null: there is no terminal. */
  readonly confirm: ((text: string, stop: AbortSignal) => Promise<boolean>) | null;
  /**
   * Reads one line without echo, of the input where there is no terminal; resolves with null at Ctrl-C and at the end of a terminal's input.
   * Default: nothing can be read.
   */
  readonly readSecret?: (text: string, stop: AbortSignal) => Promise<string | null>;
  /** Listens to Ctrl-C and to the end of the terminal. Returns a function that ends that. */
  onInterrupt(listener: () => void): () => void;
  exit(code: number): void;
}
