import assert from 'node:assert/strict';
import { widthOf } from '../../../../../lib/admin/cli/text-width.js';
import { blockLines, type FrameContent, headline, type ScreenView, screenLines } from '../../../../../lib/admin/cli/top/frame.js';
import { serverLines } from '../../../../../lib/admin/cli/top/model.js';
import type { Problem } from '../../../../../lib/admin/health/problem.js';
import { rowOf, sampleAt, samplesOf } from './samples.js';

const TREE = { by: 'tree', reversed: false };
const VIEW: ScreenView = { order: TREE, skipped: 0, help: false };
const error = (text: string): Problem => ({ severity: 'error', kind: 'down', text });

function lookOf(servers: number, problems: readonly Problem[] = []): FrameContent {
  const rows = Array.from({ length: servers }, (_, index) => rowOf(`10.0.0.${index}:7000`));
  const lines = serverLines(
    rows,
    () => samplesOf(sampleAt(0, { total_commands_processed: 0 }), sampleAt(1_000, { total_commands_processed: 600 })),
    0,
  );
  return {
    at: new Date(2026, 0, 1, 12, 30, 5).getTime(),
    kind: 'cluster',
    title: `cluster of ${servers}`,
    servers: lines,
    moves: [],
    problems,
  };
}

describe('a frame', () => {
  it('has exactly the lines of the screen, none of them too long', () => {
    for (const servers of [1, 6, 100]) {
      for (const problems of [0, 1, 30]) {
        const look = lookOf(
          servers,
          Array.from({ length: problems }, () => error('x'.repeat(300))),
        );
        for (const rows of [1, 2, 3, 4, 5, 12, 50]) {
          for (const columns of [1, 20, 70, 200]) {
            for (const help of [false, true]) {
              const lines = screenLines(look, { ...VIEW, help }, { columns, rows });
              assert.equal(lines.length, rows);
              assert.ok(
                lines.every((line) => widthOf(line) <= columns),
                `${columns} x ${rows}`,
              );
            }
          }
        }
      }
    }
  });

  it('has the time, the servers, the problems and the keys', () => {
    const lines = screenLines(lookOf(2, [error('10.0.0.1:7000 is down')]), VIEW, { columns: 80, rows: 8 });
    assert.match(lines[0] ?? '', /^cluster of 2: 1,200 ops\/s, 1 error {2,}12:30:05$/);
    assert.match(lines[1] ?? '', /^node /);
    assert.match(lines[3] ?? '', /^10\.0\.0\.1:7000/);
    assert.equal(lines[4], 'error: 10.0.0.1:7000 is down');
    assert.deepEqual([lines[6], lines[7]], ['', 'q quit  ? help  sorted by tree']);
  });

  it('shares the room between servers and problems, and says what is missing', () => {
    const problems = Array.from({ length: 9 }, (_, index) => error(`problem ${index}`));
    const lines = screenLines(lookOf(20, problems), VIEW, { columns: 80, rows: 12 });
    assert.match(lines[2] ?? '', /^10\.0\.0\.0:/);
    assert.match(lines[7] ?? '', /^10\.0\.0\.5:/);
    assert.deepEqual(lines.slice(8, 11), ['error: problem 0', 'error: problem 1', 'and 7 more']);
    assert.match(lines[11] ?? '', /14 servers not shown$/);
    const few = screenLines(lookOf(7, problems), VIEW, { columns: 80, rows: 12 });
    assert.deepEqual(
      few.slice(8, 11).map((line) => line.slice(0, 10)),
      ['10.0.0.6:7', 'error: pro', 'and 8 more'],
    );
  });

  it('wraps problems, and shows that one goes on', () => {
    const problems = [error('one two three four'), error('five six')];
    const of = (rows: number, list = problems): string[] =>
      screenLines(lookOf(3, list), VIEW, { columns: 17, rows })
        .slice(2, -1)
        .filter((line) => !line.startsWith('10.'));
    assert.deepEqual(of(10), ['error: one two', '  three four', 'error: five six', '']);
    assert.deepEqual(of(8), ['error: one two …', 'and 1 more']);
    assert.deepEqual(of(7, problems.slice(0, 1)), ['error: one two …']);
    assert.deepEqual(of(6, problems.slice(0, 1)), ['error: one two …']);
  });

  it('scrolls no further than to the last server', () => {
    const shown = (skipped: number): string[] =>
      screenLines(lookOf(10), { ...VIEW, skipped }, { columns: 80, rows: 6 }).flatMap((line) => /^10\.0\.0\.(\d)/.exec(line)?.[1] ?? []);
    assert.deepEqual(
      [shown(0), shown(4), shown(99)],
      [
        ['0', '1', '2'],
        ['4', '5', '6'],
        ['7', '8', '9'],
      ],
    );
  });

  it('counts the operations of replicas not twice', () => {
    const look = lookOf(2);
    const servers = look.servers.map((server, index) => ({ ...server, role: index === 0 ? ('primary' as const) : ('replica' as const) }));
    assert.equal(headline({ ...look, servers }), 'cluster of 2: 600 ops/s, ok');
  });

  it('does not call servers ok that refuse to be looked at', () => {
    const look = lookOf(2);
    const servers = look.servers.map((server, index) => ({ ...server, state: index === 0 ? 'refuses' : 'ok' }));
    assert.match(headline({ ...look, servers }), / ops\/s, 1 server not to be looked at$/);
  });

  it('shows errors before warnings, and no notes, and escapes what servers say', () => {
    const problems: Problem[] = [
      { severity: 'note', kind: 'versions', text: 'a note' },
      { severity: 'warning', kind: 'versions', text: 'a warning' },
      error('evil\x1b[2J\r\nname'),
    ];
    const lines = blockLines(lookOf(1, problems), TREE);
    assert.equal(lines[0], 'cluster of 1: 600 ops/s, 1 error, 1 warning');
    assert.deepEqual(lines.slice(3), ['error: evil\\u001b[2J\\r\\nname', 'warning: a warning']);
  });
});
