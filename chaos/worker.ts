// A process with one client alone and the load on it. The parent asks by IPC, one question at a time.
import { BlockedCallers } from './blocked-callers.js';
import { contestants } from './clients.js';
import type { Driver } from './driver.js';
import { keysOf } from './key-space.js';
import { readList } from './list-read.js';
import { Load } from './load.js';
import type { Answer, Question } from './messages.js';
import { resources } from './resources.js';
import { Subscribers } from './subscribers.js';
import { transfer } from './transfers.js';

let driver: Driver | null = null;
let load: Load | null = null;
let blocked: BlockedCallers | null = null;
const subscribers = new Subscribers();

async function answer(question: Question): Promise<Answer> {
  switch (question.ask) {
    case 'open':
      driver = await contestants[question.client].open(question.options);
      return { to: 'open' };
    case 'load':
      if (driver === null) throw new Error('no client is open');
      await subscribers.listen(driver, question.subscribers);
      load = new Load(driver, { rate: question.rate, keys: keysOf(question.keys) });
      if (question.blocked !== null) blocked = new BlockedCallers(driver, question.blocked);
      return { to: 'load' };
    case 'stop': {
      if (load === null) throw new Error('there is no load');
      await load.stop(question.limitMs);
      const report = (await blocked?.stop()) ?? null;
      const { received } = subscribers;
      return { to: 'stop', writes: load.writes.operations, reads: load.reads.operations, stalls: load.stalls, blocked: report, received };
    }
    case 'list':
      if (driver === null) throw new Error('no client is open');
      return { to: 'list', read: await readList(driver, question.key, question.limitMs) };
    case 'transfer':
      if (driver === null) throw new Error('no client is open');
      return { to: 'transfer', transfers: await transfer(driver, question.options, question.limitMs) };
    case 'resources':
      return { to: 'resources', resources: resources() };
    case 'close':
      await driver?.close();
      return { to: 'close' };
    default:
      return question satisfies never;
  }
}

process.on('message', (question: Question) => {
  answer(question)
    .catch((error: unknown): Answer => ({ to: 'error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
    .then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
// A client may throw where nobody can catch it: that is its failure, told by the ledger, not the end of the measurement.
process.on('uncaughtException', (error) => console.error(`uncaught in the client's process: ${error.message}`));
