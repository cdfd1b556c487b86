/**
 * What the diagnostics channels cost: the library without their code, as it is with nobody listening, and with a subscriber to every command.
 * `node benchmarks/micro/tracing.mjs`
 */
import { readFile, rm } from 'node:fs/promises';
import { bundle, compare, folder, serve } from './variants.mjs';

/** `again` is `without` once more: what differs between these two is noise. */
const variants = { without: 'no channels', again: 'no channels, again', silent: 'nobody listens', heard: 'a subscriber' };

/** Answers every question for subscribers with false, so that what follows from a true is left out. */
const dropChannels = {
  name: 'drop-channels',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/\b\w+Channel\.hasSubscribers\b/g, 'false'),
      loader: 'ts',
    })),
};

async function run() {
  const { requireServer } = await import('../../scripts/servers.mjs');
  const { startServers } = await import('../servers.mjs');
  const [lean, full] = await Promise.all([bundle('without.mjs', [dropChannels]), bundle('with.mjs')]);
  const servers = await startServers({ program: requireServer().server });
  const libraries = { without: lean, again: lean, silent: full, heard: full };
  try {
    await compare(import.meta.url, variants, (name) => [libraries[name], servers.topology.ports[0]]);
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function work(variant, library, port) {
  const { createClient } = await import(library);
  const client = createClient(`redis://127.0.0.1:${port}`);
  await client.connect();
  let ended = 0;
  if (variant === 'heard') {
    const { tracingChannel } = await import('node:diagnostics_channel');
    tracingChannel('slotwise:command').subscribe({ asyncEnd: () => ended++ });
  }
  serve(client);
}

const [flag, ...rest] = process.argv.slice(2);
if (flag === '--variant') await work(...rest);
else await run();
