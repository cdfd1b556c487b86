/**
 * What of the CPU of a GET no client can save: a socket alone, with a promise a command, with our encoder and parser and nothing else (one
 * server, no deadline, no bounds, no errors), and the library. `node benchmarks/micro/floor.mjs`
 */
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { encode, openBare } from '../bare.mjs';
import { closedLoop } from '../load.mjs';
import { bundle, compare, folder } from './variants.mjs';

const variants = { bare: 'bare socket', promise: 'and promises', codec: 'and a codec', slotwise: 'slotwise' };
const keys = Array.from({ length: 1024 }, (_, i) => `key:${i}`);
const value = 'v'.repeat(100);
const at = (i) => keys[i & 1023];

async function run() {
  const { requireServer } = await import('../../scripts/servers.mjs');
  const { sendAll } = await import('../bare.mjs');
  const { startServers } = await import('../servers.mjs');
  const codec = fileURLToPath(new URL('codec.mjs', folder));
  const parts = ['encoder', 'parser', 'specs'].map((part) => `export * from './${part}.ts';`).join('\n');
  const resolveDir = fileURLToPath(new URL('../../lib/protocol/resp', import.meta.url));
  await build({ stdin: { contents: parts, resolveDir, loader: 'ts' }, outfile: codec, bundle: true, platform: 'node', format: 'esm' });
  const library = await bundle('library.mjs');
  const servers = await startServers({ program: requireServer().server });
  try {
    const [port] = servers.topology.ports;
    await sendAll(
      [port],
      keys.map((key) => ['SET', key, value]),
    );
    await compare(import.meta.url, variants, (name) => [name === 'codec' ? codec : library, port]);
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A socket whose commands of a tick leave in one write; `encoded()` is what to write, `read` gets the bytes. */
async function openSocket(port, encoded, read) {
  const onread = { buffer: Buffer.allocUnsafeSlow(256 * 1024), callback: (length, bytes) => read(bytes, length) ?? true };
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    socket.write(encoded());
  };
  return () => {
    if (!scheduled) process.nextTick(flush);
    scheduled = true;
  };
}

/** Replies are of one length and are counted; nothing is encoded or parsed. */
async function withPromises(port) {
  const command = encode(['GET', keys[0]]);
  const replyLength = `$${value.length}\r\n${value}\r\n`.length;
  const batches = [Buffer.alloc(0)];
  const waiting = [];
  let issued = 0;
  let bytes = 0;
  const encoded = () => {
    const count = issued;
    issued = 0;
    batches[count] ??= Buffer.concat(Array.from({ length: count }, () => command));
    return batches[count];
  };
  const schedule = await openSocket(port, encoded, (_, length) => {
    bytes += length;
    const replies = Math.floor(bytes / replyLength);
    bytes -= replies * replyLength;
    for (const resolve of waiting.splice(0, replies)) resolve(value);
  });
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      issued++;
      schedule();
    });
}

async function withCodec(port, library) {
  const { Encoder, Parser, command } = await import(library);
  const GET = command('GET');
  const encoder = new Encoder();
  const waiting = new Array(4096);
  let first = 0;
  let last = 0;
  const reply = (raw) => waiting[first++ & 4095](raw);
  const parser = new Parser({ modeOfNext: () => 0, reply, error: reply, integerRange: reply, push: reply });
  const encoded = () => {
    const [batch] = encoder.take();
    encoder.release();
    return batch;
  };
  const schedule = await openSocket(port, encoded, (bytes, length) => parser.write(bytes, 0, length));
  return (i) =>
    new Promise((resolve) => {
      encoder.encode(GET, [at(i)]);
      waiting[last++ & 4095] = resolve;
      schedule();
    });
}

async function withLibrary(port, library) {
  const { createClient } = await import(library);
  const client = createClient(`redis://127.0.0.1:${port}`);
  await client.connect();
  return (i) => client.get(at(i));
}

async function bareWork(port) {
  const socket = await openBare(port);
  return async (callers) => {
    const batch = Buffer.concat(Array.from({ length: callers }, (_, i) => encode(['GET', at(i)])));
    const { length } = await socket.replies(batch);
    return { op: () => socket.exchange(batch, length), callers: 1, commands: callers };
  };
}

async function work(variant, library, port) {
  const ops = { promise: withPromises, codec: withCodec, slotwise: withLibrary };
  const bare = variant === 'bare' ? await bareWork(Number(port)) : null;
  const op = bare ?? (await ops[variant](Number(port), library));
  process.on('message', async ({ callers, durationMs }) => {
    const own = bare === null ? { op, callers } : await bare(callers);
    process.send(await closedLoop({ ...own, durationMs }));
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
}

const [flag, ...rest] = process.argv.slice(2);
if (flag === '--variant') await work(...rest);
else await run();
