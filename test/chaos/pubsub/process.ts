import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../../support/processes.js';
import type { PubsubAnswer, PubsubAnswerTo, PubsubQuestion } from './messages.js';

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
const open = new Set<ChildProcess>();
let armed = false;

/** A process that subscribes or publishes, so that neither disturbs the other, nor what is done to the servers. */
export class PubsubProcess {
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
