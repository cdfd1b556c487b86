// Runs the engine in simulated worlds, a seed each, and says what happened in them that must not. See docs/testing.md.
//   npm run simulate -- [--seeds n] [--from n] [--seed n] [--jobs n] [--minutes n] [--kind name] [--breaks [name …]]
import { writeFileSync } from 'node:fs';
import { ArgumentsError, parseArguments, type SimulateArguments, usage } from './arguments.js';
import { DEFAULT_BREAK_SEEDS, runBreaks } from './breaks.js';
import { bundleWorker } from './bundle.js';
import { type Output, Terminal } from './output.js';
import { runOne, runSeeds } from './seeds.js';
import { workFolder } from './work-folder.js';

async function main(args: SimulateArguments): Promise<boolean> {
  const output = new Terminal();
  const isStopped = stopSignal(output);
  const { isGood, json } = await run(args, output, isStopped);
  if (args.json !== null) writeFileSync(args.json, `${JSON.stringify(json, null, 2)}\n`);
  return isGood;
}

async function run(args: SimulateArguments, output: Output, isStopped: () => boolean): Promise<{ isGood: boolean; json: object }> {
  const { breaks, seed, seeds, jobs } = args;
  if (breaks !== null) return runBreaks({ names: breaks, seeds: seeds ?? DEFAULT_BREAK_SEEDS, jobs }, output, isStopped);
  const bundle = await bundleWorker(workFolder('simulation'));
  return seed === null ? runSeeds(args, bundle, output, isStopped) : runOne(args, seed, bundle, output);
}

/** The first Ctrl-C ends the run after the seeds under way, with its report; the second at once. */
function stopSignal(output: Output): () => boolean {
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopped) process.exit(130);
      isStopped = true;
      output.line('Ends after the seeds under way …');
    });
  }
  return () => isStopped;
}

// Whoever reads the output has seen enough.
process.stdout.on('error', () => process.exit(1));
try {
  const args = parseArguments(process.argv.slice(2));
  if (args === null) console.log(usage);
  else if (!(await main(args))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof ArgumentsError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = error instanceof ArgumentsError ? 2 : 1;
}
