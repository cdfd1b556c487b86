import type { Socket } from 'node:net';

/** What the other side of a connection does, one after another. Until it `hears`, and after the last step, it reads only what it must. */
export type PeerStep =
  | { readonly sends: number }
  /** Reads until so many bytes have come. */
  | { readonly hears: number }
  /** In ms. */
  | { readonly waits: number }
  /** Sends no more, and goes on reading. */
  | 'ends'
  /** What it has not read makes that a reset. */
  | 'closes'
  | 'resets';

/** To what a case connects. */
export interface Place {
  /** Nothing listens. */
  readonly isRefused?: boolean;
  readonly unix?: 'listens' | 'left behind' | 'missing';
  /** Addresses of a name, each by its last number: 127.0.0.N. The peer listens on 127.0.0.2. */
  readonly addresses?: readonly number[] | 'unknown';
  /** Reads into a buffer of so many bytes, as the engine does, in place of the event `data`. */
  readonly buffer?: number;
  readonly tls?: 'ok' | 'wrong certificate' | 'no TLS';
}

/** What a program works with besides its socket: what Node has, or what the simulation has. */
export interface Stage {
  setImmediate(run: () => void): unknown;
  /** Computes until the other side has done all its steps. */
  waitForPeer(): void;
}

export type Say = (text: string) => void;

export interface SocketCase {
  readonly name: string;
  readonly to?: Place;
  readonly peer?: readonly PeerStep[];
  /** The program computes until the other side has done all its steps, and knows of nothing until then. */
  readonly isBusy?: true;
  readonly program?: (socket: Socket, say: Say, stage: Stage & { readonly log: string[] }) => void;
  /** With a buffer: after each read. */
  readonly reads?: (socket: Socket) => void;
}

/** What both sides saw. */
export interface Seen {
  readonly client: readonly string[];
  readonly peer: readonly string[];
}

/** Option `onread` of a socket that reads into a buffer, and what is called when it does. */
export function onreadOf({ buffer: bytes }: Place): { readonly options: object; whenRead(heard: (length: number) => void): void } {
  let read: (length: number) => void = () => undefined;
  if (bytes === undefined) return { options: {}, whenRead: () => undefined };
  const buffer = Buffer.alloc(bytes);
  const callback = (length: number): boolean => {
    read(length);
    return true;
  };
  return {
    options: { onread: { buffer: () => buffer, callback } },
    whenRead: (heard) => {
      read = heard;
    },
  };
}

/** Writes down what a socket tells, and what else runs before the next event. */
export function record(socket: Socket, { isBusy, program, to }: SocketCase, log: string[], stage: Stage): Say {
  const say = (text: string): void => {
    log.push(text);
    process.nextTick(() => log.push(`  tick after ${text}`));
    void Promise.resolve().then(() => log.push(`  promise after ${text}`));
    stage.setImmediate(() => log.push(`  immediate after ${text}`));
  };
  if (isBusy === true) socket.once('connect', () => stage.waitForPeer());
  for (const event of ['connect', 'secureConnect', 'end', 'drain'] as const) socket.on(event, () => say(event));
  if (to?.buffer === undefined) socket.on('data', (bytes: Buffer) => say(`data ${bytes.length}`));
  socket.on('error', (error: NodeJS.ErrnoException) => say(`error ${error.code} ${error.syscall ?? ''}`));
  socket.on('close', (had: boolean) => say(`close ${had}`));
  program?.(socket, say, { ...stage, log });
  return say;
}

/** Bytes that the other side heard, as far as they do not depend on the size of kernels. */
export function heardText(bytes: number): string {
  return `heard ${bytes > 1_000_000 ? 'much' : bytes}`;
}
