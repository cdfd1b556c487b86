import type { Socket } from '../runtime/sockets.js';

/**
 * What Node counts of a TCP socket, and has no types for: bytes that it was given, and those of them that the kernel has not taken. A TLS
 * socket has that of the TCP socket beneath it as its parent.
 * https://github.com/nodejs/node/blob/v20.x/lib/net.js (`_onTimeout` asks the same)
 */
interface Handle {
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
  readonly _parent?: Handle;
}

interface Counts {
  readonly given: number;
  readonly waiting: number;
}

function countsOf(socket: Socket): Counts {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Handle | null };
  const tcp = handle?._parent ?? handle;
  const given = tcp?.bytesWritten;
  const waiting = tcp?.writeQueueSize;
  // Other runtimes: what they say of a whole write.
  if (given === undefined || waiting === undefined) return { given: socket.bytesWritten, waiting: socket.writableLength };
  return { given, waiting };
}

/** Whether bytes wait in this process because the kernel takes no more. */
export function hasBacklog(socket: Socket): boolean {
  return socket.writableLength > 0 && countsOf(socket).waiting > 0;
}

/** Progress of what a socket was given and the kernel has not taken: while that goes on, the other side lives. */
export class Upload {
  /** The kernel did not take everything by the last look. */
  isWaiting = false;
  #taken = 0;

  /** Whether bytes that waited have left since the last look. What leaves at once says nothing: the kernel takes that for a dead server, too. */
  advanced(socket: Socket): boolean {
    const waited = this.isWaiting;
    if (!waited && socket.writableLength === 0) return false;
    const { given, waiting } = countsOf(socket);
    const taken = given - waiting;
    const advanced = waited && taken > this.#taken;
    this.isWaiting = waiting > 0;
    this.#taken = taken;
    return advanced;
  }
}
