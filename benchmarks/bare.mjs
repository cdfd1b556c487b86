import { connect } from 'node:net';

/** The wire form of a command: an array of bulk strings. */
export function encode(args) {
  const parts = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = Buffer.isBuffer(arg) ? arg : Buffer.from(String(arg));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

const fence = { command: encode(['ECHO', 'end of the batch']), reply: Buffer.from('$16\r\nend of the batch\r\n') };

/**
 * The floor: a socket without a client. `exchange(batch, length)` writes commands encoded beforehand and resolves when as many bytes came
 * back as their replies have; nothing is parsed, no promise is kept per command.
 */
export async function openBare(port) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let onData = () => {};
  let fail = () => {};
  socket.on('data', (chunk) => onData(chunk));
  socket.on('close', () => fail(new Error(`the server on port ${port} closed the connection`)));
  socket.on('error', (error) => fail(error));

  /** The replies to `batch` as one Buffer: an ECHO behind it shows where they end. */
  const replies = (batch) =>
    new Promise((resolve, reject) => {
      fail = reject;
      const chunks = [];
      let tail = Buffer.alloc(0);
      onData = (chunk) => {
        chunks.push(chunk);
        tail = Buffer.concat([tail, chunk]).subarray(-fence.reply.length);
        if (tail.equals(fence.reply)) resolve(Buffer.concat(chunks).subarray(0, -fence.reply.length));
      };
      socket.write(batch);
      socket.write(fence.command);
    });

  const exchange = (batch, length) =>
    new Promise((resolve, reject) => {
      fail = reject;
      let missing = length;
      onData = (chunk) => {
        missing -= chunk.length;
        if (missing <= 0) resolve();
      };
      socket.write(batch);
    });

  return { replies, exchange, close: () => socket.destroy() };
}

/** Sends commands whose replies nobody needs; in a cluster every node gets all of them and keeps those it serves. */
export async function sendAll(ports, commands) {
  const batch = Buffer.concat(commands.map(encode));
  for (const port of ports) {
    const socket = await openBare(port);
    const replies = await socket.replies(batch);
    socket.close();
    if (ports.length === 1 && replies[0] === 0x2d) throw new Error(replies.toString().split('\r\n', 1)[0]);
  }
}
