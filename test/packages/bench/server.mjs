import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServer } from '../../../scripts/servers.mjs';

/** A server for a benchmark, in a folder of its own. */
export async function startServer() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  const folder = mkdtempSync(join(tmpdir(), 'bullmq-'));
  const process = spawn(ensureServer().server, ['--port', String(port), '--save', '', '--dir', folder, '--loglevel', 'warning'], {
    stdio: 'ignore',
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    port,
    stop() {
      process.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
