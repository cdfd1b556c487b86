// Lists the statements about other clients that were made of another version than `benchmarks/package.json` pins; the exit code is 1 if there are any.
//   node scripts/comparison.mjs           the list
//   node scripts/comparison.mjs --write   the README's table and docs/comparison.md anew, from benchmarks/comparison.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { comparisonPage, readmeTable, rivals, statements } from '../benchmarks/comparison.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

if (process.argv.includes('--write')) {
  const readme = readFileSync(at('README.md'), 'utf8');
  writeFileSync(
    at('README.md'),
    readme.replace(/(<!-- comparison[^>]*-->\n\n)[\s\S]*?(\n\n<!-- \/comparison -->)/, (_, begin, end) => begin + readmeTable() + end),
  );
  writeFileSync(at('docs/comparison.md'), comparisonPage());
}
const { dependencies } = JSON.parse(readFileSync(at('benchmarks/package.json'), 'utf8'));
const old = statements().filter(({ rival, version }) => dependencies[rivals[rival].package] !== version);
for (const { rival, version, what, text, source } of old)
  console.log(`${rival} ${version}, now ${dependencies[rivals[rival].package]}: ${what}: ${text} (${source})`);
console.log(`${old.length} of ${statements().length} statements need another look`);
process.exitCode = old.length > 0 ? 1 : 0;
