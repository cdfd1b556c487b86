import type { Terminal } from './process.js';

const { stdin, stdout } = process;

/** The terminal of this process. */
export const tty: Terminal = {
  onResize: (listener) => {
    stdout.on('resize', listener);
    return () => stdout.off('resize', listener);
  },
  onKeys: (listener) => {
    if (!stdin.isTTY) return () => undefined;
    const heard = (bytes: Buffer): void => listener(bytes.toString());
    stdin.setRawMode(true).on('data', heard);
    return () => stdin.off('data', heard).setRawMode(false).pause();
  },
  onExit: (listener) => {
    process.on('exit', listener);
    return () => process.off('exit', listener);
  },
  suspend: (resumed) => {
    const { isRaw } = stdin;
    if (isRaw) stdin.setRawMode(false);
    process.once('SIGCONT', () => {
      if (isRaw) stdin.setRawMode(true);
      resumed();
    });
    process.kill(process.pid, 'SIGTSTP');
  },
};
