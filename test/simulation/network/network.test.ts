import assert from 'node:assert/strict';
import { Random } from '../time/random.js';
import { Timeline } from '../time/timeline.js';
import type { Burden } from './link.js';
import { CLIENT, Network, type NetworkNature } from './network.js';
import { type End, openConnection, type ServerEnd } from './tcp.js';

const HOST = '10.0.0.1';
const KEY = `${HOST}:6379`;

/** A connection, and what came of it at the server, which reads all if it `reads`. */
class Scene {
  readonly timeline = new Timeline();
  readonly network: Network;
  readonly heard: Buffer[] = [];
  client: End | null = null;
  server: ServerEnd | null = null;

  constructor(seed: string, nature: Partial<NetworkNature> = {}, reads = true) {
    this.network = new Network(this.timeline, new Random(seed), nature);
    this.network.listeners.set(KEY, {
      accept: (end) => {
        this.server = end;
        end.handlers = {
          data: (bytes) => {
            this.heard.push(bytes);
            if (reads) end.read(bytes.length);
          },
          ended: () => undefined,
          reset: () => undefined,
        };
      },
    });
    openConnection(this.network, HOST, KEY, {
      connected: (end) => {
        this.client = end;
      },
      refused: () => undefined,
    });
    this.pass(50);
  }

  pass(ms: number): void {
    const until = this.timeline.now + ms;
    while (this.timeline.nextAt <= until) this.timeline.step();
    this.timeline.now = until;
  }
}

const worse: readonly Burden[] = [
  {},
  { jitterMs: 50 },
  { loss: 0.3 },
  { slowMs: 20, bandwidth: 1 },
  { jitterMs: 20, loss: 0.1, bandwidth: 3 },
];

describe('the network of the simulation', () => {
  for (const burden of worse) {
    it(`brings all bytes in order, in whatever parts: ${JSON.stringify(burden)}`, () => {
      const sizes = new Set<number>();
      for (let seed = 0; seed < 20; seed++) {
        const scene = new Scene(`order ${seed}`, { splitting: 1 });
        scene.network.link(CLIENT, HOST).burden(burden);
        const sent = Array.from({ length: 100 }, (_, number) => Buffer.from(`command ${number};`));
        for (const bytes of sent) {
          scene.client?.write(bytes, scene.timeline.now);
          scene.pass(1);
        }
        scene.pass(60_000);
        assert.equal(Buffer.concat(scene.heard).toString(), Buffer.concat(sent).toString());
        for (const { length } of scene.heard) sizes.add(length);
      }
      assert.ok(sizes.size > 8, 'packets are split at many places');
    });
  }

  it('shares the bandwidth of a link among its connections', () => {
    const scene = new Scene('bandwidth');
    scene.network.link(CLIENT, HOST).burden({ bandwidth: 10 });
    scene.client?.write(Buffer.alloc(1_000), scene.timeline.now);
    scene.pass(90);
    assert.equal(scene.heard.length, 0);
    scene.pass(20);
    assert.equal(Buffer.concat(scene.heard).length, 1_000);
  });

  it('takes no more than both kernels hold, and goes on when the other side reads', () => {
    const scene = new Scene('room', { splitting: 0, kernelBytes: { least: 1_000, most: 1_000 } }, false);
    const { client, server } = scene;
    assert.ok(client !== null && server !== null);
    assert.equal(client.offer(Buffer.alloc(1_500), 0), 1_000);
    let told = 0;
    client.handlers = { data: () => undefined, ended: () => undefined, reset: () => undefined, room: () => told++ };
    scene.pass(1_000);
    assert.deepEqual([client.room, told, server.unread], [0, 0, 1_000]);
    server.read(400);
    scene.pass(10);
    assert.deepEqual([client.room, told], [400, 1]);
  });

  it('keeps for a process what its kernel does not take, and loses that with it', () => {
    const scene = new Scene('backlog', { splitting: 0, kernelBytes: { least: 1_000, most: 1_000 } }, false);
    scene.client?.write(Buffer.alloc(1_500), 0);
    assert.equal(scene.client?.backlog, 500);
    scene.pass(10);
    scene.server?.read(1_000);
    scene.pass(10);
    assert.deepEqual([scene.client?.backlog, Buffer.concat(scene.heard).length], [0, 1_500]);
  });

  it('sends again what got lost, first after 200 ms, and each time after twice as long', () => {
    const tries: readonly (readonly [cutMs: number, arrivesMs: number])[] = [
      [50, 200],
      [300, 600],
      [1_000, 1_400],
      [2_000, 3_000],
      [6_000, 6_200],
    ];
    for (const [cutMs, arrivesMs] of tries) {
      const scene = new Scene('retry', { splitting: 0 });
      const { network, timeline, client, heard } = scene;
      const { now } = timeline;
      network.cut(CLIENT, HOST);
      client?.write(Buffer.from('lost'), now);
      scene.pass(cutMs);
      network.heal(CLIENT, HOST);
      scene.pass(arrivesMs - cutMs - 1);
      assert.equal(heard.length, 0, `${cutMs} ms`);
      scene.pass(3);
      assert.equal(heard.length, 1, `${cutMs} ms`);
    }
  });

  it('cuts until each cut is healed', () => {
    const { network } = new Scene('cuts');
    network.cut(CLIENT, HOST);
    network.cut(CLIENT, HOST);
    network.heal(CLIENT, HOST);
    assert.deepEqual([network.isCut(CLIENT, HOST), network.isCut(HOST, CLIENT)], [true, false]);
    network.heal(CLIENT, HOST);
    assert.equal(network.isCut(CLIENT, HOST), false);
  });

  it('loses a reset on a way that is cut, and says it again to who writes', () => {
    const scene = new Scene('reset');
    const { network, client, server } = scene;
    network.cut(HOST, CLIENT);
    server?.reset();
    scene.pass(10);
    network.heal(HOST, CLIENT);
    scene.pass(10_000);
    assert.equal(client?.isReset, false);
    client?.write(Buffer.from('are you there'), scene.timeline.now);
    scene.pass(10);
    assert.equal(client?.isReset, true);
  });

  it('answers for a machine that lost its power and is back by a reset', () => {
    const scene = new Scene('power');
    const { network, client, server } = scene;
    network.losePower(HOST);
    server?.forget();
    client?.write(Buffer.from('are you there'), scene.timeline.now);
    scene.pass(5_000);
    assert.equal(client?.isReset, false);
    network.powerOn(HOST);
    scene.pass(5_000);
    assert.equal(client?.isReset, true);
  });
});
