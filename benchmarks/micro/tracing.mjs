/**
 * What the diagnostics channels cost: the library without their code, as it is with nobody listening, and with a subscriber to every command.
 * `node benchmarks/micro/tracing.mjs [rounds] [milliseconds a round]`. A process each, rounds interleaved, the order turned by one each round, medians.
 */
import { fork } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { closedLoop } from '../load.mjs';

/** `again` is `without` once more: what differs between these two is noise. */
const variants = { without: 'no channels', again: 'no channels, again', silent: 'nobody listens', heard: 'a subscriber' };
const rows = { 'GET, 1000 callers': 1000, 'GET, 50 callers': 50 };

/** As scripts/build.mjs; `without` answers every question for subscribers with false, so that what follows from a true is left out. */
async function bundle(outfile, without) {
  const drop = {
    name: 'drop-channels',
    setup: ({ onLoad }) =>
      onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(/\b\w+Channel\.hasSubscribers\b/g, 'false'),
        loader: 'ts',
      })),
  };
  await build({
    entryPoints: [fileURLToPath(new URL('../../lib/index.ts', import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    minifySyntax: true,
    plugins: without ? [drop] : [],
  });
}

async function work(library, variant, port) {
  const { createClient } = await import(library);
  const client = createClient(`redis://127.0.0.1:${port}`);
  await client.connect();
  let ended = 0;
  if (variant === 'heard') {
    const { tracingChannel } = await import('node:diagnostics_channel');
    tracingChannel('slotwise:command').subscribe({ asyncEnd: () => ended++ });
  }
  const keys = Array.from({ length: 1024 }, (_, i) => `key:${i}`);
  process.on('message', async (request) => {
    process.send(await closedLoop({ op: (i) => client.get(keys[i & 1023]), ...request }));
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function compare(rounds, durationMs) {
  const { requireServer } = await import('../../scripts/servers.mjs');
  const { startServers } = await import('../servers.mjs');
  const folder = new URL('../../dist/tracing/', import.meta.url);
  const [lean, full] = [new URL('without.mjs', folder), new URL('with.mjs', folder)];
  const bundles = { without: lean, again: lean, silent: full, heard: full };
  await Promise.all([bundle(fileURLToPath(lean), true), bundle(fileURLToPath(full), false)]);
  const servers = await startServers({ program: requireServer().server });
  const children = new Map();
  const answer = (child) => new Promise((resolve) => child.once('message', resolve));
  try {
    for (const name of Object.keys(variants)) {
      const args = [String(bundles[name]), name, servers.topology.ports[0]].map(String);
      const child = fork(fileURLToPath(import.meta.url), args, { execArgv: ['--expose-gc'] });
      children.set(name, child);
      await answer(child);
    }
    for (const [title, callers] of Object.entries(rows)) {
      const taken = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
      const order = Object.keys(variants);
      for (let round = 0; round <= rounds; round += 1) {
        for (const name of order) {
          const child = children.get(name);
          child.send({ callers, durationMs });
          const result = await answer(child);
          if (round > 0) taken[name].push(result);
        }
        order.push(order.shift());
      }
      const cpuOf = (name) => median(taken[name].map(({ cpuMicros }) => cpuMicros));
      console.log(`\n${title.padEnd(20)}  ops/s   CPU µs/op   against no channels`);
      for (const [name, label] of Object.entries(variants)) {
        const ops = Math.round(median(taken[name].map(({ opsPerSecond }) => opsPerSecond)));
        const more = (100 * (cpuOf(name) / cpuOf('without') - 1)).toFixed(1);
        console.log(`${label.padEnd(18)}${String(ops).padStart(9)}${cpuOf(name).toFixed(3).padStart(12)}${`${more} %`.padStart(20)}`);
      }
    }
  } finally {
    for (const child of children.values()) child.disconnect();
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const [first = '9', second = '700', port] = process.argv.slice(2);
if (port === undefined) await compare(Number(first), Number(second));
else await work(first, second, port);
