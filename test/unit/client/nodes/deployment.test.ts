import assert from 'node:assert/strict';
import { Deployment } from '../../../../lib/client/nodes/deployment.js';
import { ClosedError } from '../../../../lib/errors.js';
import { replication, ring } from '../../../../lib/index.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import type { Call } from '../../../../lib/protocol/call.js';
import { ScriptedReplication } from '../../../support/scripted-group.js';
import { ScriptedWorld, silence } from '../../../support/scripted-world.js';
import { RecordedCalls } from '../../connection/recorded-calls.js';

describe('a deployment', () => {
  let world: ScriptedWorld;
  let servers: ScriptedReplication;
  let deployment: Deployment;
  let hasEnded: boolean;
  beforeEach(async () => {
    world = new ScriptedWorld();
    servers = new ScriptedReplication(world, 2);
    const addresses = servers.servers.map(({ name }) => `redis://${name}`);
    deployment = new Deployment(resolveOptions({ topology: replication(addresses) }), () => false, null);
    hasEnded = false;
    deployment.start();
    await world.until(() => primary() === servers.server(0).name, 'the primary is known');
  });
  afterEach(async () => {
    if (!hasEnded) end();
    await world.pass(10);
    world[Symbol.dispose]();
  });

  function end(): void {
    hasEnded = true;
    deployment.destroy(new ClosedError('the test is over'));
  }

  const primary = (): string | undefined => deployment.facts.primaryOf(-1)?.key;

  /** The replica becomes the primary. */
  async function failOver(): Promise<void> {
    servers.primary = 1;
    deployment.wake('the test says so', true);
    await world.until(() => primary() === servers.server(1).name, 'the new primary is known');
  }

  it('gives back what was not sent to a primary that is none any more', async () => {
    const returned: Call[] = [];
    deployment.bus.on('callsReturned', (calls) => returned.push(...calls));
    // Its connections for commands never come up, and the monitor has one already.
    servers.script = (_, [name]) => (name === 'HELLO' ? silence : undefined);
    const call = new RecordedCalls().make('SET k v');
    deployment.facts.primaryOf(-1)?.send(call, 'primary');
    await world.pass(100);
    assert.deepEqual(returned, []);
    await failOver();
    assert.deepEqual(returned, [call]);
  });

  it('says that offsets of former primaries mean nothing, and does so only when a primary has changed', async () => {
    const { epoch } = deployment.offsets;
    let probes = 0;
    deployment.bus.on('confirmed', () => probes++);
    deployment.wake('the test says so', true);
    await world.until(() => probes > 0, 'there was another probe');
    assert.equal(deployment.offsets.epoch, epoch);
    await failOver();
    assert.equal(deployment.offsets.epoch, epoch + 1);
  });

  it('that ends leaves no connection open, and no timer', async () => {
    end();
    await world.pass(10);
    assert.deepEqual(
      servers.servers.map(({ open }) => open.length),
      [0, 0],
    );
    assert.deepEqual(world.openTimers, []);
  });
});

describe('a deployment of a ring', () => {
  it('gives back what waits for a member when that is ejected', async () => {
    using world = new ScriptedWorld();
    const servers = new ScriptedReplication(world, 2);
    const [a = '', b = ''] = servers.servers.map(({ name }) => name);
    const topology = ring({ a, b }, { onDown: 'eject', eject: { after: 1 } });
    const deployment = new Deployment(resolveOptions({ topology }), () => false, null);
    const ejected: string[] = [];
    deployment.events.on('eject', ({ member }) => ejected.push(member));
    deployment.events.on('error', () => undefined);
    const returned: Call[] = [];
    deployment.bus.on('callsReturned', (calls) => returned.push(...calls));
    deployment.start();
    await world.until(() => deployment.nodes.all().length === 2, 'both are known');
    servers.script = (server) => (server === 0 ? silence : undefined);
    const call = new RecordedCalls().make('SET k v');
    deployment.nodes.get(a)?.send(call, 'primary');
    await world.pass(10);
    assert.deepEqual([returned, ejected], [[], []]);
    deployment.wake('the test says so', true);
    await world.until(() => ejected.length > 0, 'it is ejected');
    assert.deepEqual([returned, ejected], [[call], ['a']]);
    deployment.destroy(new ClosedError('the test is over'));
    await world.pass(10);
  });
});
