import { duration, grouped, Report, wantsColours } from '../../scripts/demo/report.js';
import { Server } from '../../test/support/server.js';
import { type PubsubContestantName, pubsubContestants } from '../pubsub/clients.js';
import type { PubsubLedger } from '../pubsub/ledger.js';
import { pubsubSuites, type StartedPubsubSuite } from '../pubsub/suites.js';
import { pubsubChecksOf } from '../pubsub/verdict.js';
import { isInstalled } from '../rivals.js';
import { checksOfResources, holds } from '../verdict.js';
import { parseArguments, usage } from './arguments.js';
import { ms, resourceNotes } from './rows.js';

const CHANNELS = 20;
/** Of a process that does nothing but listen; the record of its gaps is in it. */
const HEAP_MORE_BYTES = 2 * 1024 * 1024;
const DEFAULT_RATE = 10_000;

const COLUMNS: readonly (readonly [title: string, width: number, cell: (ledger: PubsubLedger) => string])[] = [
  ['published', 9, ({ acknowledged }) => grouped(acknowledged)],
  ['delivered', 9, ({ delivered }) => grouped(delivered)],
  ['missing', 8, ({ missing }) => grouped(missing)],
  ['gaps', 5, ({ gaps }) => grouped(gaps)],
  ['in no gap', 9, ({ hidden, hiddenByServers }) => grouped(hidden - hiddenByServers)],
  ['by servers', 10, ({ hiddenByServers }) => grouped(hiddenByServers)],
  ['twice', 6, ({ twice }) => grouped(twice)],
  ['disorder', 8, ({ disordered }) => grouped(disordered)],
  ['late', 5, ({ late }) => grouped(late)],
  ['back', 7, ({ backMs }) => (backMs.length === 0 ? '-' : ms(Math.max(...backMs)))],
  ['silence', 8, ({ silenceMs }) => ms(silenceMs)],
];

/** `npm run chaos -- pubsub [topology] [fault …]`: sequence numbers in messages show what each fault costs subscribers. */
export async function pubsubMain(argv: readonly string[]): Promise<boolean> {
  const args = parseArguments(
    argv.some((word) => word.startsWith('--rate')) ? argv : [...argv, '--rate', String(DEFAULT_RATE)],
    pubsubSuites,
  );
  if (args === null) {
    console.log(usage(pubsubSuites));
    return true;
  }
  const begunAt = performance.now();
  const report = new Report((line) => args.json || console.log(line), wantsColours(process.stdout));
  const { product, version } = Server.version();
  report.line(
    `${product === 'redis' ? 'Redis' : 'Valkey'} ${version}, ${args.rate} messages/s over ${CHANNELS} channels, half of them sharded; times in ms`,
  );
  const rows: object[] = [];
  let failures = 0;
  for (const suite of pubsubSuites) {
    const faults = suite.faults.filter(({ name }) => args.chooses(suite.topology, name));
    if (faults.length === 0) continue;
    report.chapter(suite.topology);
    report.note(['fault'.padEnd(62), 'client'.padEnd(10), ...COLUMNS.map(([title, width]) => title.padStart(width))].join('  '));
    let started: StartedPubsubSuite | null = null;
    try {
      for (const fault of faults) {
        for (const client of Object.keys(pubsubContestants) as PubsubContestantName[]) {
          const contestant = pubsubContestants[client];
          const kinds: readonly string[] = contestant.kinds;
          if (
            client !== 'slotwise' &&
            (fault.leaks === true || !args.rivals || !isInstalled(contestant) || !kinds.includes(suite.topology))
          )
            continue;
          for (let run = 0; run < (args.runs ?? 1); run++) {
            started ??= await suite.start();
            await started.heal();
            const note = (text: string): void => report.note(`  ${text}`);
            const options = { client, rate: args.rate, channels: CHANNELS, sharded: true, quick: args.quick, note };
            const { ledger, resources } = await started.run(fault.name, options);
            const failed = [...pubsubChecksOf(ledger), ...checksOfResources(resources, HEAP_MORE_BYTES)].filter((check) => !holds(check));
            rows.push({ topology: suite.topology, fault: fault.name, client, ...ledger, resources });
            const line = [
              fault.title.slice(0, 62).padEnd(62),
              client.padEnd(10),
              ...COLUMNS.map(([, width, cell]) => cell(ledger).padStart(width)),
            ];
            if (client !== 'slotwise' || failed.length === 0) report.line(line.join('  '));
            else report.claim(false, line.join('  '));
            if (resources !== null) report.note(`  ${ledger.backMs.length} outages, before and after: ${resourceNotes(resources)}`);
            if (client !== 'slotwise') continue;
            failures += failed.length;
            for (const { what, measured, atMost } of failed) report.note(`  ${what}: ${Math.round(measured)}, allowed ${atMost}`);
            for (const fault of ledger.faults) report.note(`  ${fault}`);
          }
        }
      }
    } finally {
      await started?.stop();
    }
  }
  if (args.json) console.log(JSON.stringify({ product, version, rate: args.rate, quick: args.quick, rows }, null, 2));
  report.line();
  report.line(`${failures === 0 ? 'All within their bounds' : `${failures} bounds broken`}, in ${duration(performance.now() - begunAt)}.`);
  return failures === 0 && rows.length > 0;
}
