import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder, removed when this process ends, and not before: after Ctrl-C a run goes on to its report. */
export function workFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `simulation-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
