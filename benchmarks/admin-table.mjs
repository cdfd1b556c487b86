// Times of moving slots, beside the servers' own tools, on three servers: the table in docs/admin/cluster.md.
//   npm run build && node benchmarks/admin-table.mjs [--runs 3] [--servers redis,redis-8.6,valkey-9] [--write]
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';
import { findServer, unpackedServer } from '../scripts/servers.mjs';

// The tests know how to start servers, and to end them whatever happens to this process.
register();
const { Cluster } = await import('../test/support/cluster.ts');
const { slotOfKey } = await import('../lib/routing/keys/slots.ts');

const page = new URL('../docs/admin/cluster.md', import.meta.url);
const ours = fileURLToPath(new URL('../dist/esm/admin/cli/index.js', import.meta.url));
const KEYS = 200_000;
const VALUE = 'v'.repeat(32);
const PIPELINE = 1_000;
/** A hash of 200 MB. */
const FIELDS = 200_000;
const FIELD_BYTES = 1_000;
const PROBE_EVERY_MS = 2;

const { values } = parseArgs({
  options: { runs: { type: 'string' }, servers: { type: 'string' }, write: { type: 'boolean' } },
});
const runs = Number(values.runs ?? 3);
const servers = (values.servers ?? 'redis,redis-8.6,valkey-9').split(',');

const slotwise = {
  name: 'slotwise',
  words: ({ address, from, to, slots }) => [
    process.execPath,
    ours,
    'cluster',
    'reshard',
    address,
    '--from',
    from,
    '--to',
    to,
    '--slots',
    slots,
    '--yes',
  ],
};
const keyByKey = { name: 'slotwise --no-atomic', words: (move) => [...slotwise.words(move), '--no-atomic'] };

function theirs(program, options = []) {
  const tool = program.replace(/-server$/, '-cli');
  if (!existsSync(tool)) throw new Error(`there is no ${tool}`);
  return {
    name: [tool.replace(/.*\//, ''), ...options.map((option) => option.replace('--cluster-use-', ''))].join(', '),
    words: ({ address, from, to, count }) => {
      const move = ['--cluster-from', from, '--cluster-to', to, '--cluster-slots', count, '--cluster-yes'];
      return [tool, '--cluster', 'reshard', address, ...move, ...options];
    },
  };
}

/** Runs a program; resolves with its seconds and its CPU seconds. */
function timed(words) {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>"$0"; } 2>&1';
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', script, '/dev/null', ...words.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const [seconds, user, system] = output.trim().split('\n').at(-1).split(' ').map(Number);
      if (code === 0) resolve({ seconds, cpu: user + system });
      else reject(new Error(`${words.join(' ')} ended with ${code}`));
    });
  });
}

/** Asks a server again and again; `stop` resolves with the longest time that an answer took, in ms. */
async function probe(server) {
  const connection = await server.connect({ timeoutMs: 60_000 });
  let longestMs = 0;
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const startedMs = performance.now();
      await connection.ask('PING');
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    }
    connection.close();
  })();
  return async () => {
    isOver = true;
    await asking;
    return longestMs;
  };
}

async function fill(cluster) {
  const owners = new Map();
  for (const { primary, slots } of await cluster.view()) for (const range of slots) owners.set(range, primary);
  const keysOf = new Map();
  for (let i = 0; i < KEYS; i++) {
    const slot = slotOfKey(`key:${i}`);
    const [, owner] = [...owners].find(([[first, last]]) => first <= slot && slot <= last);
    if (!keysOf.has(owner)) keysOf.set(owner, []);
    keysOf.get(owner).push(`key:${i}`);
  }
  for (const [owner, keys] of keysOf) {
    const connection = await owner.connect({ timeoutMs: 60_000 });
    for (let at = 0; at < keys.length; at += PIPELINE) {
      await Promise.all(keys.slice(at, at + PIPELINE).map((key) => connection.ask('SET', key, VALUE)));
    }
    connection.close();
  }
}

/** The hash is in slot 0, which every tool takes first. */
async function addHash(server) {
  let key = '';
  for (let i = 0; key === ''; i++) if (slotOfKey(`hash:${i}`) === 0) key = `hash:${i}`;
  const connection = await server.connect({ timeoutMs: 60_000 });
  for (let at = 0; at < FIELDS; at += 500) {
    const fields = Array.from({ length: 500 }, (_, i) => [`f${at + i}`, String(at + i).padEnd(FIELD_BYTES, 'x')]);
    await connection.ask('HSET', key, ...fields.flat());
  }
  connection.close();
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Nodes that were silent for long may not agree at once. */
async function moveBack(cluster, move) {
  for (let attempt = 1; ; attempt++) {
    try {
      await cluster.settled(60_000);
      return await timed([...slotwise.words(move), '--migrate-timeout', 60_000]);
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function measure(cluster, tools, slotCount) {
  const [source, target] = cluster.servers;
  const [from, to] = await Promise.all([source, target].map(async (server) => String(await server.ask('CLUSTER', 'MYID'))));
  const move = { address: source.address, from, to, slots: `0-${slotCount - 1}`, count: slotCount };
  const results = new Map(tools.map((tool) => [tool, []]));
  // In turn: what else the machine does meets all of them.
  for (let run = 0; run < runs; run++) {
    for (const tool of tools) {
      await cluster.settled(60_000);
      const stop = await probe(source);
      const result = await timed(tool.words(move)).catch((error) => ({ error }));
      results.get(tool).push({ ...result, longestMs: await stop() });
      if (result.error !== undefined) console.error(result.error.message);
      await moveBack(cluster, { ...move, from: to, to: from });
    }
  }
  return tools.map((tool) => {
    const good = results.get(tool).filter(({ error }) => error === undefined);
    return {
      tool: tool.name,
      ...Object.fromEntries(['seconds', 'cpu', 'longestMs'].map((name) => [name, median(good.map((one) => one[name]))])),
    };
  });
}

async function measureServer(name) {
  const program = unpackedServer(name) ?? (name === 'redis' ? findServer()?.server : null);
  if (!program) throw new Error(`${name} is missing: node scripts/servers.mjs ${name}`);
  const atomic = name !== 'redis';
  const tools = [slotwise, ...(atomic ? [keyByKey] : []), theirs(program)];
  if (name.startsWith('valkey')) tools.push(theirs(program, ['--cluster-use-atomic-slot-migration']));
  const cluster = await Cluster.start({ replicas: 0, nodeTimeoutMs: 15_000, server: { program } });
  try {
    const info = await cluster.servers[0].info('server');
    const server = info.valkey_version ? `Valkey ${info.valkey_version}` : `Redis ${info.redis_version}`;
    await fill(cluster);
    const rows = [];
    const add = (row) => {
      rows.push(row);
      // What takes long may not come to its end.
      console.log(JSON.stringify(row));
    };
    for (const slots of [1_000, 5_000]) {
      for (const row of await measure(cluster, tools, slots)) add({ server, what: `${slots.toLocaleString('en-US')} slots`, ...row });
    }
    await addHash(cluster.servers[0]);
    for (const row of await measure(cluster, tools, 1)) add({ server, what: 'a hash of 200 MB', ...row });
    return rows;
  } finally {
    await cluster.stop();
  }
}

const rows = [];
for (const name of servers) rows.push(...(await measureServer(name)));
const figure = (value, digits) => (value === undefined ? 'failed' : value.toFixed(digits));
const table = [
  '| server | what moves | tool | seconds | CPU seconds of the tool | longest wait of a PING at the source, ms |',
  '|---|---|---|---|---|---|',
  ...rows.map(
    ({ server, what, tool, seconds, cpu, longestMs }) =>
      `| ${server} | ${what} | ${tool} | ${figure(seconds, 1)} | ${figure(cpu, 2)} | ${figure(longestMs, 0)} |`,
  ),
].join('\n');
const busy = loadavg()[0] > availableParallelism() / 2 ? ', busy with other work' : '';
const where = `Medians of ${runs} runs in turn, three shards on one machine (${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores${busy}), 200,000 keys.`;
console.log(`${table}\n\n${where}`);
if (values.write) {
  const text = readFileSync(page, 'utf8');
  const written = text.replace(
    /(<!-- moves[^>]*-->\n\n)[\s\S]*?(\n\n<!-- \/moves -->)/,
    (_, begin, end) => `${begin}${table}\n\n${where}${end}`,
  );
  if (written === text) throw new Error('the page has no place for the table, or has it already');
  writeFileSync(page, written);
}
process.exit(0);
