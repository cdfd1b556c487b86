import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../../support/processes.js';
import type { Fault } from '../fault.js';
import { keysOf } from '../key-space.js';
import { moves } from '../reshard.js';
import type { Stage } from '../stages/stage.js';
import type { PubsubContestantName } from './clients.js';
import { type PubsubLedger, pubsubLedgerOf } from './ledger.js';
import type { PubsubAnswer, PubsubAnswerTo, PubsubQuestion, Topics } from './messages.js';

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
const open = new Set<ChildProcess>();
let armed = false;

/** A process that subscribes or publishes, so that neither disturbs the other, nor what is done to the servers. */
class Process {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #settle: { resolve(answer: PubsubAnswer): void; reject(error: Error): void } | null = null;

  constructor() {
    if (!armed) {
      armed = true;
      atEnd(() => {
        for (const child of open) child.kill('SIGKILL');
      });
    }
    const child = fork(worker, {
      execArgv: ['--import', 'tsx', '--expose-gc', '--no-warnings'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    open.add(child);
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    child.on('message', (answer: PubsubAnswer) => {
      const settle = this.#settle;
      this.#settle = null;
      if (answer.to === 'error') settle?.reject(new Error(answer.message));
      else settle?.resolve(answer);
    });
    child.once('exit', (code, signal) => {
      open.delete(child);
      this.#settle?.reject(new Error(`the process ended (${signal ?? code})`));
    });
  }

  ask<T extends PubsubQuestion>(question: T, timeoutMs = 60_000): Promise<PubsubAnswerTo<T['ask']>> {
    return new Promise<PubsubAnswer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the process does not answer "${question.ask}"`)), timeoutMs);
      this.#settle = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#child.send(question);
    }) as Promise<PubsubAnswerTo<T['ask']>>; // the process answers what it was asked
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

export interface PubsubRunOptions {
  readonly client: PubsubContestantName;
  /** Messages a second, over all channels. */
  readonly rate: number;
  readonly channels: number;
  readonly sharded: boolean;
  readonly quick: boolean;
  /** How long publishers may go on with a server that was demoted, in ms: without sentinels nobody cuts their connections. Default 50. */
  readonly toldLateMs?: number;
  readonly note: (text: string) => void;
}

const HOLD_MS = { whole: 12_000, quick: 6_000 };
const QUIET_MS = { whole: 2_500, quick: 1_200 };
const TAIL_MS = { whole: 3_000, quick: 1_500 };

/** Half of the channels ordinary and half sharded, their names in slots that move when slots move. */
export function topicsOf(channels: number, sharded: boolean): Topics[] {
  const names = keysOf({ kind: 'ranges', ranges: moves(true).map(({ range }) => range), count: channels });
  const all = Array.from({ length: channels }, (_, i) => names.key(i));
  if (!sharded) return [{ kind: 'channel', channels: all }];
  const half = Math.ceil(channels / 2);
  return [
    { kind: 'channel', channels: all.slice(0, half) },
    { kind: 'shard', channels: all.slice(half) },
  ];
}

/** One fault, once, under messages. */
export async function runPubsubFault<S extends Stage>(
  fault: Pick<Fault<S>, 'prepare' | 'strike'>,
  stage: S,
  options: PubsubRunOptions,
): Promise<PubsubLedger> {
  const { client, rate, channels, sharded, quick, note } = options;
  const pace = quick ? 'quick' : 'whole';
  const scene = { stage, quick, note, holdMs: HOLD_MS[pace] };
  const topics = topicsOf(channels, sharded);
  await fault.prepare?.(scene);
  const [subscriber, publisher] = [new Process(), new Process()];
  try {
    await subscriber.ask({ ask: 'subscribe', client, target: stage.target, topics });
    await publisher.ask({ ask: 'publish', target: stage.target, topics, rate });
    await sleep(QUIET_MS[pace]);
    const moments = await fault.strike(scene);
    await sleep(TAIL_MS[pace]);
    const { published } = await publisher.ask({ ask: 'stop' });
    // What is on its way.
    await sleep(500);
    const { received } = await subscriber.ask({ ask: 'stop' });
    return pubsubLedgerOf(published, received, moments, options.toldLateMs);
  } finally {
    await Promise.all([subscriber.end(), publisher.end()]);
  }
}
