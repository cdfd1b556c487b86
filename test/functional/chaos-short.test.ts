import assert from 'node:assert/strict';
import { type StartedSuite, type Suite, suites } from '../../chaos/suites.js';
import { checksOf, holds } from '../../chaos/verdict.js';

/** On a machine with other work to do, times mean little: what must hold is what callers were told. `npm run chaos` measures the times. */
const PATIENT = { medianMs: 2_000, worstMs: 2_000 };
const RATE = 500;

const chosen: Readonly<Record<Suite['topology'], readonly string[]>> = {
  cluster: ['kill', 'failover', 'poisoned'],
  sentinel: ['kill', 'failover'],
  replication: ['failover', 'by-hand-paused'],
  single: ['moved-cut', 'moved'],
};

describe('under load, in short', () => {
  for (const suite of suites) {
    const faults = suite.faults.filter(({ name }) => chosen[suite.topology].includes(name));
    if (faults.length === 0) continue;
    describe(`on ${suite.topology}`, function () {
      this.timeout(60_000);
      let started: StartedSuite;
      before('start the servers', async () => {
        started = await suite.start();
      });
      after('stop the servers', () => started?.stop());

      for (const fault of faults) {
        it(`${fault.title} costs no more than was in flight, loses nothing and runs nothing twice`, async () => {
          await started.heal();
          const report = await started.run(fault.name, { client: 'slotwise', rate: RATE, quick: true, note: () => {} });
          const { back } = fault.bounds;
          const poisonedMs = fault.bounds.poisonedMs === undefined ? {} : { poisonedMs: PATIENT.worstMs };
          const bounds = { ...fault.bounds, ...(back === undefined ? {} : { back: PATIENT }), ...poisonedMs };
          const failures = checksOf({ bounds }, [report], RATE).filter((check) => !holds(check));
          assert.deepEqual(failures, [], JSON.stringify(report.ledger));
          assert.ok(report.ledger.acknowledged > RATE, 'there was a load');
        });
      }
    });
  }
});
