/**
 * Compares variants of the library, or ways to use it, under load. Each runs in a process of its own against one server; rounds are
 * interleaved, the order turned by one each round; the table shows medians, and client CPU against the first variant.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { closedLoop } from '../load.mjs';

/** Where bundles go: inside of the project, so that they find its dependencies. */
export const folder = new URL('../../dist/variants/', import.meta.url);

/** The library in one file, as scripts/build.mjs makes it. */
export async function bundle(name, plugins = []) {
  const outfile = fileURLToPath(new URL(name, folder));
  await build({
    entryPoints: [fileURLToPath(new URL('../../lib/index.ts', import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    minifySyntax: true,
    plugins,
  });
  return outfile;
}

const keys = Array.from({ length: 1024 }, (_, i) => `key:${i}`);
const rows = { 'GET, 1000 callers': 1000, 'GET, 50 callers': 50, 'GET, 1 caller': 1 };
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const answer = (child) => new Promise((resolve) => child.once('message', resolve));

/** The other side, in the process of one variant. */
export function serve(client) {
  process.on('message', async (request) => process.send(await closedLoop({ op: (i) => client.get(keys[i & 1023]), ...request })));
  process.on('disconnect', () => process.exit());
  process.send('ready');
}

/** `variants`: titles by name. `argsOf(name)`: what the script gets as its arguments in the process of that variant. */
export async function compare(script, variants, argsOf, { rounds = 9, durationMs = 500 } = {}) {
  const names = Object.keys(variants);
  const children = new Map();
  try {
    for (const name of names) {
      const child = fork(fileURLToPath(script), ['--variant', name, ...argsOf(name).map(String)], { execArgv: ['--expose-gc'] });
      children.set(name, child);
      await answer(child);
    }
    const [first] = names;
    for (const [title, callers] of Object.entries(rows)) {
      const taken = Object.fromEntries(names.map((name) => [name, []]));
      const order = [...names];
      for (let round = 0; round <= rounds; round += 1) {
        for (const name of order) {
          children.get(name).send({ callers, durationMs });
          const result = await answer(children.get(name));
          if (round > 0) taken[name].push(result);
        }
        order.push(order.shift());
      }
      const of = (name, field) => median(taken[name].map((result) => result[field]));
      console.log(`\n${title.padEnd(20)}    ops/s   CPU µs/op    CPU against ${variants[first]}`);
      for (const name of names) {
        const cpu = of(name, 'cpuMicros');
        const more = `${(100 * (cpu / of(first, 'cpuMicros') - 1)).toFixed(1)} %`;
        console.log(
          variants[name].padEnd(20) +
            String(Math.round(of(name, 'opsPerSecond'))).padStart(9) +
            cpu.toFixed(3).padStart(12) +
            more.padStart(16),
        );
      }
    }
  } finally {
    for (const child of children.values()) child.disconnect();
  }
}
