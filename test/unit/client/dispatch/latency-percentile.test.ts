import assert from 'node:assert/strict';
import { Latencies } from '../../../../lib/client/dispatch/latency-percentile.js';

const CASES: readonly (readonly [what: string, samples: readonly number[], p95Ms: number | null])[] = [
  ['nothing', [], null],
  ['too few', Array.from({ length: 31 }, () => 1), null],
  ['equal ones', Array.from({ length: 32 }, () => 1), 1],
  ['one in fifty that is slow', Array.from({ length: 100 }, (_, i) => (i % 50 === 0 ? 90 : 1)), 1],
  ['one in ten that is slow', Array.from({ length: 96 }, (_, i) => (i % 10 === 0 ? 90 : 1)), 90],
  ['a hundred different ones, as of the last time it looked', Array.from({ length: 100 }, (_, i) => i), 91],
  ['a node that became fast, after 256', [...Array.from({ length: 300 }, () => 90), ...Array.from({ length: 256 }, () => 2)], 2],
];

describe('the latencies of a node', () => {
  for (const [what, samples, p95Ms] of CASES) {
    it(`have the 95th percentile of ${what}`, () => {
      const latencies = new Latencies();
      for (const ms of samples) latencies.add(ms);
      assert.equal(latencies.p95Ms, p95Ms);
    });
  }
});
