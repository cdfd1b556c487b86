import { type ChildProcess, fork } from 'node:child_process';
import { loaderArgs } from '../test/support/compiled.js';
import { atEnd } from '../test/support/processes.js';

const open = new Set<ChildProcess>();
let armed = false;

interface Asked {
  readonly ask: string;
}

type Told = { readonly to: string } | { readonly to: 'error'; readonly message: string };

/** A process with a client or its load, which answers one question at a time, so that what is done to the servers does not disturb it. */
export class AskedProcess<Question extends Asked, Answer extends Told> {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #settle: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | null = null;

  /** `worker`: what `compiled` made of its program. */
  constructor(worker: string) {
    if (!armed) {
      armed = true;
      atEnd(() => {
        for (const child of open) child.kill('SIGKILL');
      });
    }
    const child = fork(worker, {
      execArgv: [...loaderArgs, '--expose-gc', '--no-warnings'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    open.add(child);
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    child.on('message', (answer: Answer) => {
      const settle = this.#settle;
      this.#settle = null;
      if ('message' in answer) settle?.reject(new Error(answer.message));
      else settle?.resolve(answer);
    });
    child.once('exit', (code, signal) => {
      open.delete(child);
      this.#settle?.reject(new Error(`the process ended (${signal ?? code})`));
    });
  }

  ask<T extends Question>(question: T, timeoutMs = 60_000): Promise<Extract<Answer, { to: T['ask'] }>> {
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the process does not answer "${question.ask}"`)), timeoutMs);
      const done = (action: () => void): void => {
        clearTimeout(timer);
        action();
      };
      this.#settle = { resolve: (answer) => done(() => resolve(answer)), reject: (error) => done(() => reject(error)) };
      this.#child.send(question, (error) => error && this.#settle?.reject(error));
    }) as Promise<Extract<Answer, { to: T['ask'] }>>; // the process answers what it was asked
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
