import assert from 'node:assert/strict';
import type { Terminal } from '../../../../../lib/admin/cli/process.js';
import { Sampler } from '../../../../../lib/admin/cli/top/sampler.js';
import { runTop } from '../../../../../lib/admin/cli/top/top.js';
import type { Problem } from '../../../../../lib/admin/health/problem.js';
import type { TopologyReport } from '../../../../../lib/admin/topology-report.js';
import { rowOf } from './samples.js';

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';
const ERROR: Problem = { severity: 'error', kind: 'down', text: 'a:1 is down' };
const WARNING: Problem = { severity: 'warning', kind: 'memory', text: 'a:1 is full' };

function reportWith(...problems: readonly Problem[]): TopologyReport {
  return { kind: 'cluster', title: 'a cluster', rows: [rowOf('a:1')], problems, jobs: [] };
}

/** A terminal that the test types on. */
class FakeTerminal implements Terminal {
  type: (text: string) => void = () => undefined;
  resize = (): void => undefined;
  exit = (): void => undefined;
  resumed: (() => void) | null = null;
  listeners = 0;

  onResize(listener: () => void): () => void {
    this.resize = listener;
    return this.#listening();
  }

  onKeys(listener: (text: string) => void): () => void {
    this.type = listener;
    return this.#listening();
  }

  onExit(listener: () => void): () => void {
    this.exit = listener;
    return this.#listening();
  }

  suspend(resumed: () => void): void {
    this.resumed = resumed;
  }

  #listening(): () => void {
    this.listeners++;
    return () => this.listeners--;
  }
}

/** A run of top over one server that answers at once, on a clock that goes as fast as it can. */
class Run {
  nowMs = 0;
  readonly written: string[] = [];
  readonly terminal = new FakeTerminal();
  readonly controller = new AbortController();
  /** What each report gives; the last one stays. */
  reports: (TopologyReport | Error | 'never')[] = [reportWith()];
  /** Called at each pause. */
  paused: () => void = () => undefined;
  size = { columns: 60, rows: 6 };

  start({ looks = Number.POSITIVE_INFINITY, json = false, tty = true, intervalMs = 2_000 } = {}): Promise<number> {
    const sleep = async (ms: number, stop: AbortSignal): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (stop.aborted) return;
      this.nowMs += ms;
      this.paused();
    };
    const now = (): number => this.nowMs;
    const loadOf = () => ({ open: 1, begun: 1, commands: 0, pending: 0, sentBytes: 0, receivedBytes: 0 });
    const sampler = new Sampler({ now, sleep, loadOf, patienceMs: 100, silenceMs: 1_000, timeoutMs: 5_000 });
    const write = (text: string): unknown => this.written.push(text);
    const report = (): Promise<TopologyReport> => {
      const next = this.reports.length > 1 ? this.reports.shift() : this.reports[0];
      if (next === 'never') return new Promise(() => undefined);
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? reportWith());
    };
    const { size } = this;
    const output = {
      get columns() {
        return size.columns;
      },
      get rows() {
        return size.rows;
      },
      write,
    };
    const clientOf = () => ({ send: () => Promise.resolve('role:master\r\nused_memory:1') });
    return runTop(
      { admin: { report }, sampler, clientOf, output, terminal: tty ? this.terminal : null, now, sleep },
      { intervalMs, looks, order: { by: 'tree', reversed: false }, json, stop: this.controller.signal },
    );
  }
}

describe('top', () => {
  const codes: readonly (readonly [what: string, reports: Run['reports'], code: number])[] = [
    ['without problems', [reportWith()], 0],
    ['with a warning', [reportWith(WARNING)], 0],
    ['with an error', [reportWith(WARNING, ERROR)], 1],
    ['with an error that has gone', [reportWith(ERROR), reportWith()], 0],
    ['where nobody answers any more', [reportWith(), new Error('no node could be asked')], 3],
    ['where nobody answered for a moment', [reportWith(), new Error('no node could be asked'), reportWith()], 0],
  ];
  for (const [what, reports, code] of codes) {
    it(`ends with ${code} after its last look ${what}`, async () => {
      const run = new Run();
      run.reports = [...reports];
      assert.equal(await run.start({ looks: 4, tty: false }), code);
      assert.equal(run.written.length, 4);
    });
  }

  it('takes no error for one that does not stay, from the first look on where nobody watches', async () => {
    const run = new Run();
    run.reports = [reportWith(ERROR), reportWith(WARNING)];
    assert.equal(await run.start({ looks: 1, tty: false }), 0);
    assert.match(run.written[0] ?? '', /^warning: a:1 is full$/m);
    assert.doesNotMatch(run.written[0] ?? '', /error/);
  });

  it('rejects where nobody answers at the beginning, and gives the terminal back', async () => {
    const run = new Run();
    run.reports = [new Error('no node could be asked')];
    await assert.rejects(run.start(), /no node could be asked/);
    assert.ok(run.written.at(0)?.startsWith(ENTER) && run.written.at(-1)?.endsWith(LEAVE));
    assert.equal(run.terminal.listeners, 0);
  });

  it('shows that nobody answers, and the servers of before', async () => {
    const run = new Run();
    run.reports = [reportWith(), new Error('no node could be asked: redis://user:secret@h')];
    await run.start({ looks: 3, tty: false });
    assert.match(run.written[2] ?? '', /^a:1 /m);
    assert.match(run.written[2] ?? '', /^error: Error: no node could be asked: redis:\/\/\*\*\*@h$/m);
  });

  for (const [what, end] of Object.entries({
    'after q': (run: Run) => run.terminal.type('q'),
    'after Ctrl-C as a key': (run: Run) => run.terminal.type('\x03'),
    'when it is interrupted': (run: Run) => run.controller.abort(),
  })) {
    it(`ends with 0 and gives the terminal back ${what}`, async () => {
      const run = new Run();
      let pauses = 0;
      run.paused = () => {
        if (++pauses === 6) end(run);
      };
      assert.equal(await run.start(), 0);
      assert.equal(run.written.filter((text) => text.includes(LEAVE)).length, 1);
      assert.ok(run.written.at(-1)?.endsWith(LEAVE));
      assert.equal(run.terminal.listeners, 0);
    });

    it(`ends ${what} though a report never comes`, async () => {
      const run = new Run();
      run.reports = ['never'];
      const ended = run.start();
      await new Promise((resolve) => setImmediate(resolve));
      end(run);
      assert.equal(await ended, 0);
    });
  }

  it('gives the terminal back when the process ends by itself', async () => {
    const run = new Run();
    run.paused = () => {
      run.terminal.exit();
      run.controller.abort();
    };
    await run.start();
    assert.equal(run.written.filter((text) => text.includes(LEAVE)).length, 1);
  });

  it('draws again at a key, and when the size changes', async () => {
    const run = new Run();
    let pauses = 0;
    let drawn = '';
    run.paused = () => {
      if (++pauses !== 8) return;
      run.terminal.type('o');
      drawn = run.written.at(-1) ?? '';
      run.size.columns = 20;
      run.terminal.resize();
      run.controller.abort();
    };
    await run.start();
    assert.match(drawn, /sorted by ops/);
    const last = run.written.at(-2) ?? '';
    assert.match(last, /q quit {2}\? help {2}sor…$/);
  });

  it('leaves the screen for Ctrl-Z, and comes back to it', async () => {
    const run = new Run();
    let pauses = 0;
    run.paused = () => {
      if (++pauses === 5) run.terminal.type('\x1a');
      if (pauses === 7) run.terminal.resumed?.();
      if (pauses === 9) run.controller.abort();
    };
    await run.start();
    const screens = run.written.flatMap((text) => (text.includes(ENTER) ? ['enter'] : text.includes(LEAVE) ? ['leave'] : []));
    assert.deepEqual(screens, ['enter', 'leave', 'enter', 'leave']);
  });

  it('writes a line of JSON a look, on a terminal, too', async () => {
    const run = new Run();
    await run.start({ looks: 3, json: true });
    assert.deepEqual(
      run.written.map((text) => [text.split('\n').length, (JSON.parse(text) as { topology: string }).topology]),
      Array.from({ length: 3 }, () => [2, 'cluster']),
    );
  });

  it('makes reports less often than looks', async () => {
    const run = new Run();
    run.reports = Array.from({ length: 100 }, () => reportWith());
    await run.start({ looks: 20, intervalMs: 500, tty: false });
    // The first one, and one in two seconds.
    assert.equal(100 - run.reports.length, 5);
  });
});
