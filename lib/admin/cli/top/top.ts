import { SlotwiseError, show } from '../../../errors.js';
import { withoutLogins } from '../../../options/secrets.js';
import { wallClock } from '../../../runtime/runtime.js';
import { printable } from '../../../util/printable.js';
import { hasErrors, type Problem } from '../../health/problem.js';
import type { ServerRow } from '../../health/server-row.js';
import type { NodeClient } from '../../node-connections.js';
import type { TopologyAdmin, TopologyReport } from '../../topology-report.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Output, Terminal } from '../process.js';
import type { Order } from './columns.js';
import { blockLines, type FrameContent, type ScreenView, screenLines } from './frame.js';
import { lookJson } from './json-lines.js';
import { keysOf, pressed } from './keyboard.js';
import { serverLines } from './model.js';
import { moveLines, type TimedReport, withPicture } from './moves.js';
import { type Asked, NO_SAMPLES, type Sampler, type Samples } from './sampler.js';
import { Screen } from './screen.js';

export interface TopParts {
  readonly admin: Pick<TopologyAdmin, 'report'>;
  readonly sampler: Sampler;
  /** The connections that reach a server. */
  readonly clientOf: (row: ServerRow) => NodeClient;
  readonly output: Output;
  /** The terminal that the output is; null: it is none. */
  readonly terminal: Terminal | null;
  readonly now: () => number;
  /** Resolves after so many ms, or at once when `stop` is aborted. */
  readonly sleep: (ms: number, stop: AbortSignal) => Promise<void>;
}

export interface TopOptions {
  readonly intervalMs: number;
  readonly looks: number;
  readonly order: Order;
  readonly json: boolean;
  readonly stop: AbortSignal;
}

/** Reports ask more than looks do, so they are made less often. */
const REPORT_EVERY_MS = 2_000;
/** Time between the first two samples, which make the first rates. */
const FIRST_RATES_MS = 500;

/** Looks at the servers again and again until it is stopped, or has looked so often. Rejects if nobody answers at the beginning. */
export async function runTop(parts: TopParts, options: TopOptions): Promise<ExitCode> {
  using top = new Top(parts, options);
  return await top.run();
}

class Top {
  readonly #parts: TopParts;
  readonly #options: TopOptions;
  readonly #quit = new AbortController();
  readonly #stop: AbortSignal;
  readonly #screen: Screen | null;
  readonly #endings: (() => void)[] = [];
  #view: ScreenView;
  #pictures: TimedReport[] = [];
  /** Why the last report could not be made; null: it was. */
  #failure: Problem | null = null;
  #problems: readonly Problem[] = [];
  #reporting = false;
  #examining = false;
  #look: FrameContent | null = null;

  constructor(parts: TopParts, options: TopOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#stop = AbortSignal.any([options.stop, this.#quit.signal]);
    this.#view = { order: options.order, skipped: 0, help: false };
    this.#screen = parts.terminal === null || options.json ? null : new Screen(parts.output);
  }

  async run(): Promise<ExitCode> {
    const { intervalMs, looks } = this.#options;
    this.#openScreen();
    await this.#report(true);
    await this.#sample();
    await this.#sleep(Math.min(intervalMs, FIRST_RATES_MS));
    let dueMs = this.#parts.now();
    for (let look = 1; !this.#stop.aborted; look++) {
      await this.#sample();
      if (this.#stop.aborted) break;
      this.#show();
      if (look >= looks) return this.#code();
      // A machine that stood still does not make up for the looks that it has missed.
      dueMs = Math.max(dueMs + intervalMs, this.#parts.now());
      // The commands of a report run between two looks, so that none of them is half counted.
      await this.#sleep((dueMs - this.#parts.now()) / 2);
      void this.#report(false);
      await this.#sleep(dueMs - this.#parts.now());
    }
    return EXIT.ok;
  }

  [Symbol.dispose](): void {
    this.#quit.abort();
    this.#screen?.close();
    for (const end of this.#endings) end();
  }

  #openScreen(): void {
    const { terminal } = this.#parts;
    const screen = this.#screen;
    if (screen === null || terminal === null) return;
    const redraw = (): void => {
      if (this.#look !== null) screen.draw(screenLines(this.#look, this.#view, screen.size));
    };
    screen.open();
    screen.draw(['looking at the servers …']);
    this.#endings.push(
      terminal.onExit(() => screen.close()),
      terminal.onResize(redraw),
      terminal.onKeys((text) => {
        for (const key of keysOf(text)) this.#press(key, terminal, screen);
        redraw();
      }),
    );
  }

  #press(key: string, terminal: Terminal, screen: Screen): void {
    const action = pressed(this.#view, key);
    if (action === 'quit') this.#quit.abort();
    else if (action === 'suspend') {
      screen.close();
      terminal.suspend(() => screen.open());
    } else this.#view = action;
  }

  async #report(isFirst: boolean): Promise<void> {
    const { admin, now } = this.#parts;
    const last = this.#pictures.at(-1);
    if (this.#reporting || (last !== undefined && now() - last.atMs < REPORT_EVERY_MS)) return;
    this.#reporting = true;
    try {
      const report = await this.#orStopped(() => admin.report());
      this.#failure = null;
      if (report === null) return;
      this.#pictures = withPicture(this.#pictures, { atMs: now(), report });
      const isWrong = hasErrors(report.problems);
      if (!isWrong || isFirst) this.#problems = report.problems;
      // One report may show the trace of a change that is under way. Who waits at a screen sees it at once, a program that it stays.
      const examined = isWrong ? this.#examine() : undefined;
      if (isFirst && this.#screen === null) await examined;
    } catch (error) {
      if (isFirst) throw error;
      this.#fail(error);
    } finally {
      this.#reporting = false;
    }
  }

  /** Looks whether errors stay, which takes a few seconds. */
  async #examine(): Promise<void> {
    if (this.#examining) return;
    this.#examining = true;
    try {
      const report = await this.#orStopped(() => this.#parts.admin.report({ steady: true }));
      if (report !== null) this.#problems = report.problems;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#examining = false;
    }
  }

  #fail(error: unknown): void {
    const text = withoutLogins(error instanceof SlotwiseError ? error.message : show(error));
    this.#failure = { severity: 'error', kind: 'unreachable', text };
  }

  async #sample(): Promise<void> {
    const servers = this.#rows().flatMap((row): Asked[] =>
      row.address === null ? [] : [{ address: row.address, client: this.#parts.clientOf(row) }],
    );
    await this.#orStopped(() => this.#parts.sampler.look(servers));
  }

  #rows(): readonly ServerRow[] {
    return this.#pictures.at(-1)?.report.rows ?? [];
  }

  #show(): void {
    const report = this.#pictures.at(-1)?.report;
    if (report === undefined) return;
    const look = this.#lookAt(report);
    this.#look = look;
    const { output } = this.#parts;
    const { order, json } = this.#options;
    if (json) output.write(`${printable(lookJson(look, order))}\n`);
    else if (this.#screen !== null) this.#screen.draw(screenLines(look, this.#view, this.#screen.size));
    else output.write(`${blockLines(look, order).join('\n')}\n\n`);
  }

  #lookAt(report: TopologyReport): FrameContent {
    const { sampler, now } = this.#parts;
    const samplesOf = ({ address }: ServerRow): Samples => (address === null ? NO_SAMPLES : sampler.of(address));
    const servers = serverLines(report.rows, samplesOf, now());
    const migratedKeysOf = (name: string): number | null => servers.find((server) => server.name === name)?.migratedKeysPerSecond ?? null;
    return {
      at: wallClock.now(),
      kind: report.kind,
      title: report.title,
      servers,
      moves: moveLines(this.#pictures, migratedKeysOf),
      problems: this.#failure === null ? this.#problems : [this.#failure],
    };
  }

  #code(): ExitCode {
    if (this.#failure !== null) return EXIT.unreachable;
    return hasErrors(this.#problems) ? EXIT.problems : EXIT.ok;
  }

  #sleep(ms: number): Promise<void> {
    return ms > 0 ? this.#parts.sleep(ms, this.#stop) : Promise.resolve();
  }

  /** Null when it was stopped first: what a hung server owes is not waited for. */
  async #orStopped<T>(begin: () => Promise<T>): Promise<T | null> {
    if (this.#stop.aborted) return null;
    let stopped = (): void => {};
    const end = new Promise<null>((resolve) => {
      stopped = () => resolve(null);
      this.#stop.addEventListener('abort', stopped, { once: true });
    });
    try {
      return await Promise.race([begin(), end]);
    } finally {
      this.#stop.removeEventListener('abort', stopped);
    }
  }
}
