import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './processes.js';

/** A cluster node's bus listens this far above its port. */
const busOffset = 10_000;
/**
 * Ports 11,000 to 20,999 and their buses 21,000 to 30,999 do not overlap, and lie below the range that Linux and macOS give out by
 * themselves.
 */
const first = 11_000;
const count = 10_000;

const own = new Set<number>();
let folder: string | null = null;

/** A TCP port of 127.0.0.1 that nobody listens on and no other process of this user has claimed; its bus port is free too. */
export async function claimPort(): Promise<number> {
  const start = Math.floor(Math.random() * count);
  for (let i = 0; i < count; i++) {
    const port = first + ((start + i) % count);
    if (!claim(port)) continue;
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port;
    releasePort(port);
  }
  throw new Error(`no free port between ${first} and ${first + count - 1}`);
}

export function releasePort(port: number): void {
  if (own.delete(port)) rmSync(join(claims(), String(port)), { force: true });
}

/** Claims are files named by the port that hold the owner's process id. The one of a dead process counts for nothing. */
function claim(port: number): boolean {
  const file = join(claims(), String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch {
    if (isAlive(file)) return false;
    rmSync(file, { force: true });
    return false;
  }
  own.add(port);
  return true;
}

function isAlive(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Empty: its owner is about to write.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function claims(): string {
  if (folder === null) {
    folder = join(tmpdir(), `test-ports-${userInfo().uid}`);
    mkdirSync(folder, { recursive: true });
    atEnd(() => {
      for (const port of own) releasePort(port);
    });
  }
  return folder;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
