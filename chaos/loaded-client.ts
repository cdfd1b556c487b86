import { fileURLToPath } from 'node:url';
import { compiled } from '../test/support/compiled.js';
import { AskedProcess } from './asked-process.js';
import type { ContestantName } from './clients.js';
import type { DriverOptions } from './driver.js';
import type { Answer, Question } from './messages.js';

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A client with its load in a process of its own. */
export class LoadedClient extends AskedProcess<Question, Answer> {
  static async open(client: ContestantName, options: DriverOptions): Promise<LoadedClient> {
    const loaded = new LoadedClient(await compiled(worker));
    try {
      await loaded.ask({ ask: 'open', client, options });
      return loaded;
    } catch (error) {
      await loaded.end();
      throw error;
    }
  }
}
