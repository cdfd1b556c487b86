import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, createClient, type Redis } from '../../../../lib/index.js';
import { error, FakeServer, type Handler, ok } from '../../../support/fake-server.js';
import { closedGate, until } from '../../../support/wait.js';
import { assertNoPendingCommands, track } from '../scripted.js';

/** Two servers, each the primary or a replica of the other. */
class Pair {
  primary = 0;
  /** What the last SET wrote. */
  written = '';
  /** Answers to probes wait for this. */
  questions: Promise<void> = Promise.resolve();
  /** But for those of the first server. */
  answersAtOnce = false;
  /** New connections wait for this. */
  handshakes: Promise<void> = Promise.resolve();
  readonly servers: FakeServer[] = [];

  static async start(): Promise<Pair> {
    const pair = new Pair();
    for (const index of [0, 1]) pair.servers.push(await FakeServer.start((words, connection) => pair.#answer(index, words, connection)));
    return pair;
  }

  client(options: ClientOptions = {}): Redis {
    return track(
      createClient({ ...options, topology: { kind: 'replication', seeds: this.servers.map(({ host, port }) => ({ host, port })) } }),
    );
  }

  at(index: number): FakeServer {
    const server = this.servers[index];
    assert.ok(server);
    return server;
  }

  async #answer(index: number, [name, , value = '']: Parameters<Handler>[0], _connection: unknown): Promise<Awaited<ReturnType<Handler>>> {
    const isPrimary = this.primary === index;
    const { host, port } = this.at(1 - index);
    if (name === 'HELLO') await this.handshakes;
    if (name === 'GET') return isPrimary ? this.written : 'old';
    if (name === 'SET' && isPrimary) this.written = value;
    if (name === 'SET') return isPrimary ? ok : error("READONLY You can't write against a read only replica.");
    if (name !== 'ROLE' && name !== 'INFO') return undefined;
    // Who is only slow to say what it is.
    if (index === 1 || !this.answersAtOnce) await this.questions;
    // By now roles may be others.
    const role = this.primary === index ? 'master' : 'slave';
    if (name === 'ROLE') return role === 'master' ? ['master', 1, [[host, String(port), '1']]] : ['slave', host, port, 'connected', 1];
    const peer =
      role === 'master'
        ? `connected_slaves:1\r\nslave0:ip=${host},port=${port},state=online,offset=1,lag=0`
        : `master_host:${host}\r\nmaster_port:${port}\r\nmaster_link_status:up`;
    return `# Server\r\nredis_mode:standalone\r\nrun_id:${String(index).repeat(40)}\r\n# Replication\r\nrole:${role}\r\n${peer}\r\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

describe('a client of a group whose primary answers READONLY', () => {
  afterEach(assertNoPendingCommands);

  it('sends it nothing more until a probe has found the primary, and then all in order', async () => {
    await using pair = await Pair.start();
    const redis = pair.client();
    assert.equal(await redis.set('k', 'before'), 'OK');
    const gate = closedGate();
    pair.questions = gate.opened;
    pair.primary = 1;
    const writes = ['a', 'b', 'c'].map((value) => redis.set('k', value));
    // The client has read all three refusals, too.
    await until(() => pair.at(0).count('SET') === 4 && redis.stats().waiting === 3);
    const late = redis.set('k', 'd');
    await sleep(150);
    assert.equal(pair.at(0).count('SET'), 4, 'the first write, and the three that were refused');
    gate.open();
    assert.deepEqual(await Promise.all([...writes, late]), ['OK', 'OK', 'OK', 'OK']);
    const values = pair
      .at(1)
      .received.filter(([name]) => name === 'SET')
      .map(([, , value]) => value);
    assert.deepEqual(values, ['a', 'b', 'c', 'd']);
    assert.equal(pair.at(0).count('SET'), 4);
  });

  for (const reads of ['primary', 'nearest'] as const) {
    it(`has a read of a pipeline wait with the write before it, though it was answered (reads: ${reads})`, async () => {
      await using pair = await Pair.start();
      const redis = pair.client({ reads });
      assert.equal(await redis.set('k', 'before'), 'OK');
      const gate = closedGate();
      pair.questions = gate.opened;
      pair.primary = 1;
      const replies = redis.pipeline().set('k', 'a').get('k').set('k', 'b').get('k').exec();
      await until(() => pair.at(0).count('GET') === 2);
      await sleep(50);
      gate.open();
      assert.deepEqual(await replies, ['OK', 'a', 'OK', 'b']);
      assert.equal(pair.at(0).count('GET'), 2);
      const order = pair
        .at(1)
        .received.map(([name]) => name)
        .filter((name) => name === 'SET' || name === 'GET');
      assert.deepEqual(order, ['SET', 'GET', 'SET', 'GET']);
    });
  }

  it('goes on with it where a probe finds that it is the primary all the same', async () => {
    await using pair = await Pair.start();
    const redis = pair.client();
    assert.equal(await redis.set('k', 'before'), 'OK');
    pair.primary = 1;
    const gate = closedGate();
    pair.questions = gate.opened;
    const write = redis.set('k', 'a');
    await until(() => pair.at(0).count('SET') === 2);
    pair.primary = 0;
    gate.open();
    assert.equal(await write, 'OK');
    assert.equal(pair.at(0).count('SET'), 3);
    assert.equal(pair.at(1).count('SET'), 0);
  });

  it('sends it nothing once it has said so in a probe, while the probe still waits for the new primary', async () => {
    await using pair = await Pair.start();
    const redis = pair.client({ monitor: { periodMs: 500 } });
    assert.equal(await redis.set('k', 'before'), 'OK');
    const gate = closedGate();
    pair.questions = gate.opened;
    pair.answersAtOnce = true;
    pair.primary = 1;
    const asked = pair.at(0).count('ROLE');
    await until(() => pair.at(0).count('ROLE') > asked);
    await sleep(50);
    const write = redis.set('k', 'late');
    await sleep(50);
    assert.equal(pair.at(0).count('SET'), 1);
    gate.open();
    assert.equal(await write, 'OK');
    assert.deepEqual([pair.at(0).count('SET'), pair.at(1).count('SET')], [1, 1]);
  });

  it('takes back what waits there for a connection', async () => {
    await using pair = await Pair.start();
    const redis = pair.client({ monitor: { periodMs: 500 } });
    // By which the roles are known, and the primary is not connected to.
    assert.equal(await redis.with({ reads: 'replica' }).get('k'), 'old');
    const [handshake, question] = [closedGate(), closedGate()];
    pair.handshakes = handshake.opened;
    const hellos = pair.at(0).count('HELLO');
    const write = redis.set('k', 'late');
    await until(() => pair.at(0).count('HELLO') > hellos);
    pair.questions = question.opened;
    pair.answersAtOnce = true;
    pair.primary = 1;
    const asked = pair.at(0).count('ROLE');
    await until(() => pair.at(0).count('ROLE') > asked);
    await sleep(50);
    handshake.open();
    await sleep(50);
    assert.equal(pair.at(0).count('SET'), 0);
    question.open();
    assert.equal(await write, 'OK');
    assert.deepEqual([pair.at(0).count('SET'), pair.at(1).count('SET')], [0, 1]);
  });
});
