import { clients } from './clients.mjs';
import { ratios } from './ratios.mjs';

const wide = 11;
const narrow = 8;

export const compact = (value) => {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value < 1000 && Number.isInteger(value)) return String(value);
  if (value >= 999_500) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 999.5) return `${(value / 1e3).toFixed(value >= 99_950 ? 0 : 1)} k`;
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
};

const line = (title, unit, cells, more) =>
  [title.padEnd(34), unit.padEnd(8), ...cells.map((cell) => cell.padStart(wide)), ...more.map((cell) => cell.padStart(narrow))].join('');
const times = (value) => (value === undefined ? '' : `${value.toFixed(2)}×`);

/** A row of load takes two lines: throughput, and the client's CPU per command, each with slotwise's ratios to the others. */
export function loadTable(results, names) {
  const heads = ['/best', '/bare', '/ioredis', '/node-r.', '/glide'];
  const titles = names.map((name) => clients[name].title);
  const lines = [line('', '', titles, heads), ''.padEnd(34 + 8 + titles.length * wide + heads.length * narrow, '─')];
  for (const { title, results: byClient } of results) {
    const cells = (field) => names.map((name) => (byClient[name]?.error ? 'failed' : compact(byClient[name]?.[field])));
    const of = (field) => Object.values(ratios(byClient, field)).map(times);
    lines.push(line(title, 'ops/s', cells('opsPerSecond'), of('opsPerSecond')));
    lines.push(line('', 'CPU µs', cells('cpuMicros'), of('cpuMicros')));
  }
  return lines.join('\n');
}

/** The other rows: one line a figure. */
export function figureTable({ title, figures, results: byClient }, names) {
  const lines = figures.map(([field, unit]) => {
    const cells = names.map((name) => (byClient[name]?.error ? 'failed' : compact(byClient[name]?.[field])));
    return line(unit, '', cells, []);
  });
  return [
    line(
      title,
      '',
      names.map((name) => clients[name].title),
      [],
    ),
    ...lines,
  ].join('\n');
}

export function failures(results) {
  return results.flatMap(({ title, results: byClient }) =>
    Object.entries(byClient)
      .filter(([, result]) => result.error)
      .map(([name, { error }]) => `${title}: ${clients[name].title} failed: ${error}`),
  );
}
