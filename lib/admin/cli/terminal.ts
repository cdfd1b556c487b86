import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

const { stdin, stderr } = process;

/** Asks yes or no. Everything but yes is no: Ctrl-C, Ctrl-D, and `stop`. */
export async function confirm(text: string, stop: AbortSignal): Promise<boolean> {
  const answer = await question(text, stop, stderr);
  if (answer === null) stderr.write('\n');
  return /^\s*y(es)?\s*$/i.test(answer ?? '');
}

/** Reads a line that nobody sees: from a terminal without echo, else the first one of the input. null: Ctrl-C or Ctrl-D. */
export async function readSecret(text: string, stop: AbortSignal): Promise<string | null> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (!stdin.isTTY) return (await question('', stop, nowhere)) ?? '';
  stderr.write(text);
  const answer = await question('', stop, nowhere);
  stderr.write('\n');
  return answer;
}

/** Resolves with the line, null if none came. */
function question(text: string, stop: AbortSignal, output: NodeJS.WritableStream): Promise<string | null> {
  const terminal = createInterface({ input: stdin, output, terminal: stdin.isTTY });
  return new Promise((resolve) => {
    const end = (answer: string | null): void => {
      resolve(answer);
      terminal.close();
    };
    terminal.once('SIGINT', () => end(null));
    terminal.once('close', () => resolve(null));
    stop.addEventListener('abort', () => end(null), { once: true });
    terminal.question(text, (answer) => end(answer));
  });
}
