import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Cycle, type CycleHost } from '../../../../../lib/entries/ioredis/status/cycle.js';
import type { RedisStatus } from '../../../../../lib/entries/ioredis/status/statuses.js';
import { takeGlobals } from '../../../../support/fake-time.js';

/** Question to the engine, which a test answers. */
interface Question {
  resolve(): void;
  reject(error: Error): void;
}

const refused = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });

/** Host whose engine does what a test says; `log` has what a program sees. */
class ScriptedHost implements CycleHost {
  readonly log: string[] = [];
  heard: (status: RedisStatus) => void = () => {};
  readonly serving: Question[] = [];
  readonly scouting: Question[] = [];
  readonly connectTimeoutMs = 1_000;
  tellsDisconnecting = false;
  maxRetriesPerRequest: unknown = null;
  delays: unknown[] = [50, 50, 50, 50];
  readonly cycle = new Cycle(this);

  open(): { serves(): Promise<void>; scout(): Promise<void> } {
    return { serves: () => ask(this.serving), scout: () => ask(this.scouting) };
  }

  shut(isWanted: boolean): void {
    this.log.push(isWanted ? '(shut)' : '(given up)');
  }

  flush(error: Error): void {
    this.log.push(`(flush ${error.name})`);
  }

  emitStatus(status: RedisStatus, arg?: number): void {
    this.log.push(arg === undefined ? status : `${status} ${arg}`);
    this.heard(status);
  }

  report(error: Error): void {
    this.log.push(`error ${error.message}`);
  }

  endsBy(reason: Error): boolean {
    return reason.message === 'last';
  }

  closed(): Error {
    return new Error('closed');
  }

  delayOf(): unknown {
    const delay = this.delays.shift();
    if (delay instanceof Error) throw delay;
    return delay;
  }
}

function ask(questions: Question[]): Promise<void> {
  return new Promise((resolve, reject) => questions.push({ resolve, reject }));
}

describe('the statuses of an object', () => {
  let time: sinon.SinonFakeTimers;
  let host: ScriptedHost;
  /** Lets what was begun happen, and time pass. */
  const pass = (ms = 0): Promise<number> => time.tickAsync(ms);

  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
    host = new ScriptedHost();
  });
  afterEach(() => {
    time.restore();
    takeGlobals();
  });

  async function becomeReady(): Promise<void> {
    const connected = host.cycle.connect();
    host.serving.shift()?.resolve();
    await connected;
    host.log.length = 0;
  }

  it('lead to ready, after which connect() resolves', async () => {
    const connected = host.cycle.connect().then(() => host.log.push('(connected)'));
    host.serving[0]?.resolve();
    await connected;
    assert.deepEqual(host.log, ['connecting', 'connect', 'ready', '(connected)']);
    await assert.rejects(host.cycle.connect(), /already connecting\/connected/);
  });

  it('follow the retry strategy after a failure, by attempts of their own', async () => {
    const connected = assert.rejects(host.cycle.connect(), /closed/);
    await pass();
    host.cycle.lost(refused(), true);
    await connected;
    await pass(50);
    assert.equal(host.scouting.length, 1, 'the engine tells of a failure once');
    host.scouting[0]?.reject(refused());
    await pass();
    const once = ['connecting', 'error connect ECONNREFUSED', 'close', 'reconnecting 50'];
    assert.deepEqual(host.log, [...once, ...once]);
    await pass(50);
    host.serving[0]?.resolve();
    await pass();
    assert.deepEqual(host.log.slice(-3), ['connecting', 'connect', 'ready']);
  });

  it('end where the retry strategy gives no number, or throws', async () => {
    for (const delay of [null, undefined, 'soon', new Error('strategy')]) {
      host = new ScriptedHost();
      host.delays = [delay];
      host.cycle.connect().catch(() => {});
      host.cycle.lost(refused(), true);
      await pass();
      assert.deepEqual(host.log.slice(-2), ['close', 'end']);
      assert.ok(host.log.includes('(given up)'));
      assert.equal(host.cycle.status, 'end');
      assert.equal(host.log.includes('error strategy'), delay instanceof Error);
    }
  });

  it('become ready as soon as the engine serves, also before the next attempt', async () => {
    await becomeReady();
    host.delays = [10_000];
    host.cycle.lost(new Error('the server closed it'), false);
    await pass();
    assert.deepEqual(host.log, ['close', 'reconnecting 10000']);
    host.serving[0]?.resolve();
    await pass();
    assert.deepEqual(host.log.slice(2), ['connecting', 'connect', 'ready']);
    await pass(20_000);
    assert.equal(host.log.length, 5, 'nothing is left of the pace');
  });

  it('have what waits rejected after as many attempts as it may have', async () => {
    host.maxRetriesPerRequest = 1;
    host.cycle.connect().catch(() => {});
    host.cycle.lost(refused(), true);
    await pass(50);
    assert.ok(!host.log.includes('(flush MaxRetriesPerRequestError)'));
    host.scouting[0]?.reject(refused());
    await pass();
    assert.ok(host.log.includes('(flush MaxRetriesPerRequestError)'));
  });

  it('end by a failure that is the last, which rejects what waits', async () => {
    host.cycle.connect().catch(() => {});
    host.serving[0]?.reject(new Error('last'));
    await pass();
    assert.deepEqual(host.log, ['connecting', '(flush Error)', 'error last', '(shut)', 'close', 'end']);
  });

  it('give an attempt up that takes too long', async () => {
    host.cycle.connect().catch(() => {});
    await pass(1_000);
    assert.deepEqual(host.log, ['connecting', 'error connect ETIMEDOUT', 'close', 'reconnecting 50']);
  });

  it('end by disconnect(), from each of them', async () => {
    host.cycle.announce();
    host.cycle.disconnect(false);
    await pass();
    assert.deepEqual(host.log, ['(shut)', 'wait', 'close', 'end']);
    await becomeReady();
    host.cycle.disconnect(false);
    assert.equal(host.cycle.status, 'ready', 'not at once');
    await pass();
    assert.deepEqual(host.log, ['(shut)', 'close', 'end']);
    host.cycle.connect().catch(() => {});
    host.cycle.lost(refused(), true);
    await pass();
    host.cycle.disconnect(false);
    await pass(1_000);
    assert.equal(host.log.at(-1), 'end');
    host.cycle.disconnect(false);
    await pass();
    assert.equal(host.log.at(-1), 'end');
  });

  it('say of a cluster that it disconnects', async () => {
    host.tellsDisconnecting = true;
    await becomeReady();
    host.cycle.disconnect(false);
    assert.equal(host.cycle.status, 'disconnecting');
    await pass();
    assert.deepEqual(host.log, ['disconnecting', '(shut)', 'close', 'end']);
  });

  it('stay with what is connected anew, after a quit that was followed by disconnect()', async () => {
    await becomeReady();
    // As Bull does: a disconnect behind the reply to QUIT, and a connection once the end was told.
    let connected: Promise<void> | null = null;
    host.heard = (status) => {
      if (status === 'end') connected ??= host.cycle.connect();
    };
    await host.cycle.quit(() => Promise.resolve()).then(() => host.cycle.disconnect(false));
    await pass();
    host.serving.shift()?.resolve();
    await connected;
    assert.equal(host.cycle.status, 'ready');
  });

  it('begin anew by disconnect(true)', async () => {
    await becomeReady();
    host.cycle.disconnect(true);
    await pass(50);
    host.serving[0]?.resolve();
    await pass();
    assert.deepEqual(host.log, ['close', 'reconnecting 50', 'connecting', 'connect', 'ready']);
  });

  it('end by quit() when the last replies have come', async () => {
    await becomeReady();
    const last: Question[] = [];
    const quit = host.cycle.quit(() => ask(last)).then(() => host.log.push('(quit)'));
    await pass();
    assert.deepEqual(host.log, []);
    last[0]?.resolve();
    await quit;
    await pass();
    assert.deepEqual(host.log, ['(quit)', '(shut)', 'close', 'end']);
  });

  it('open again after the end', async () => {
    await becomeReady();
    host.cycle.disconnect(false);
    await pass();
    await becomeReady();
    assert.equal(host.cycle.status, 'ready');
  });

  it('report what no command tells, unless it is about the connection', async () => {
    await becomeReady();
    host.cycle.failed(new Error('of a listener'), false);
    host.cycle.failed(new Error('no server'), true);
    assert.deepEqual(host.log, ['error of a listener']);
  });

  it('call back when their events were emitted', async () => {
    host.cycle.connect().catch(() => {});
    host.cycle.whenTold(() => host.log.push('(told)'));
    host.serving[0]?.resolve();
    await pass();
    assert.deepEqual(host.log, ['connecting', 'connect', 'ready', '(told)']);
  });
});
