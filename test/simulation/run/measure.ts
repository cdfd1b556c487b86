// Prints what seeds cost and bring, by kind: `measure.ts [from] [count] [kind]`, bundled as everything of the simulation.
import { runSeed, type SeedResult } from '../seed.js';
import type { DeploymentKind } from '../topologies/deployment.js';

interface Sum {
  seeds: number;
  cpuMs: number;
  worstMs: number;
  worstSeed: number;
  commands: number;
  virtualMs: number;
  faults: number;
  withFailover: number;
  failing: number;
}

function nothing(): Sum {
  return { seeds: 0, cpuMs: 0, worstMs: 0, worstSeed: 0, commands: 0, virtualMs: 0, faults: 0, withFailover: 0, failing: 0 };
}

const [from = 1, count = 200] = process.argv.slice(2, 4).map(Number);
const kind = process.argv[4] as DeploymentKind | undefined;
const sums = new Map<string, Sum>();
const outcomes = new Map<string, number>();
const violations = new Map<string, { count: number; seed: number; text: string }>();

function add(result: SeedResult, cpuMs: number): void {
  const sum = sums.get(result.kind) ?? nothing();
  sums.set(result.kind, sum);
  sum.seeds++;
  sum.cpuMs += cpuMs;
  if (cpuMs > sum.worstMs) [sum.worstMs, sum.worstSeed] = [cpuMs, result.seed];
  sum.commands += result.commands;
  sum.virtualMs += result.virtualMs;
  sum.faults += result.faults.length;
  if (result.failovers > 0) sum.withFailover++;
  if (result.violations.length > 0) sum.failing++;
  for (const [name, times] of Object.entries(result.outcomes)) outcomes.set(name, (outcomes.get(name) ?? 0) + times);
  for (const { check, text } of result.violations) {
    const seen = violations.get(check) ?? { count: 0, seed: result.seed, text };
    seen.count++;
    violations.set(check, seen);
  }
}

function report(wallMs: number): void {
  console.log(`${((count / wallMs) * 1_000).toFixed(1)} seeds a second`);
  for (const [name, sum] of sums) {
    const each = (total: number): string => (total / sum.seeds).toFixed(1);
    console.log(
      `${name}: ${sum.seeds} seeds, ${each(sum.cpuMs)} ms CPU (worst ${sum.worstMs.toFixed(0)}, seed ${sum.worstSeed}), ` +
        `${each(sum.commands)} calls, ${each(sum.virtualMs)} ms virtual, ${each(sum.faults)} faults, ` +
        `${((100 * sum.withFailover) / sum.seeds).toFixed(0)} % with a failover, ${sum.failing} failing`,
    );
  }
  const total = [...outcomes.values()].reduce((sum, times) => sum + times, 0);
  for (const [name, times] of [...outcomes].sort(([, a], [, b]) => b - a).slice(0, 25)) {
    console.log(`${((100 * times) / total).toFixed(2).padStart(7)} % ${name}`);
  }
  for (const [name, { count: times, seed, text }] of violations) console.log(`VIOLATION ${name}: ${times}, first seed ${seed}: ${text}`);
}

// In an immediate: see `runSeed`.
setImmediate(() => {
  const start = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const before = process.cpuUsage();
    const result = runSeed(seed, kind === undefined ? {} : { kind });
    const { user, system } = process.cpuUsage(before);
    add(result, (user + system) / 1_000);
  }
  report(performance.now() - start);
});
