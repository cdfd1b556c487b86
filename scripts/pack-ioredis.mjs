// Packs what stands in for ioredis, once for each major version it stands in for: they differ in their own version alone, by which their
// objects have the defaults of ioredis 5 or 6. Publishes nothing. `node scripts/pack-ioredis.mjs [folder]`, else dist/stand-ins.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'packages/ioredis');
const folder = process.argv[2] ?? join(root, 'dist/stand-ins');

for (const major of [5, 6]) {
  const out = join(folder, `ioredis-${major}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  cpSync(source, out, { recursive: true });
  const file = join(out, 'package.json');
  const facts = JSON.parse(readFileSync(file, 'utf8'));
  facts.version = facts.version.replace(/^\d+/, String(major));
  // `npm install @slotwise/ioredis` gives the newest major version; the other has a tag of its own.
  if (major === 5) facts.publishConfig = { tag: 'v5' };
  writeFileSync(file, `${JSON.stringify(facts, null, 2)}\n`);
  console.log(out);
}
