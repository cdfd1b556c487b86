import assert from 'node:assert/strict';
import { type Asked, Sampler } from '../../../../../lib/admin/cli/top/sampler.js';
import type { NodeClient } from '../../../../../lib/admin/node-connections.js';
import { ReplyError } from '../../../../../lib/errors.js';
import type { Raw } from '../../../../../lib/protocol/command-spec.js';

/** A sampler over servers that answer when the test says so. */
class Servers implements NodeClient {
  nowMs = 0;
  /** Commands of others of us that wait for their answers. */
  pending = 0;
  /** Commands by port; their promises are settled by the test. */
  readonly asked: { port: number; words: string; resolve: (reply: Raw) => void; reject: (error: Error) => void }[] = [];
  readonly #wakers: (() => void)[] = [];
  readonly commands = new Map<string, number>();
  readonly sampler = new Sampler({
    now: () => this.nowMs,
    sleep: (_ms, stop) =>
      new Promise((resolve) => {
        this.#wakers.push(resolve);
        stop.addEventListener('abort', () => resolve());
      }),
    loadOf: (key) => ({ open: 1, begun: 1, commands: this.commands.get(key) ?? 0, pending: this.pending, sentBytes: 7, receivedBytes: 9 }),
    patienceMs: 100,
    silenceMs: 300,
    timeoutMs: 5_000,
  });

  send(address: { port: number } | { path: string }, words: readonly unknown[]): Promise<Raw> {
    const port = 'port' in address ? address.port : 0;
    this.commands.set(`h:${port}`, (this.commands.get(`h:${port}`) ?? 0) + 1);
    return new Promise((resolve, reject) => this.asked.push({ port, words: words.join(' '), resolve, reject }));
  }

  look(...ports: readonly number[]): Promise<void> {
    return this.sampler.look(ports.map((port): Asked => ({ address: { host: 'h', port }, client: this })));
  }

  of(port: number) {
    return this.sampler.of({ host: 'h', port });
  }

  /** The oldest question to a server that is open. */
  take(port: number) {
    const index = this.asked.findIndex((question) => question.port === port);
    const [question] = index === -1 ? [] : this.asked.splice(index, 1);
    return question ?? assert.fail(`${port} was not asked`);
  }

  /** Time passes, and with it the patience. */
  pass(ms: number): void {
    this.nowMs += ms;
    for (const wake of this.#wakers.splice(0)) wake();
  }
}

describe('the sampler', () => {
  it('gives what a server says, with the time that it took and what we have done before', async () => {
    const servers = new Servers();
    const looked = servers.look(1);
    servers.nowMs = 4;
    servers.take(1).resolve('master_repl_offset:50\r\nrole:master');
    await looked;
    const { last, before, offsets } = servers.of(1);
    assert.deepEqual([last?.atMs, last?.roundTripMs, last?.info.get('role'), before], [4, 4, 'master', null]);
    assert.deepEqual(last?.own, { open: 1, begun: 1, commands: 0, pending: 0, sentBytes: 7, receivedBytes: 9 });
    assert.deepEqual(offsets, [{ atMs: 4, offset: 50 }]);
  });

  it('does not wait for a server that is silent, and says since when', async () => {
    const servers = new Servers();
    const first = servers.look(1, 2);
    for (const port of [1, 2]) servers.take(port).resolve('a:1');
    await first;
    servers.nowMs = 1_000;
    const second = servers.look(1, 2);
    servers.take(1).resolve('a:2');
    servers.pass(100);
    await second;
    // What it said last counts for a moment.
    assert.deepEqual([servers.of(2).silentSinceMs, servers.of(2).last?.info.get('a')], [null, '1']);
    servers.nowMs = 1_300;
    const next = servers.look(1, 2);
    servers.take(1).resolve('a:2');
    await next;
    assert.equal(servers.of(1).silentSinceMs, null);
    assert.equal(servers.of(2).silentSinceMs, 0);
    // No patience passes any more: the silent server is neither asked again nor waited for.
    const third = servers.look(1, 2);
    servers.take(1).resolve('a:3');
    await third;
    assert.equal(servers.of(1).last?.info.get('a'), '3');
    assert.deepEqual(
      servers.asked.map(({ port }) => port),
      [2],
    );
  });

  it('takes the answer of a server that speaks again', async () => {
    const servers = new Servers();
    const looked = servers.look(1);
    servers.pass(300);
    await looked;
    assert.equal(servers.of(1).silentSinceMs, 0);
    servers.take(1).resolve('a:1');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([servers.of(1).silentSinceMs, servers.of(1).last?.info.get('a')], [null, '1']);
  });

  it('takes no numbers while our own reports ask', async () => {
    const servers = new Servers();
    const look = async (text: string, pending: number, others: number): Promise<void> => {
      servers.pending = pending;
      const looked = servers.look(1);
      servers.commands.set('h:1', (servers.commands.get('h:1') ?? 0) + others);
      servers.take(1).resolve(text);
      await looked;
    };
    await look('a:0', 0, 0);
    await look('a:1', 1, 0);
    await look('a:2', 0, 5);
    await look('a:3', 0, 0);
    const { last, before } = servers.of(1);
    assert.deepEqual([before?.info.get('a'), last?.info.get('a')], ['0', '3']);
  });

  it('says why a connection failed, and tries again', async () => {
    const servers = new Servers();
    const looked = servers.look(1);
    servers.take(1).reject(new Error('connect ECONNREFUSED'));
    await looked;
    assert.deepEqual([servers.of(1).silentSinceMs, servers.of(1).problem], [0, 'connect ECONNREFUSED']);
    void servers.look(1);
    assert.equal(servers.asked.length, 1);
  });

  it('asks servers that take one section for the default ones', async () => {
    const servers = new Servers();
    const looked = servers.look(1);
    const question = servers.take(1);
    assert.equal(question.words, 'INFO default commandstats');
    question.reject(new ReplyError('ERR', 'ERR syntax error'));
    await looked;
    void servers.look(1);
    assert.equal(servers.take(1).words, 'INFO');
  });

  it('tells what a server refuses', async () => {
    const servers = new Servers();
    const looked = servers.look(1);
    servers.take(1).reject(new ReplyError('NOPERM', 'NOPERM no rights'));
    await looked;
    assert.deepEqual([servers.of(1).problem, servers.of(1).silentSinceMs], ['NOPERM no rights', null]);
    void servers.look(1);
    assert.equal(servers.take(1).words, 'INFO default commandstats');
  });
});
