import assert from 'node:assert/strict';
import { faults } from '../faults/index.js';
import { deploymentKinds } from '../topologies/deployment.js';
import { topologies } from '../topologies/index.js';
import { workloads } from '../workloads/index.js';
import { drawPlan, OPERATION } from './draw-plan.js';
import { COMMANDS, type Plan } from './plan.js';
import { showPlan } from './show-plan.js';

describe('plans of seeds', () => {
  const plans: readonly Plan[] = Array.from({ length: 1_000 }, (_, at) => drawPlan(at + 1));

  it('are the same each time', () => {
    for (const plan of plans.slice(0, 50)) assert.deepEqual(drawPlan(plan.seed), plan);
  });

  it('have the kind of servers that is asked for, and then the rest of it', () => {
    for (const kind of deploymentKinds) assert.equal(drawPlan(7, { kind }).deployment.kind, kind);
  });

  it('have enough commands on clients that stay, and two faults', () => {
    for (const { seed, clients, workloads: drawn, faults: befall } of plans) {
      const stay = new Set(clients.filter(({ ends }) => ends === null).map(({ name }) => name));
      const commands = drawn.reduce((sum, { client, programs, commands: each }) => sum + (stay.has(client) ? programs * each : 0), 0);
      assert.ok(commands >= COMMANDS && befall.length >= 2, `seed ${seed}: ${commands} commands, ${befall.length} faults`);
    }
  });

  it('draw every kind of servers, every workload, every fault and every option in a thousand seeds', () => {
    const drawn = new Set(
      plans.flatMap((plan) => [
        plan.deployment.kind,
        ...plan.workloads.map(({ name }) => name),
        ...plan.faults.map(({ name }) => name),
        ...plan.clients.flatMap(({ options, functions }) => [...Object.keys(options), ...functions]),
      ]),
    );
    const options = [
      'timeoutMs',
      'protocol',
      'failFast',
      'hedge',
      'keyPrefix',
      'reads',
      'domains',
      'offload',
      'queue',
      'pool',
      'monitor',
      'tls',
    ];
    const all = [
      ...Object.keys(topologies),
      ...workloads.map(({ name }) => name),
      ...faults.map(({ name }) => name),
      OPERATION,
      ...options,
    ];
    assert.deepEqual(
      all.filter((name) => !drawn.has(name)),
      [],
    );
  });

  it('draw every placement, kind of member and kind of proxy, and every way in which keys move', () => {
    const rings = plans.flatMap(({ deployment }) => deployment.ring ?? []);
    const endpoints = plans.flatMap(({ deployment }) => deployment.endpoints ?? []);
    const seen = (parts: readonly unknown[]): string[] => [...new Set(parts.map(String))].sort();
    assert.deepEqual(seen(rings.map(({ placement }) => placement.as)), [
      'function',
      'go-redis',
      'jedis',
      'predixy',
      'redis-rb',
      'twemproxy',
    ]);
    assert.deepEqual(seen(rings.flatMap(({ members }) => members.map(({ servers }) => servers.kind))), [
      'replication',
      'sentinel',
      'single',
    ]);
    assert.deepEqual(seen(rings.map(({ onDown }) => onDown)), ['eject', 'wait']);
    assert.deepEqual(seen(rings.map(({ changesMembers }) => changesMembers)), ['false', 'true']);
    assert.deepEqual(seen(endpoints.map(({ proxy }) => proxy)), ['plain', 'tcp', 'twemproxy']);
    assert.deepEqual(seen(endpoints.map(({ list }) => list)), ['fixed', 'function', 'names']);
    assert.deepEqual(seen(endpoints.map(({ options }) => options.balance)), ['spread', 'undefined']);
  });

  it('are shown with the numbers by which parts are left out', () => {
    const [plan] = plans;
    assert.ok(plan !== undefined);
    const lines = showPlan(plan);
    const numbers = (word: string): number => lines.filter((line) => line.startsWith(`${word} [`)).length;
    assert.deepEqual([numbers('workload'), numbers('fault')], [plan.workloads.length, plan.faults.length]);
  });
});
