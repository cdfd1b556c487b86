import type { Socket } from 'node:net';
import type { Say, SocketCase, Stage } from './stage.js';

/** More than kernels hold, in bytes. */
const HUGE = 24 * 1024 * 1024;
const much = Buffer.alloc(HUGE);

type Program = (socket: Socket, say: Say, stage: Stage) => void;

/** Does something once the socket is connected. */
const connected =
  (then: Program): Program =>
  (socket, say, stage) =>
    socket.once('connect', () => then(socket, say, stage));

/** Does something once TLS has been agreed on. */
const secured =
  (then: Program): Program =>
  (socket, say, stage) =>
    socket.once('secureConnect', () => then(socket, say, stage));

/** Does something each time data comes. */
const destroyedByData: Program = (socket) => socket.on('data', () => socket.destroy());

export const socketCases: readonly SocketCase[] = [
  { name: 'connects, and is destroyed', program: connected((socket) => socket.destroy()) },
  { name: 'is destroyed with an error', program: connected((socket) => socket.destroy(new Error('own'))) },
  { name: 'is destroyed twice', program: connected((socket) => socket.destroy().destroy(new Error('own'))) },
  { name: 'is destroyed before it connects', program: (socket) => void socket.destroy() },
  { name: 'is destroyed with an error before it connects', program: (socket) => void socket.destroy(new Error('own')) },
  { name: 'is destroyed in a tick, before it connects', program: (socket) => process.nextTick(() => socket.destroy()) },
  { name: 'is refused', to: { isRefused: true } },
  { name: 'is refused, with a write that waits', to: { isRefused: true }, program: (socket) => void socket.write('abc') },
  { name: 'writes before it connects', program: writesEarly, peer: [{ hears: 5 }, 'closes'] },

  { name: 'gets data', peer: [{ sends: 5 }], program: destroyedByData },
  { name: 'gets data and the end at once', peer: [{ sends: 5 }, 'closes'], isBusy: true },
  { name: 'gets data and the end at once, into a buffer', to: { buffer: 64 }, peer: [{ sends: 5 }, 'closes'], isBusy: true },
  { name: 'gets data that fills the buffer, and the end at once', to: { buffer: 5 }, peer: [{ sends: 5 }, 'closes'], isBusy: true },
  { name: 'gets the end', peer: ['closes'] },
  { name: 'gets the end of a side that goes on reading', peer: ['ends'] },
  { name: 'gets the end, and is destroyed by it', peer: ['closes'], program: (socket) => socket.on('end', () => socket.destroy()) },
  { name: 'is reset', peer: ['resets'] },
  { name: 'is reset, while it computes', peer: ['resets'], isBusy: true },
  { name: 'gets data, and is reset at once', peer: [{ sends: 5 }, 'resets'], isBusy: true },
  { name: 'gets data, and is reset at once, into a buffer', to: { buffer: 64 }, peer: [{ sends: 5 }, 'resets'], isBusy: true },
  { name: 'gets data that fills the buffer, and is reset at once', to: { buffer: 5 }, peer: [{ sends: 5 }, 'resets'], isBusy: true },
  { name: 'gets the end, and is reset, both at once', peer: ['ends', { waits: 5 }, 'resets'], isBusy: true },
  { name: 'gets more than its buffer holds', to: { buffer: 64 }, peer: [{ sends: 300 }, 'closes'], isBusy: true },
  { name: 'gets just what its buffer holds', to: { buffer: 64 }, peer: [{ sends: 128 }, 'closes'], isBusy: true },
  { name: 'gets more than it reads in a turn', to: { buffer: 4 }, peer: [{ sends: 4 * 40 + 1 }, 'closes'], isBusy: true },
  {
    name: 'is destroyed in the middle of reads',
    to: { buffer: 64 },
    peer: [{ sends: 300 }],
    isBusy: true,
    reads: (socket) => socket.bytesRead > 64 && socket.destroy(),
  },
  {
    name: 'is destroyed with data that nobody has read',
    peer: [{ sends: 5 }],
    isBusy: true,
    program: connected((socket) => socket.destroy()),
  },
  { name: 'throws nothing away that came while it computed', peer: [{ sends: 5 }, { sends: 7 }], isBusy: true, program: destroyedByData },

  { name: 'writes after the end of the other side', peer: ['closes'], program: writesAfterEnd },
  { name: 'writes to a side that has closed, before it knows', peer: ['closes'], isBusy: true, program: connected(writesTwice) },
  { name: 'writes to a side that has reset it, before it knows', peer: ['resets'], isBusy: true, program: connected(writesTwice) },
  {
    name: 'is closed by a side that has not read all',
    peer: [{ waits: 20 }, 'closes'],
    program: connected((socket) => socket.write('abc')),
  },
  { name: 'writes, and closes its side', peer: [{ hears: 3 }, 'closes'], program: connected((socket) => socket.end('bye')) },
  {
    name: 'writes, closes its side, and is answered',
    peer: [{ hears: 3 }, { sends: 9 }, 'closes'],
    program: connected(endsAndWaits),
  },
  { name: 'writes, and is destroyed', peer: [{ hears: 3 }], program: connected((socket) => socket.write('bye') && socket.destroy()) },
  { name: 'writes a little', peer: [{ hears: 3 }, 'closes'], program: connected((socket, say) => write(socket, say, 3)) },
  { name: 'writes as much as its buffer holds', peer: [{ hears: 140_000 }, 'closes'], program: connected(writesABuffer) },
  { name: 'writes in one go what it wrote while it was corked', peer: [{ hears: 5 }, 'closes'], program: connected(writesCorked) },
  { name: 'writes more than the kernel takes', peer: [{ waits: 20 }, { hears: HUGE + 3 }, 'closes'], program: connected(writesMuch) },
  { name: 'is destroyed while the kernel takes no more', peer: [{ waits: 20 }], program: connected(destroyedFull) },
  {
    name: 'is reset while the kernel takes no more',
    peer: [{ waits: 300 }, 'resets'],
    program: connected((socket) => socket.write(much)),
  },
  { name: 'writes after it was destroyed', program: connected(writesDestroyed) },

  { name: 'connects to a name', to: { addresses: [2] }, program: connected((socket) => socket.destroy()) },
  { name: 'connects to the second address of a name', to: { addresses: [3, 2] }, program: connected((socket) => socket.destroy()) },
  { name: 'is refused by the one address of a name', to: { addresses: [3] } },
  { name: 'is refused by all addresses of a name', to: { addresses: [3, 4] } },
  { name: 'does not find a name', to: { addresses: 'unknown' } },
  { name: 'is destroyed while it asks for a name', to: { addresses: [2] }, program: (socket) => void socket.destroy() },

  { name: 'connects to a Unix socket', to: { unix: 'listens' }, peer: [{ sends: 5 }, 'closes'], isBusy: true },
  { name: 'speaks TLS', to: { tls: 'ok' }, peer: [{ sends: 5 }, { hears: 1 }, 'closes'], program: saysWhenItHas(5, logsSessions) },
  { name: 'speaks TLS, and gets the end', to: { tls: 'ok' }, peer: ['closes'] },
  {
    name: 'speaks TLS, and gets much at once',
    to: { tls: 'ok' },
    peer: [{ sends: 40_000 }, { hears: 1 }, 'ends'],
    program: saysWhenItHas(40_000),
  },
  {
    name: 'speaks TLS, and writes',
    to: { tls: 'ok' },
    peer: [{ hears: 3 }, 'closes'],
    program: secured((socket, say) => write(socket, say, 3)),
  },
  { name: 'speaks TLS with a certificate that it does not know', to: { tls: 'wrong certificate' } },
  { name: 'speaks TLS with a side that does not', to: { tls: 'no TLS' }, peer: [{ hears: 1 }, { sends: 5 }] },

  { name: 'finds no Unix socket', to: { unix: 'missing' } },
  { name: 'is refused by a Unix socket', to: { unix: 'left behind' } },
];

function writesEarly(socket: Socket, say: Say, { log }: { readonly log: string[] }): void {
  // What else runs is not written down: here the network may be faster than the loop.
  write(socket, (text) => log.push(text), 3);
  write(socket, (text) => log.push(text), 2);
  socket.once('connect', () => counts(socket, say, 'connected'));
}

function logsSessions(socket: Socket, _: Say, { log }: { readonly log: string[] }): void {
  socket.on('session', () => log.push('session'));
}

/** The other side learns by a byte that all has come, so that its end comes in a turn of its own, however slow this process is. */
function saysWhenItHas(bytes: number, program?: SocketCase['program']): NonNullable<SocketCase['program']> {
  return (socket, say, stage) => {
    let left = bytes;
    socket.on('data', ({ length }: Buffer) => {
      left -= length;
      if (left === 0) stage.setImmediate(() => socket.write('.'));
    });
    program?.(socket, say, stage);
  };
}

function endsAndWaits(socket: Socket, _: Say, stage: Stage): void {
  socket.end('bye');
  stage.waitForPeer();
}

function writesAfterEnd(socket: Socket, say: Say): void {
  socket.on('end', () => write(socket, say, 3));
}

function writesTwice(socket: Socket, say: Say, stage: Stage): void {
  write(socket, say, 3);
  stage.waitForPeer();
  write(socket, say, 3);
}

function writesABuffer(socket: Socket, say: Say): void {
  for (let parts = 0; parts < 7; parts++) write(socket, say, 10_000);
  write(socket, say, 70_000);
}

function writesCorked(socket: Socket, say: Say): void {
  socket.cork();
  write(socket, say, 3);
  write(socket, say, 2);
  socket.uncork();
  counts(socket, say, 'uncorked');
}

function writesMuch(socket: Socket, say: Say): void {
  counts(socket, say, `write ${socket.write(much)}`);
  write(socket, say, 3);
  socket.on('drain', () => counts(socket, say, 'drained'));
}

function destroyedFull(socket: Socket, say: Say): void {
  socket.write(much, (error) => say(`written ${(error as NodeJS.ErrnoException | null)?.code}`));
  counts(socket, say, 'full');
  socket.destroy();
}

function writesDestroyed(socket: Socket, say: Say): void {
  socket.destroy();
  write(socket, say, 3);
}

function write(socket: Socket, say: Say, bytes: number): void {
  counts(socket, say, `write ${socket.write(Buffer.alloc(bytes))}`);
}

interface Handle {
  readonly writeQueueSize: number;
  readonly _parent?: Handle;
}

/** What the engine looks at. */
function counts(socket: Socket, say: Say, text: string): void {
  const { _handle: handle } = socket as unknown as { readonly _handle: Handle | null };
  const queue = handle === null ? 'no handle' : (handle._parent ?? handle).writeQueueSize > 0 ? 'queued' : 'taken';
  say(`${text} ${socket.writableLength} ${queue} ${socket.bytesWritten} ${socket.destroyed}`);
}
