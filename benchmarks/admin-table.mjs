// Times of moving slots, beside the servers' own tools, on three servers: the table in docs/admin.md. Each measurement is printed as it comes;
// all tools are measured in turn, so that what else the machine does meets all of them.
//   npm run build && node benchmarks/admin-table.mjs [--runs 3] [--minutes 10] [--keys 200000] [--servers redis,redis-8.6,valkey-9] [--write]
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

const page = new URL('../docs/admin.md', import.meta.url);
const ours = fileURLToPath(new URL('../dist/esm/admin/cli/index.js', import.meta.url));
const VALUE = 'v'.repeat(32);
const PIPELINE = 1_000;
/** A hash of 200 MB. */
const FIELDS = 200_000;
const FIELD_BYTES = 1_000;
const PROBE_EVERY_MS = 2;
/** Both ends of a move of the hash are silent for seconds: they are not to be taken for dead on a machine with other work to do. */
const NODE_TIMEOUT_MS = 60_000;
/** A move that takes longer than this has failed. */
const LONGEST_MS = 120_000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '10' },
    keys: { type: 'string', default: '200000' },
    servers: { type: 'string', default: 'redis,redis-8.6,valkey-9' },
    write: { type: 'boolean', default: false },
  },
});
const [runs, minutes, keyCount] = [values.runs, values.minutes, values.keys].map(Number);
const number = (value) => value.toLocaleString('en-US');

const slotwise = {
  name: 'slotwise',
  isOurs: true,
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
const keyByKey = { name: 'slotwise --no-atomic', isOurs: true, words: (move) => [...slotwise.words(move), '--no-atomic'] };

function theirs(program, options = []) {
  const tool = program.replace(/-server$/, '-cli');
  if (!existsSync(tool)) throw new Error(`there is no ${tool}`);
  return {
    name: [tool.replace(/.*\//, ''), ...options.map((option) => option.replace('--cluster-use-', ''))].join(', '),
    isOurs: false,
    words: ({ address, from, to, count }) => {
      const move = ['--cluster-from', from, '--cluster-to', to, '--cluster-slots', count, '--cluster-yes'];
      return [tool, '--cluster', 'reshard', address, ...move, ...options];
    },
  };
}

/** Runs a program; resolves with its seconds and its CPU seconds. */
function timed(words) {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>&3; } 2>&1';
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'inherit', 'pipe'];
    const child = spawn('bash', ['-c', script, 'timed', 'timeout', String(LONGEST_MS / 1_000), ...words.map(String)], { stdio });
    const output = ['', ''];
    for (const [at, stream] of [child.stdout, child.stdio[3]].entries()) stream.on('data', (chunk) => (output[at] += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const [seconds, user, system] = output[0].trim().split('\n').at(-1).split(' ').map(Number);
      if (code === 0) resolve({ seconds, cpu: user + system });
      else reject(new Error(`${words.slice(0, 4).join(' ')} … ended with ${code}: ${output[1].trim().split('\n').slice(0, 3).join(' ')}`));
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
  const owners = (await cluster.view()).flatMap(({ primary, slots }) => slots.map(([first, last]) => ({ primary, first, last })));
  const keysOf = new Map();
  for (let i = 0; i < keyCount; i++) {
    const slot = slotOfKey(`key:${i}`);
    const { primary } = owners.find(({ first, last }) => first <= slot && slot <= last);
    if (!keysOf.has(primary)) keysOf.set(primary, []);
    keysOf.get(primary).push(`key:${i}`);
  }
  for (const [owner, keys] of keysOf) {
    const connection = await owner.connect({ timeoutMs: 60_000 });
    for (let at = 0; at < keys.length; at += PIPELINE) {
      await Promise.all(keys.slice(at, at + PIPELINE).map((key) => connection.ask('SET', key, VALUE)));
    }
    connection.close();
  }
}

/** A key of slot 0, which every tool takes first. */
function hashKey() {
  for (let i = 0; ; i++) if (slotOfKey(`hash:${i}`) === 0) return `hash:${i}`;
}

async function addHash(server) {
  const connection = await server.connect({ timeoutMs: 60_000 });
  for (let at = 0; at < FIELDS; at += 500) {
    const fields = Array.from({ length: 500 }, (_, i) => [`f${at + i}`, String(at + i).padEnd(FIELD_BYTES, 'x')]);
    await connection.ask('HSET', hashKey(), ...fields.flat());
  }
  connection.close();
}

/** One kind of server: its cluster, the tools to be measured on it, and what they took. */
class Bench {
  /** Results by what moves, then by tool. */
  results = new Map();

  constructor(program, tools) {
    this.program = program;
    this.tools = tools;
  }

  static async start(name) {
    const program = unpackedServer(name) ?? (name === 'redis' ? findServer()?.server : null);
    if (!program) throw new Error(`${name} is missing: node scripts/servers.mjs ${name}`);
    const isAtomic = name !== 'redis';
    const tools = [slotwise, ...(isAtomic ? [keyByKey] : []), theirs(program)];
    if (name.startsWith('valkey')) tools.push(theirs(program, ['--cluster-use-atomic-slot-migration']));
    const bench = new Bench(program, tools);
    await bench.restart();
    return bench;
  }

  async restart() {
    await this.cluster?.stop();
    this.cluster = await Cluster.start({ replicas: 0, nodeTimeoutMs: NODE_TIMEOUT_MS, server: { program: this.program } });
    const info = await this.cluster.servers[0].info('server');
    this.server = info.valkey_version ? `Valkey ${info.valkey_version}` : `Redis ${info.redis_version}`;
    this.ids = await Promise.all(this.cluster.servers.map(async (server) => String(await server.ask('CLUSTER', 'MYID'))));
    await fill(this.cluster);
  }

  /** Measures one move of one tool, and takes it back. */
  async measure({ what, slots, isHash }, tool) {
    const { address } = this.cluster.servers[0];
    const [from, to] = this.ids;
    const move = { address, from, to, slots: `0-${slots - 1}`, count: slots };
    if (isHash) await addHash(this.cluster.servers[0]);
    const stop = await probe(this.cluster.servers[0]);
    const result = await this.#moved(move, tool).catch((error) => ({ error: error.message }));
    const sample = { ...result, longestMs: await stop() };
    const ofTool = this.results.get(what) ?? new Map();
    this.results.set(what, ofTool.set(tool, [...(ofTool.get(tool) ?? []), sample]));
    console.log(JSON.stringify({ server: this.server, what, tool: tool.name, ...sample }));
    try {
      await this.#takeBack({ ...move, from: to, to: from }, sample.error !== undefined);
      if (isHash) await this.cluster.servers[0].ask('UNLINK', hashKey());
    } catch (error) {
      console.log(`${this.server}: another cluster, because the way back failed: ${error.message}`);
      await this.restart();
    }
  }

  /** Resolves with what the tool took. Rejects where the slots are not at the target when it ends. */
  async #moved(move, tool) {
    const result = await timed(tool.words(move));
    const target = (await this.cluster.view()).find(({ primary }) => primary === this.cluster.servers[1]);
    const has = target?.slots.some(([first, last]) => first === 0 && last >= move.count - 1);
    if (!has) throw new Error('the slots are not at the target');
    return result;
  }

  async #takeBack(move, hasFailed) {
    if (hasFailed) await timed([process.execPath, ours, 'cluster', 'fix', move.address, '--yes']);
    await timed([...slotwise.words(move), '--migrate-timeout', NODE_TIMEOUT_MS]);
    await this.cluster.settled(NODE_TIMEOUT_MS);
  }

  get rows() {
    return [...this.results].flatMap(([what, ofTool]) => {
      const medians = new Map([...ofTool].map(([tool, samples]) => [tool, medianOf(samples)]));
      return [...medians].map(([tool, row]) => ({ server: this.server, what, tool, ...row, ratio: ratioText(tool, medians) }));
    });
  }
}

function medianOf(samples) {
  const good = samples.filter(({ error }) => error === undefined);
  const median = (name) => {
    const sorted = good.map((one) => one[name]).sort((a, b) => a - b);
    const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
    return low === undefined ? undefined : (low + high) / 2;
  };
  return { seconds: median('seconds'), cpu: median('cpu'), longestMs: median('longestMs'), good: good.length };
}

/** Our numbers beside those of the server's tool that moves slots in the same way, where it has one. */
function ratioText(tool, medians) {
  if (!tool.isOurs) return '';
  const others = [...medians.keys()].filter(({ isOurs }) => !isOurs);
  const other = tool === keyByKey ? others[0] : others.at(-1);
  const [own, beside] = [medians.get(tool), medians.get(other)];
  if (own?.seconds === undefined || beside?.seconds === undefined) return '';
  return `${(own.seconds / beside.seconds).toFixed(2)} × time, ${(own.cpu / beside.cpu).toFixed(1)} × CPU of ${other.name}`;
}

function tableOf(benches) {
  const figure = (value, digits) => (value === undefined ? 'failed' : value.toFixed(digits));
  return [
    '| server | what moves | tool | seconds | CPU seconds of the tool | longest wait of a PING at the source, ms | beside it |',
    '|---|---|---|---|---|---|---|',
    ...benches
      .flatMap(({ rows }) => rows)
      .map(({ server, what, tool, seconds, cpu, longestMs, ratio }) => {
        const figures = [figure(seconds, 1), figure(cpu, 2), figure(longestMs, 0)];
        return `| ${[server, what, tool.name, ...figures, ratio].join(' | ')} |`;
      }),
  ].join('\n');
}

/** How it was measured. `loads`: averages of a minute. */
function circumstances(benches, loads) {
  const counts = benches.flatMap(({ rows }) => rows.map(({ good }) => good));
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const [low, high] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(0));
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, load average ${low === high ? low : `${low} to ${high}`}`;
  const medians = least === most ? `Medians of ${least} runs` : `Medians of ${least} to ${most} runs`;
  return `${medians} in turn, three shards on one machine (${machine}), ${number(keyCount)} keys, cluster-node-timeout ${number(NODE_TIMEOUT_MS)}.`;
}

const whats = [
  { what: '1,000 slots', slots: 1_000, isHash: false },
  { what: '5,000 slots', slots: 5_000, isHash: false },
  { what: 'a hash of 200 MB', slots: 1, isHash: true },
];
const end = performance.now() + minutes * 60_000;
const loads = [loadavg()[0]];
const benches = [];
try {
  for (const name of values.servers.split(',')) benches.push(await Bench.start(name));
  for (let run = 0; run < runs; run++) {
    for (const bench of benches) {
      for (const what of whats) {
        for (const tool of bench.tools) {
          // What takes long may not come to its end.
          if (performance.now() < end) await bench.measure(what, tool);
          loads.push(loadavg()[0]);
        }
      }
    }
  }
} finally {
  await Promise.all(benches.map(({ cluster }) => cluster.stop()));
}
const text = `${tableOf(benches)}\n\n${circumstances(benches, loads)}`;
console.log(text);
if (values.write) {
  const before = readFileSync(page, 'utf8');
  const written = before.replace(
    /(<!-- moves[^>]*-->\n\n)[\s\S]*?(\n\n<!-- \/moves -->)/,
    (_, begin, finish) => `${begin}${text}${finish}`,
  );
  if (written === before) throw new Error('the page has no place for the table, or has it already');
  writeFileSync(page, written);
}
process.exit(0);
