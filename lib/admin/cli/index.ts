#!/usr/bin/env node
import { runCommandLine } from './command-line.js';
import { confirm, readSecret } from './terminal.js';
import { tty } from './tty.js';

const { stdin, stdout, stderr, env } = process;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

runCommandLine(process.argv.slice(2), {
  stdout,
  stderr,
  env,
  confirm: stdin.isTTY && stderr.isTTY ? confirm : null,
  readSecret,
  terminal: stdout.isTTY ? tty : null,
  onInterrupt(listener) {
    for (const signal of SIGNALS) process.on(signal, listener);
    // The reader of a pipe is gone, as of `slotwise top … | head`.
    for (const stream of [stdout, stderr]) stream.once('error', listener).on('error', () => {});
    return () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    };
  },
  exit: (code) => process.exit(code),
}).then((code) => {
  process.exitCode = code;
});
