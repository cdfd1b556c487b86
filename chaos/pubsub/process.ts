import { fileURLToPath } from 'node:url';
import { compiled } from '../../test/support/compiled.js';
import { AskedProcess } from '../asked-process.js';
import type { PubsubAnswer, PubsubQuestion } from './messages.js';

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A process that subscribes or publishes, so that neither disturbs the other, nor what is done to the servers. */
export class PubsubProcess extends AskedProcess<PubsubQuestion, PubsubAnswer> {
  static async start(): Promise<PubsubProcess> {
    return new PubsubProcess(await compiled(worker));
  }
}
