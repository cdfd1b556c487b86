/** What this process itself has done to a server. */
export interface OwnLoad {
  /** Connections that are open, or on their way. */
  readonly open: number;
  /** Connections that were ever begun. Their handshakes are in no other number. */
  readonly begun: number;
  readonly commands: number;
  /** Commands whose answers are not here yet: the server may have counted them, or not. */
  readonly pending: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** One connection, as far as its bytes are counted. */
interface Line {
  readonly key: string;
  readonly bytes: { readonly sent: number; readonly received: number };
}

interface Account {
  readonly lines: Set<Line>;
  begun: number;
  commands: number;
  pending: number;
  /** Of connections that are closed. */
  sentBytes: number;
  receivedBytes: number;
}

/** Counts what administration does to servers, by `host:port`, for those who measure what others do. */
export class LoadMeter {
  readonly #accounts = new Map<string, Account>();

  begun(line: Line): void {
    const account = this.#account(line.key);
    account.lines.add(line);
    account.begun++;
  }

  /** So many commands are sent. Returns what is to be called when they have ended, in whatever way. */
  commanded(key: string, count: number): () => void {
    const account = this.#account(key);
    account.commands += count;
    account.pending += count;
    return () => {
      account.pending -= count;
    };
  }

  ended(line: Line): void {
    const account = this.#account(line.key);
    if (!account.lines.delete(line)) return;
    account.sentBytes += line.bytes.sent;
    account.receivedBytes += line.bytes.received;
  }

  of(key: string): OwnLoad {
    const { lines, begun, commands, pending, ...closed } = this.#account(key);
    let { sentBytes, receivedBytes } = closed;
    for (const line of lines) {
      sentBytes += line.bytes.sent;
      receivedBytes += line.bytes.received;
    }
    return { open: lines.size, begun, commands, pending, sentBytes, receivedBytes };
  }

  #account(key: string): Account {
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { lines: new Set(), begun: 0, commands: 0, pending: 0, sentBytes: 0, receivedBytes: 0 };
      this.#accounts.set(key, account);
    }
    return account;
  }
}

/** One for the process: to a server it is all the same which of our objects asks. */
export const ownLoad = new LoadMeter();
