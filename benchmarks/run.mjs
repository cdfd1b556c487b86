/**
 * `node benchmarks/run.mjs` prints one table in about two minutes.
 *   --full             every row, longer; keeps the results as JSON and draws the chart
 *   --smoke            every row for a moment: proves that the benchmark runs, its figures mean nothing
 *   --rows a,b         only these rows (see rows.mjs)       --clients x,y   only these clients (see clients.mjs)
 *   --rounds n         rounds of each row and client        --duration ms   length of a round
 *   --pin              the single server keeps to one core, where `taskset` exists
 *   --json file        keeps the results there
 *   --before dir       also measures another checkout of this library, built with `npm run build`, as `before`
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

if (!existsSync(here('./node_modules'))) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here('.'), stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const { values: given } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    pin: { type: 'boolean', default: false },
    rows: { type: 'string' },
    clients: { type: 'string' },
    rounds: { type: 'string' },
    duration: { type: 'string' },
    json: { type: 'string' },
    before: { type: 'string' },
  },
});
if (given.before) process.env.SLOTWISE_BEFORE = resolve(given.before);

const { sendAll } = await import('./bare.mjs');
const { drawChart } = await import('./chart.mjs');
const { clients } = await import('./clients.mjs');
const { describe, environment } = await import('./environment.mjs');
const { fixtures, rows } = await import('./rows.mjs');
const { findLoadTool, startIndependent, startServers } = await import('./servers.mjs');
const { ensureServer } = await import('../scripts/servers.mjs');
const { compact, failures, figureTable, loadTable } = await import('./table.mjs');

const { measureWays, ways } = await import('./kinds/ways.mjs');

const measures = {
  load: (await import('./kinds/load.mjs')).measureLoad,
  latency: (await import('./kinds/latency.mjs')).measureLatency,
  memory: (await import('./kinds/memory.mjs')).measureMemory,
  subscriber: (await import('./kinds/subscriber.mjs')).measureSubscriber,
  ways: measureWays,
  import: (await import('./kinds/import.mjs')).measureImport,
  types: (await import('./kinds/types.mjs')).measureTypes,
};

const paces = {
  short: { rounds: 3, durationMs: 300, warmUpMs: 300, stretchMs: 5000 },
  full: { rounds: 5, durationMs: 1000, warmUpMs: 1000, stretchMs: 60_000 },
  smoke: { rounds: 1, durationMs: 30, warmUpMs: 10, stretchMs: 100 },
};
const pace = { ...paces[given.smoke ? 'smoke' : given.full ? 'full' : 'short'] };
if (given.rounds) pace.rounds = Number(given.rounds);
if (given.duration) pace.durationMs = Number(given.duration);

/** The known names the user chose, in the order of the catalogue. */
function chosen(what, list, catalogue, byDefault) {
  if (list === undefined) return byDefault;
  const wanted = list.split(',');
  const unknown = wanted.find((name) => !(name in catalogue));
  if (unknown !== undefined) {
    console.error(`No ${what} is called "${unknown}". There are: ${Object.keys(catalogue).join(', ')}`);
    process.exit(2);
  }
  return Object.keys(catalogue).filter((name) => wanted.includes(name));
}

const everyRow = Object.keys(rows);
const rowNames = chosen('row', given.rows, rows, given.full || given.smoke ? everyRow : everyRow.filter((name) => rows[name].short));
const everyClient = Object.keys(clients).filter((name) => !clients[name].optional);
const names = chosen('client', given.clients, clients, everyClient).filter((name) => {
  const built = !clients[name].module || existsSync(new URL(clients[name].module));
  if (!built) console.log(`${name} is not built (npm run build): it is left out.\n`);
  return built;
});

const program = ensureServer().server;
const environs = environment();
const running = {};
const results = [];
const hasOwn = names.includes('slotwise');

/** Of `ways`: a cluster, three servers that know nothing of each other, and the proxy in front of those. */
async function serversOfWays() {
  const cluster = await serversFor({ cluster: true });
  if (!running.independent) {
    running.independent = await startIndependent({ program });
    await sendAll(running.independent.ports, fixtures.commands);
    if (running.independent.proxy === null) console.log('There is no nutcracker (npm test unpacks one): rows are without it.\n');
  }
  return { cluster: cluster.topology, ring: running.independent, proxy: running.independent.proxy };
}

async function serversFor({ kind: rowKind, cluster, replicas }) {
  if (rowKind === 'import' || rowKind === 'types') return undefined;
  if (rowKind === 'ways') return serversOfWays();
  const kind = cluster ? `cluster ${replicas ?? ''}` : 'single';
  if (!running[kind]) {
    running[kind] = await startServers({ program, cluster, replicas, pin: given.pin });
    const { ports } = running[kind].topology;
    // Replicas have it from their primary.
    await sendAll(replicas > 0 ? ports.slice(0, 1) : ports, fixtures.commands);
    environs.server = running[kind].version;
    environs.pinned ||= running[kind].pinned;
  }
  return running[kind];
}

try {
  for (const [position, id] of rowNames.entries()) {
    const row = rows[id];
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${position + 1}/${rowNames.length} ${row.title} …`);
    if (row.kind === 'ways' && !hasOwn) continue;
    const servers = await serversFor(row);
    const measured = await measures[row.kind](id, row, { ...pace, names, servers, loadTool: findLoadTool(program) });
    results.push({ id, kind: row.kind, title: row.title, ...measured });
  }
} finally {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  await Promise.all(Object.values(running).map((servers) => servers.stop()));
}

const loads = results.filter(({ kind }) => kind === 'load');
console.log(`${describe(environs)}\n`);
if (loads.length > 0)
  console.log(`${loadTable(loads, names)}\nRatios are slotwise's figure over the other's; /best is the fastest rival of the row.`);
for (const { title, ceiling, results: of } of loads.filter((row) => row.ceiling)) {
  const shares = ['slotwise', 'bare']
    .filter((name) => of[name]?.opsPerSecond)
    .map((name) => `${name} ${(of[name].opsPerSecond / ceiling).toFixed(2)} × that`);
  console.log(`${title}: redis-benchmark (C) reaches ${compact(ceiling)} ops/s; ${shares.join(', ')}.`);
}
for (const result of results.filter(({ kind }) => kind !== 'load')) {
  const order = result.kind === 'ways' ? Object.keys(ways) : names;
  console.log(
    `\n${figureTable(
      result,
      order.filter((name) => name in result.results),
    )}`,
  );
}
for (const failure of failures(results)) console.log(failure);

const kept = given.json ?? (given.full ? here(`./results/${environs.date.slice(0, 10)}.json`) : undefined);
if (kept) {
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, `${JSON.stringify({ environment: environs, pace, rows: results }, null, 2)}\n`);
  writeFileSync(kept.replace(/\.json$/, '.svg'), drawChart(environs, loads));
  console.log(`\nKept in ${kept}, chart beside it.`);
}

// Slowness fails nothing; wrong answers of our own do.
const own = (row) => (row.kind === 'ways' ? Object.values(row.results) : [row.results.slotwise]);
if (results.some((row) => own(row).some((result) => result?.error))) process.exitCode = 1;
