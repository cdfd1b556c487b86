import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A process that this one started and will not leave behind. */
export interface OwnProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Started for the whole run: a test that leaves it running does not leak it. */
  readonly shared: boolean;
}

const running = new Set<OwnProcess>();
const endings: (() => void)[] = [];
let runFolder: string | null = null;

/** Processes that run now. */
export function runningProcesses(): ReadonlySet<OwnProcess> {
  return running;
}

/** Has `ending` called when this process ends, in whatever way it can notice. */
export function atEnd(ending: () => void): void {
  openRun();
  endings.push(ending);
}

/** A fresh folder, removed when this process ends. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(openRun(), `${name}-`));
}

/** Starts a program in `folder`; its output goes to `<folder>/output.log`. It does not keep this process alive. */
export function startProcess(
  program: string,
  args: readonly string[],
  options: { name: string; folder: string; shared?: boolean },
): ChildProcess {
  openRun();
  const output = openSync(join(options.folder, 'output.log'), 'a');
  const child = spawn(program, args, { cwd: options.folder, stdio: ['ignore', output, output] });
  closeSync(output);
  const own: OwnProcess = { name: options.name, child, shared: options.shared ?? false };
  running.add(own);
  const pidFile = join(options.folder, 'pid');
  if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  const ended = (): void => {
    running.delete(own);
    rmSync(pidFile, { force: true });
  };
  child.once('exit', ended);
  child.once('error', ended);
  child.unref();
  return child;
}

/** Sends a signal that ends the process, and waits for the end. */
export async function endProcess(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exited;
}

/** The folder of everything this process starts. Its first use arms the clean-up. */
function openRun(): string {
  if (runFolder !== null) return runFolder;
  const folder = mkdtempSync(join(tmpdir(), `test-servers-${process.pid}-`));
  mkdirSync(folder, { recursive: true });
  runFolder = folder;
  startWatchdog(folder);
  process.once('exit', endRun);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => endBySignal(signal));
  return folder;
}

function endRun(): void {
  for (const { child } of running) child.kill('SIGKILL');
  running.clear();
  for (const ending of endings.splice(0)) ending();
  if (runFolder !== null) rmSync(runFolder, { recursive: true, force: true, maxRetries: 3 });
}

function endBySignal(signal: NodeJS.Signals): void {
  endRun();
  // Someone else who listens (mocha does) decides how the process ends; alone, it ends as it would have.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/**
 * A shell that waits for the end of this process, which even SIGKILL cannot hide: the pipe closes. Then it ends what still runs.
 * In a session of its own, so that Ctrl-C does not reach it.
 */
function startWatchdog(folder: string): void {
  const script = 'cat >/dev/null; for f in "$0"/*/pid; do [ -e "$f" ] && kill -9 "$(cat "$f")"; done; rm -rf "$0"';
  const watchdog = spawn('/bin/sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  watchdog.on('error', () => undefined);
  watchdog.unref();
  const { stdin } = watchdog;
  stdin.on('error', () => undefined);
  (stdin as typeof stdin & { unref(): void }).unref();
}
