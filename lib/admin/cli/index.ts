#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { runCommandLine } from './command-line.js';

const { stdin, stdout, stderr, env } = process;

runCommandLine(process.argv.slice(2), {
  stdout,
  stderr,
  env,
  confirm: stdin.isTTY && stdout.isTTY ? confirm : null,
  onInterrupt(listener) {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => process.off('SIGINT', listener).off('SIGTERM', listener);
  },
  exit: (code) => process.exit(code),
}).then((code) => {
  process.exitCode = code;
});

async function confirm(text: string): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(text)).trim());
  } finally {
    terminal.close();
  }
}
