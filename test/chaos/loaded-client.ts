import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../support/processes.js';
import type { ContestantName } from './clients.js';
import type { DriverOptions } from './driver.js';
import type { Answer, AnswerTo, Question } from './messages.js';

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
const open = new Set<ChildProcess>();
let armed = false;

/** A client with its load in a process of its own, so that what is done to the servers does not disturb it. */
export class LoadedClient {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #settle: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    child.on('message', (answer: Answer) => {
      const settle = this.#settle;
      this.#settle = null;
      if (answer.to === 'error') settle?.reject(new Error(answer.message));
      else settle?.resolve(answer);
    });
    child.once('exit', (code, signal) => {
      open.delete(child);
      this.#settle?.reject(new Error(`the client's process ended (${signal ?? code})`));
    });
  }

  static async open(client: ContestantName, options: DriverOptions): Promise<LoadedClient> {
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
    const loaded = new LoadedClient(child);
    try {
      await loaded.ask({ ask: 'open', client, options });
      return loaded;
    } catch (error) {
      await loaded.end();
      throw error;
    }
  }

  ask<T extends Question>(question: T, timeoutMs = 60_000): Promise<AnswerTo<T['ask']>> {
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the client's process does not answer "${question.ask}"`)), timeoutMs);
      const done = (action: () => void): void => {
        clearTimeout(timer);
        action();
      };
      this.#settle = { resolve: (answer) => done(() => resolve(answer)), reject: (error) => done(() => reject(error)) };
      this.#child.send(question, (error) => error && this.#settle?.reject(error));
    }) as Promise<AnswerTo<T['ask']>>; // the process answers what it was asked
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
