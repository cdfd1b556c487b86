import { type ClientOptions, OptionsError, type Redis } from '../../index.js';
import { suggest } from '../../util/suggestion.js';
import { typeText } from '../../util/type-text.js';
import { isClient } from '../shared/given-client.js';
import { warnOnce } from '../shared/warnings.js';
import { BullConnection } from './connection.js';
import { Engine } from './engine.js';

/** How a connection for BullMQ treats commands. */
export interface BullConnectionOptions {
  /**
   * Deadline of a command in ms; 0: none. Default 0: commands wait until a primary answers again, as workers need it. For a program that only
   * adds jobs, and had better know soon, a connection of its own may have another.
   */
  readonly timeoutMs?: number;
  /**
   * What becomes of a command that may have run, because its connection broke before the reply. Default: what may run twice is sent again,
   * what adds something rejects. `ioredis`: all is sent again, so that a job may be added twice.
   */
  readonly retryWrites?: 'ioredis';
}

type Given = Redis<string, number> | ClientOptions | string;

/**
 * Connection for the queues, workers, flows and events of BullMQ 6, which all may share it. `redis`: a client, which stays open when the
 * connection has ended; or the options of one or its URL, for a client that ends with the connection and its duplicates. Throws `OptionsError`.
 * @example
 * const connection = createBullConnection({ topology: sentinel(['10.0.0.1:26379', '10.0.0.2:26379'], 'mymaster') });
 * const queue = new Queue('mails', { connection });
 * const worker = new Worker('mails', async (job) => send(job.data), { connection });
 */
export function createBullConnection(redis: Given, options: BullConnectionOptions = {}): BullConnection {
  const { timeoutMs = 0, retryWrites } = checkOptions(options);
  return new BullConnection({ engine: engineOf(redis), timeoutMs, resends: retryWrites === 'ioredis' });
}

function checkOptions(options: BullConnectionOptions): BullConnectionOptions {
  const path = 'createBullConnection(redis, options)';
  if (typeof options !== 'object' || options === null) throw new OptionsError(path, `expected an object, got ${typeText(options)}`);
  const known = ['timeoutMs', 'retryWrites'];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new OptionsError(`${path}.${name}`, `unknown option; ${suggest(name, known)}`);
  }
  const { timeoutMs = 0, retryWrites } = options;
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0))
    throw new OptionsError(`${path}.timeoutMs`, 'a number of milliseconds', timeoutMs);
  if (retryWrites !== undefined && retryWrites !== 'ioredis') throw new OptionsError(`${path}.retryWrites`, 'ioredis', retryWrites);
  return options;
}

function engineOf(given: Given): Engine {
  if (typeof given === 'string') return Engine.ofUrl(given);
  if (typeof given !== 'object' || given === null) {
    throw new OptionsError('createBullConnection(redis)', `expected a client, options of one, or a URL, got ${typeText(given)}`);
  }
  if (isClient(given)) return Engine.ofClient(given);
  if (given.keyPrefix !== undefined) {
    throw new OptionsError('keyPrefix', "BullMQ's scripts make up names of keys, which would lack it; use the option prefix of BullMQ");
  }
  if (given.reads !== undefined && given.reads !== 'primary') {
    warnOnce('bullmq', 'reads', 'BullMQ reads what has just been written: its commands go to the primary');
  }
  return Engine.ofOptions(given);
}
