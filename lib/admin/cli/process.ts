/** A stream that text is written to, which may be a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** The terminal that the standard output is, for a command that fills it. What begins to listen returns a function that ends that. */
export interface Terminal {
  onResize(listener: () => void): () => void;
  /** Listens to single keys, where the standard input is a terminal. */
  onKeys(listener: (text: string) => void): () => void;
  /** Runs the listener before the process ends, in whatever way it can notice. */
  onExit(listener: () => void): () => void;
  /** Stops the process, as Ctrl-Z does. `resumed` runs when it goes on. */
  suspend(resumed: () => void): void;
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
  /** Default: the standard output is no terminal. */
  readonly terminal?: Terminal | null;
  /** Listens to Ctrl-C and to the end of the terminal. Returns a function that ends that. */
  onInterrupt(listener: () => void): () => void;
  exit(code: number): void;
}
