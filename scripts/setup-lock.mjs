// One set-up of this folder at a time, whoever starts it.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is neither source nor dependency: unpacked servers, and the lock. */
export const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache');

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

let locked = false;

/** Runs `work` while no other set-up of this folder runs. */
export function withLock(log, work) {
  if (locked) return work();
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, 'setup.lock');
  const own = join(cache, `setup.${process.pid}`);
  writeFileSync(own, String(process.pid));
  try {
    let told = false;
    while (!tryLink(own, lock)) {
      const owner = readLock(lock);
      if (owner === null) continue;
      if (!isAlive(owner)) {
        // Rename first: only one of several waiters gets the dead lock away.
        const dead = `${own}.dead`;
        try {
          renameSync(lock, dead);
          unlinkSync(dead);
        } catch (error) {
          if (error.code !== 'ENOENT') throw error;
        }
        continue;
      }
      if (!told) log(`Another set-up runs here (process ${owner}), waiting for it ...`);
      told = true;
      sleep(200);
    }
    locked = true;
    try {
      return work();
    } finally {
      locked = false;
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readLock(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
