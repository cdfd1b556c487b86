import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('./worker.mjs', import.meta.url));

// What `fill` leaves pending has no handler until `drain` looks at it.
const execArgv = ['--expose-gc', '--unhandled-rejections=none', '--no-warnings'];

/** Starts a client in its own process; `ask(action, request)` resolves with what it measured. One request at a time. */
export function startClient(name) {
  const child = fork(worker, [name], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let answer = () => {};
  child.on('message', (message) => answer(message));
  child.on('exit', (code, signal) => answer({ error: `its process ended (${signal ?? code})` }));
  return {
    ask: (action, request = {}, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => answer({ error: `no answer to "${action}" within ${timeoutMs} ms` }), timeoutMs);
        answer = ({ error, result }) => {
          clearTimeout(timer);
          answer = () => {};
          if (error === undefined) resolve(result);
          else reject(new Error(error));
        };
        if (child.connected) child.send({ action, ...request });
        else answer({ error: 'its process has ended' });
      }),
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}
