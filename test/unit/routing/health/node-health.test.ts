import assert from 'node:assert/strict';
import { type HealthSample, type Link, NodeHealth, nextLink, slowMs } from '../../../../lib/routing/health/node-health.js';

const sample = (at: number, facts: Partial<HealthSample> = {}): HealthSample => ({
  at,
  rttMs: null,
  linkUp: null,
  freshAt: null,
  lagBytes: null,
  zone: null,
  ...facts,
});

describe('node health', () => {
  const links: readonly (readonly [link: Link, isUp: boolean, next: Link])[] = [
    ['unknown', true, 'up'],
    ['unknown', false, 'down'],
    ['up', true, 'up'],
    ['up', false, 'down'],
    ['down', true, 'settling'],
    ['down', false, 'down'],
    ['settling', true, 'up'],
    ['settling', false, 'down'],
  ];
  for (const [link, isUp, next] of links) {
    it(`a link that is ${link} and is sampled ${isUp ? 'up' : 'down'} is ${next}`, () => assert.equal(nextLink(link, isUp), next));
  }

  it('takes a node whose link is down out at once, and back after two samples, with a small share at first', () => {
    const health = new NodeHealth();
    assert.equal(health.linkedAt(0), null);
    const steps = [true, false, true, true].map((linkUp, i) => {
      health.onSample(sample(i * 1_000, { linkUp }), Number.POSITIVE_INFINITY);
      return health.linkedAt(i * 1_000);
    });
    assert.deepEqual(steps, [true, false, false, true]);
    assert.equal(health.ejections, 1);
    const shares = [3_000, 5_500, 8_000, 60_000].map((now) => Number(health.shareAt(now).toFixed(2)));
    assert.deepEqual(shares, [0.1, 0.55, 1, 1]);
  });

  it('counts a link that flaps once for each time that it was in service', () => {
    const health = new NodeHealth();
    for (const [i, linkUp] of [true, false, true, false, true, true, false].entries())
      health.onSample(sample(i, { linkUp }), Number.POSITIVE_INFINITY);
    assert.equal(health.ejections, 2);
  });

  it('leaves it to the topology when the last sample is long ago, or did not tell', () => {
    const health = new NodeHealth();
    health.onSample(sample(0, { linkUp: false }), Number.POSITIVE_INFINITY);
    health.onSample(sample(1_000), Number.POSITIVE_INFINITY);
    assert.equal(health.linkedAt(9_000), false);
    assert.equal(health.linkedAt(20_000), null);
  });

  it('has its full share from the beginning', () => assert.equal(new NodeHealth().shareAt(0), 1));

  it('smooths round trips, and does not count those that we were late to see', () => {
    const health = new NodeHealth();
    const seen = [9, 1, 2, 1, 30, 1, 21, 21, 21].map((rttMs) => {
      health.onSample(sample(0, { rttMs }), Number.POSITIVE_INFINITY);
      return health.rttMs === null ? null : Number(health.rttMs.toFixed(2));
    });
    assert.deepEqual(seen, [null, null, 1, 1, 1, 1, 1, 1, 5]);
  });

  it('opens its breaker for round trips far above those of the others', () => {
    assert.deepEqual([slowMs(1), slowMs(30), slowMs(Number.POSITIVE_INFINITY)], [100, 300, Number.POSITIVE_INFINITY]);
    const health = new NodeHealth();
    for (let i = 0; i < 3; i++) health.onSample(sample(i, { rttMs: 150 }), 20);
    assert.equal(health.breaker.state, 'closed');
    for (let i = 0; i < 3; i++) health.onSample(sample(i, { rttMs: 150 }), 1);
    assert.equal(health.breaker.state, 'open');
    assert.equal(health.ejections, 1);
  });

  it('does not take error replies for signs of life', () => {
    const health = new NodeHealth();
    for (let i = 1; i <= 3; i++) health.failed(i, i, true);
    assert.equal(health.breaker.state, 'open');
  });

  it('warms up when connections can be had again, which closes the breaker', () => {
    const health = new NodeHealth();
    health.up(1_000);
    assert.equal(health.shareAt(1_000), 1);
    for (let i = 0; i < 3; i++) health.failed(i, 0, false);
    health.down();
    health.down();
    assert.equal(health.ejections, 2);
    health.up(2_000);
    assert.equal(health.breaker.state, 'closed');
    assert.ok(health.shareAt(2_000) < 0.2);
  });

  it('warms up when the breaker is closed by an answer, and not when there was none', () => {
    const health = new NodeHealth();
    for (let i = 0; i < 3; i++) health.failed(i, 0, false);
    health.onProbe(1_000);
    health.answered(1_500, false);
    assert.equal(health.breaker.state, 'open');
    health.onProbe(4_000);
    health.answered(4_001, true);
    assert.equal(health.breaker.state, 'closed');
    assert.ok(health.shareAt(4_001) < 0.2);
  });
});
