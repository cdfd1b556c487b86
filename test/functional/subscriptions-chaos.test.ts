import assert from 'node:assert/strict';
import { pubsubSuites, type StartedPubsubSuite } from '../../chaos/pubsub/suites.js';
import { pubsubChecksOf } from '../../chaos/pubsub/verdict.js';

/** On a machine with other work to do, times mean little: `npm run chaos -- pubsub` measures them. */
const PATIENT_MS = 2_000;

describe('subscriptions under messages, in short', function () {
  this.timeout(60_000);
  let started: StartedPubsubSuite;
  before('start the servers', async () => {
    const suite = pubsubSuites.find(({ topology }) => topology === 'cluster');
    started = (await suite?.start()) ?? assert.fail('there is no cluster');
  });
  after('stop the servers', () => started?.stop());

  for (const fault of ['kill', 'failover', 'reshard']) {
    it(`keep the order, deliver nothing twice and hide nothing (${fault})`, async () => {
      await started.heal();
      const { ledger } = await started.run(fault, {
        client: 'slotwise',
        rate: 2_000,
        channels: 12,
        sharded: true,
        quick: true,
        note: () => {},
      });
      const failures = pubsubChecksOf(ledger, PATIENT_MS).filter(({ measured, atMost }) => measured > atMost);
      assert.deepEqual(failures, [], JSON.stringify(ledger));
      assert.ok(ledger.delivered > 2_000 && ledger.gaps > 0, JSON.stringify(ledger));
    });
  }
});
