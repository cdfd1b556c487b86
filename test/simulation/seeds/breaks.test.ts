import assert from 'node:assert/strict';
import { chosenBreaks, simulateBreak } from '../run/breaks.js';
import { workFolder } from '../run/work-folder.js';

/** Breaks that a lone server and its storms show soon. `npm run simulate -- --breaks` tries all. */
const names = [
  'no-deadline-in-flight',
  'first-deadline-decides',
  'error-of-settled-call-kept-in-count',
  'waiting-calls-forgotten',
  'checked-in-connection-idles',
  'timed-out-call-gives-up-its-place',
];
const SEEDS = 60;

describe('the simulation', () => {
  for (const one of chosenBreaks(names)) {
    it(`notices ${one.name}`, async function () {
      this.timeout(0);
      const jobs = Array.from({ length: SEEDS }, (_, at) => ({ seed: at + 1, kind: 'single' as const }));
      const noticed = await simulateBreak(one, jobs, workFolder('breaks'));
      assert.ok(noticed !== null, `no seed fails with this break: ${one.harm}`);
    });
  }
});
