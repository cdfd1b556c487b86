// Real servers are killed, stopped, cut off, moved and restarted under load. Prints what each fault cost the callers, per client, and
// compares it with what it may cost. The exit code is 0 only if every bound held. See docs/failover.md.
//   npm run chaos -- [topology] [fault …] [--runs n] [--rate n] [--quick] [--rivals] [--json]
//   npm run chaos -- pubsub …    the same for subscribers: docs/pubsub.md

import { duration, Report, wantsColours } from '../scripts/demo/report.js';
import { Server } from '../test/support/server.js';
import { ArgumentsError, type ChaosArguments, parseArguments, usage } from './cli/arguments.js';
import { pubsubMain } from './cli/pubsub.js';
import { headingOf, notesOf, type Row, rowOf, widths } from './cli/rows.js';
import { type Contestant, type ContestantName, contestantNames, contestants } from './clients.js';
import { isInstalled } from './rivals.js';
import type { RunReport } from './run.js';
import { type StartedSuite, type Suite, suites } from './suites.js';

async function main(args: ChaosArguments): Promise<boolean> {
  const begunAt = performance.now();
  const report = new Report((line) => args.json || console.log(line), wantsColours(process.stdout));
  const { product, version } = Server.version();
  report.line(`${product === 'redis' ? 'Redis' : 'Valkey'} ${version}, ${args.rate} INCR/s and ${args.rate} GET/s, times in ms`);
  const rows: Row[] = [];
  for (const suite of suites) rows.push(...(await runSuite(suite, args, report)));
  const ours = rows.filter(({ client }) => client === 'slotwise');
  const failed = ours.filter(({ failures }) => failures.length > 0);
  if (args.json) console.log(JSON.stringify({ product, version, rate: args.rate, quick: args.quick, rows }, null, 2));
  report.line();
  for (const row of failed) {
    for (const { what, measured, atMost } of row.failures) {
      report.claim(false, `${row.topology} ${row.fault}: ${what}: ${Math.round(measured)}, allowed ${atMost}`);
    }
  }
  const spent = duration(performance.now() - begunAt);
  report.line(`${ours.length - failed.length} of ${ours.length} faults within their bounds, in ${spent}.`);
  return failed.length === 0 && ours.length > 0;
}

async function runSuite(suite: Suite, args: ChaosArguments, report: Report): Promise<Row[]> {
  const faults = suite.faults.filter(({ name }) => args.chooses(suite.topology, name));
  if (faults.length === 0) return [];
  report.chapter(suite.topology);
  report.note(format(headingOf()));
  const rows: Row[] = [];
  let started: StartedSuite | null = null;
  try {
    for (const fault of faults) {
      for (const client of clientsFor(suite, fault, args)) {
        const isRival = client !== 'slotwise';
        const count = args.runs ?? (args.quick || isRival ? 1 : (fault.runs ?? 1));
        const runs: RunReport[] = [];
        const crashes: string[] = [];
        for (let run = 0; run < count; run++) {
          started ??= await suite.start();
          try {
            await started.heal();
            const note = (text: string): void => report.note(`  ${text}`);
            runs.push(await started.run(fault.name, { client, rate: args.rate, quick: args.quick, note }));
          } catch (error) {
            crashes.push(error instanceof Error ? error.message : String(error));
            // Nobody knows what they are in now.
            await started.stop();
            started = null;
          }
        }
        const row = rowOf({ topology: suite.topology, fault, client, runs, rate: args.rate, crashes });
        rows.push(row);
        if (isRival || row.failures.length === 0) report.line(format(row.cells));
        else report.claim(false, format(row.cells));
        for (const text of runs.flatMap(notesOf)) report.note(`  ${text}`);
        for (const crash of crashes) report.note(`  ${crash}`);
      }
    }
  } finally {
    await started?.stop();
  }
  return rows;
}

function clientsFor(suite: Suite, fault: Suite['faults'][number], { rivals }: ChaosArguments): ContestantName[] {
  // What only looks at ourselves is not done to others.
  const ourselves = fault.blocked !== undefined || fault.leaks === true;
  return contestantNames.filter((name) => {
    const contestant: Contestant = contestants[name];
    if (!contestant.kinds.includes(suite.topology)) return false;
    return name === 'slotwise' || (rivals && !ourselves && isInstalled(contestant));
  });
}

function format(cells: readonly string[]): string {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
}

try {
  const [first, ...rest] = process.argv.slice(2);
  if (first === 'pubsub') process.exit((await pubsubMain(rest)) ? 0 : 1);
  const args = parseArguments(process.argv.slice(2), suites);
  if (args === null) console.log(usage(suites));
  else if (!(await main(args))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof ArgumentsError ? `${error.message}\n\n${usage(suites)}` : error);
  process.exit(1);
}
