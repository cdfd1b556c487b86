/** The chart of the results: a group of bars a row, as long as the operations a second relative to the fastest rival of the row. */
import { nameOf } from './clients.mjs';
import { fastestRival } from './ratios.mjs';
import { compact } from './table.mjs';

const colors = {
  slotwise: '#c2410c',
  ioredis: '#1d4ed8',
  'ioredis-auto': '#93b4f5',
  'node-redis': '#047857',
  'node-redis-tuned': '#7cc9ae',
  glide: '#6d28d9',
  'glide-raised': '#c4aef0',
};
const size = { label: 230, plot: 560, right: 120, bar: 10, gap: 14, head: 64, foot: 36 };
const markup = (text) => String(text).replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);

export function drawChart(environment, results) {
  const names = Object.keys(colors).filter((name) => results.some((row) => row.results[name]?.opsPerSecond));
  const groups = results.flatMap((row) => {
    const best = fastestRival(row.results)?.opsPerSecond;
    if (best === undefined) return [];
    const bars = names.filter((name) => row.results[name]?.opsPerSecond).map((name) => ({ name, ops: row.results[name].opsPerSecond }));
    return [{ title: row.title, bars: bars.map((bar) => ({ ...bar, ratio: bar.ops / best })) }];
  });
  const longest = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
  const x = (ratio) => size.label + (ratio / longest) * size.plot;

  const parts = [];
  let y = size.head;
  for (const { title, bars } of groups) {
    const middle = y + (bars.length * size.bar) / 2;
    parts.push(`<text x="${size.label - 10}" y="${middle + 4}" text-anchor="end" class="row">${markup(title)}</text>`);
    for (const { name, ops, ratio } of bars) {
      const end = x(ratio).toFixed(1);
      parts.push(
        `<rect x="${size.label}" y="${y}" width="${(end - size.label).toFixed(1)}" height="${size.bar - 1}" fill="${colors[name]}"/>`,
      );
      parts.push(`<text x="${Number(end) + 4}" y="${y + size.bar - 2}" class="value">${compact(ops)} · ${ratio.toFixed(2)}×</text>`);
      y += size.bar;
    }
    y += size.gap;
  }

  const width = size.label + size.plot + size.right;
  const height = y + size.foot;
  const step = longest > 6 ? 2 : longest > 2.5 ? 1 : 0.5;
  const grid = [];
  for (let ratio = 0; ratio <= longest; ratio += step) {
    const kind = ratio === 1 ? 'one' : 'line';
    grid.push(`<line x1="${x(ratio)}" x2="${x(ratio)}" y1="${size.head - 6}" y2="${y - size.gap + 4}" class="${kind}"/>`);
    grid.push(`<text x="${x(ratio)}" y="${y + 4}" text-anchor="middle" class="value">${ratio}×</text>`);
  }
  let left = 20;
  const legend = names.map((name) => {
    const at = left;
    left += 30 + nameOf(name).length * 6.6;
    return `<rect x="${at}" y="36" width="10" height="10" fill="${colors[name]}"/><text x="${at + 14}" y="45" class="legend">${nameOf(name)}</text>`;
  });
  const note = `${environment.cpu}, ${environment.cores} cores, Node ${environment.node}, server ${environment.server}, ${environment.date.slice(0, 10)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">
<style>.row{font-size:12px;fill:#1f2937}.legend{font-size:11px;fill:#1f2937}.value{font-size:9px;fill:#4b5563;stroke:#fff;stroke-width:2px;paint-order:stroke}.title{font-size:15px;font-weight:600;fill:#111827}.line{stroke:#e5e7eb}.one{stroke:#6b7280;stroke-dasharray:3 3}</style>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="20" y="24" class="title">Operations a second, relative to the fastest rival of each row</text>
${[...legend, ...grid, ...parts].join('\n')}
<text x="20" y="${height - 8}" class="value">${markup(note)}</text>
</svg>
`;
}
