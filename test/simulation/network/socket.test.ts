import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RealStage } from './real-stage.js';
import { socketCases } from './socket-cases.js';
import type { Seen, SocketCase } from './stage.js';
import { runVirtually } from './virtual-stage.js';

/** In an immediate, as the simulation does. */
function virtually(one: SocketCase): Promise<Seen> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(runVirtually(one));
      } catch (error) {
        reject(error);
      }
    });
  });
}

// The events come in the order of Linux' kernel and of libuv for it.
(process.platform === 'linux' ? describe : describe.skip)('the sockets of the simulation and those of Node: one that', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sockets-'));
  let real: RealStage;

  before(() => {
    real = new RealStage(folder);
  });

  after(async () => {
    await real.end();
    rmSync(folder, { recursive: true });
  });

  for (const one of socketCases) {
    it(one.name, async () => {
      assert.deepEqual(await virtually(one), await real.run(one));
    });
  }
});
