#!/usr/bin/env node
import { runCommandLine } from './command-line.js';
import { EXIT } from './exit-code.js';
import { confirm, readSecret } from './terminal.js';
import { tty } from './tty.js';

const { stdin, stdout, stderr, env } = process;
let exitCode: number | null = null;
let outputIsLost = false;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

for (const stream of [stdout, stderr]) stream.on('error', noteLostOutput);

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
    for (const stream of [stdout, stderr]) stream.once('error', listener);
    return () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    };
  },
  exit: (code) => process.exit(code),
}).then((code) => {
  exitCode = code;
  // What is written last may fail later.
  process.exitCode = outputIsLost && code === EXIT.ok ? EXIT.failed : code;
});

/** A full disk is a failure; a reader that is gone has what it wanted. */
function noteLostOutput({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE' || outputIsLost) return;
  outputIsLost = true;
  stderr.write(`slotwise: cannot write the output: ${message}\n`);
  if (exitCode === EXIT.ok) process.exitCode = EXIT.failed;
}
