import { clients, nameOf } from './clients.mjs';
import { ways } from './kinds/ways.mjs';
import { ratios } from './ratios.mjs';

export const compact = (value) => {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value < 1000 && Number.isInteger(value)) return String(value);
  if (value >= 999_500) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 999.5) return `${(value / 1e3).toFixed(value >= 99_950 ? 0 : 1)} k`;
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
};

const line = (title, cells) => title.padEnd(34) + cells.map((cell) => cell.padStart(9)).join('');
const times = (value) => (value === undefined ? '' : `${value.toFixed(2)}×`);
const cellsOf = (byClient, field, names) => names.map((name) => (byClient[name]?.error ? 'failed' : compact(byClient[name]?.[field])));
const titles = (names) => names.map((name) => (clients[name] ?? ways[name]).title);

/** A row of load takes two lines: throughput, and the client's CPU per command, each with slotwise's ratios to the others. */
export function loadTable(results, names) {
  const heads = ['/best', '/bare', '/ioredis', '/node-r.', '/glide', ...(names.includes('before') ? ['/before'] : [])];
  const head = line('commands a second, CPU µs each', [...titles(names), ...heads]);
  const body = results.flatMap(({ title, results: byClient }) =>
    ['opsPerSecond', 'cpuMicros'].map((field, i) =>
      line(i === 0 ? title : '  CPU', [...cellsOf(byClient, field, names), ...Object.values(ratios(byClient, field)).map(times)]),
    ),
  );
  return [head, '─'.repeat(head.length), ...body].join('\n');
}

/** The other rows: one line a figure. */
export function figureTable({ title, figures, results: byClient }, names) {
  return [line(title, titles(names)), ...figures.map(([field, unit]) => line(`  ${unit}`, cellsOf(byClient, field, names)))].join('\n');
}

export function failures(results) {
  return results.flatMap(({ title, results: byClient }) =>
    Object.entries(byClient)
      .filter(([, result]) => result.error)
      .map(([name, { error }]) => `${title}: ${name in ways ? ways[name].title : nameOf(name)} failed: ${error}`),
  );
}
