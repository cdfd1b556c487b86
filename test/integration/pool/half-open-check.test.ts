import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import sinon from 'sinon';
import type { Connection } from '../../../lib/connection/connection.js';
import { ConnectionLostError } from '../../../lib/errors.js';
import { HalfOpenCheck } from '../../../lib/pool/half-open-check.js';
import { type Answer, close, error, FakeServer, type Handler, silence } from '../../support/fake-server.js';
import { until, untilTurn } from '../../support/wait.js';
import { quickConfig } from '../connection/opened.js';

const replaced = new ConnectionLostError('another node took its place');

describe('a check of a silent connection', () => {
  let server: FakeServer;
  let check: HalfOpenCheck;
  let unresponsive: number;
  let destroyed: { readonly message: string }[];
  let replaceable: number;
  let endsWhenReplaceable: boolean;
  /** Whether somebody waits for a reply on the stalled connection. */
  let awaited: boolean;
  beforeEach(async () => {
    server = await FakeServer.start();
    unresponsive = 0;
    destroyed = [];
    replaceable = 0;
    endsWhenReplaceable = false;
    awaited = true;
  });
  afterEach(async () => {
    if (check.state !== 'ended') check.end();
    await server.stop();
  });

  /** `limitMs`: the silence that is allowed; the second connection has half of it. */
  function start(limitMs: number, id: number | null = 7, localAddress: string | null = null): void {
    const stalled = {
      key: server.address,
      state: 'ready',
      server: { id, localAddress },
      liveness: { limitMs },
      get isAwaited() {
        return awaited;
      },
      destroy: (error: { readonly message: string }) => {
        destroyed.push(error);
        check.end();
      },
    } as unknown as Connection; // all that a check needs of it
    const config = { ...quickConfig, address: { host: server.host, port: server.port } };
    check = new HalfOpenCheck(config, { minMs: 10, maxMs: 20 }, stalled, {
      unresponsive: () => unresponsive++,
      replaceable: () => {
        replaceable++;
        if (endsWhenReplaceable) check.end();
      },
    });
  }

  it('finds that the server answers: then it waits, also where another node took its place', async () => {
    start(2_000);
    await until(() => check.state === 'answered');
    check.replaced(replaced);
    assert.deepEqual([unresponsive, destroyed], [0, []]);
  });

  it('finds that the server does not answer in time', async () => {
    server.handler = () => silence;
    start(40);
    await until(() => check.state === 'unresponsive');
    assert.deepEqual([unresponsive, destroyed], [1, []]);
    check.replaced(replaced);
    assert.deepEqual(destroyed, [replaced]);
  });

  it('finds it again with every attempt that fails, and that the server answers after all', async () => {
    server.handler = () => close;
    start(2_000);
    await until(() => unresponsive >= 3);
    server.handler = () => undefined;
    await until(() => check.state === 'answered');
    assert.deepEqual(destroyed, []);
  });

  it('opens nothing more once it has ended by what it found', async () => {
    let hangUp: (answer: typeof close) => void = () => {};
    server.handler = () =>
      new Promise((resolve) => {
        hangUp = resolve;
      });
    start(2_000);
    await until(() => server.received.length > 0);
    check.replaced(replaced);
    hangUp(close);
    await until(() => check.state === 'ended');
    assert.deepEqual(destroyed, [replaced]);
    await sleep(60);
    assert.equal(server.connections.length, 1);
  });

  const answering =
    (answer: () => Answer): Handler =>
    (command) =>
      command[0] === 'CLIENT' && command[1] === 'LIST' ? answer() : undefined;
  const asked = (): number =>
    server.received.filter(([name, sub, filter, id]) => `${name} ${sub} ${filter} ${id}` === 'CLIENT LIST ID 7').length;

  it('has its second connection log in again, and opens another where that is refused', async () => {
    let refuses = false;
    server.handler = ([name, sub]) =>
      name === 'CLIENT' && sub === 'LIST'
        ? 'id=7 idle=1 flags=N cmd=set\n'
        : refuses && name === 'AUTH'
          ? error('WRONGPASS no')
          : undefined;
    start(2_000);
    await until(() => check.state === 'answered');
    check.reauthenticate({ username: 'ada', password: 'next' });
    await until(() => server.count('AUTH') === 1);
    assert.deepEqual(server.received.at(-1)?.slice(1), ['ada', 'next']);
    assert.equal(server.connections.length, 1);
    refuses = true;
    check.reauthenticate({ password: 'wrong' });
    await until(() => server.connections.length === 2);
  });

  it('ends the connection at once where the server does not have it', async () => {
    server.handler = answering(() => '');
    start(2_000);
    await until(() => destroyed.length === 1);
    assert.equal(asked(), 1);
    assert.match(destroyed[0]?.message ?? '', /answers, but not on this connection/);
  });

  const places: readonly (readonly [name: string, first: string | null, second: string | null, questions: number])[] = [
    ['asks the same server', '10.0.0.1:6379', '10.0.0.1:6379', 1],
    ['asks a server that does not say who it is', '10.0.0.1:6379', null, 1],
    ['does not ask another server that the address leads to, and gives the first one 3 s', '10.0.0.1:6379', '10.0.0.2:6379', 0],
  ];
  for (const [name, first, second, questions] of places) {
    it(`${name} about the connection`, async () => {
      const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      try {
        server.handler = ([command, sub]) => {
          if (command !== 'CLIENT') return undefined;
          if (sub === 'INFO') return second === null ? error('ERR unknown subcommand') : `id=9 addr=10.0.0.9:5000 laddr=${second} fd=8`;
          return sub === 'LIST' ? '' : undefined;
        };
        start(2_000, 7, first);
        await untilTurn(() => check.state === 'answered' || check.state === 'ended');
        if (questions > 0) await untilTurn(() => destroyed.length === 1);
        else {
          await untilTurn(() => time.countTimers() > 0);
          time.tick(2_990);
          assert.deepEqual([replaceable, destroyed], [0, []]);
          time.tick(10);
          assert.deepEqual([replaceable, destroyed], [1, []]);
        }
        assert.equal(asked(), questions);
      } finally {
        time.restore();
      }
    });
  }

  it('leaves no timer where its connection ends as soon as another one may take its place', async () => {
    const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      endsWhenReplaceable = true;
      start(2_000, null);
      await untilTurn(() => check.state === 'answered' && time.countTimers() > 0);
      time.tick(3_000);
      assert.deepEqual([replaceable, check.state, time.countTimers()], [1, 'ended', 0]);
    } finally {
      time.restore();
    }
  });

  const waits: readonly (readonly [name: string, answer: () => Answer])[] = [
    ['is busy with a script', () => error('BUSY Redis is busy running a script.')],
    ['works for it in a thread', () => 'id=7 idle=9 flags=b cmd=ft.search\n'],
    ['hears of it', () => 'id=7 idle=1 flags=N cmd=set\n'],
  ];
  for (const [name, answer] of waits) {
    it(`leaves the connection alone for longer than 3 s where the server ${name}`, async () => {
      const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      try {
        server.handler = answering(answer);
        start(2_000);
        for (let questions = 1; questions <= 6; questions++) {
          await untilTurn(() => asked() === questions && time.countTimers() > 0);
          time.tick(1_000);
        }
        assert.deepEqual([destroyed, unresponsive], [[], 0]);
        assert.equal(replaceable, 0);
      } finally {
        time.restore();
      }
    });
  }

  it('gives what may go another way up after 3 s where the server refuses to say, waits for the rest, and asks once', async () => {
    const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      server.handler = answering(() => error("NOPERM User u has no permissions to run the 'client|list' command"));
      start(2_000);
      await untilTurn(() => asked() === 1 && time.countTimers() > 0);
      time.tick(2_900);
      assert.deepEqual([replaceable, destroyed], [0, []]);
      time.tick(1_200);
      assert.deepEqual([replaceable, destroyed], [2, []]);
      awaited = false;
      time.tick(1_000);
      assert.equal(destroyed.length, 1);
      assert.equal(asked(), 1);
    } finally {
      time.restore();
    }
  });

  it('gives what may go another way up after 3 s where the server does not hear of it, and waits for the rest', async () => {
    const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      server.handler = answering(() => 'id=7 idle=3 flags=N cmd=set\n');
      start(2_000);
      for (let second = 0; second < 5; second++) {
        await untilTurn(() => asked() === second + 1 && time.countTimers() > 0);
        assert.equal(replaceable > 0, second >= 3);
        time.tick(1_000);
      }
      assert.deepEqual(destroyed, []);
      await untilTurn(() => asked() === 6 && time.countTimers() > 0);
      awaited = false;
      time.tick(1_000);
      await untilTurn(() => destroyed.length === 1);
    } finally {
      time.restore();
    }
  });

  it('ends the connection of a busy server whose place another node took', async () => {
    server.handler = answering(() => error('BUSY Redis is busy running a script.'));
    start(2_000);
    await until(() => asked() === 1);
    await until(() => {
      if (destroyed.length === 0) check.replaced(replaced);
      return destroyed.length === 1;
    });
    assert.deepEqual(destroyed, [replaced]);
  });

  it('finds that a server that has answered hangs by now', async () => {
    server.handler = answering(() => silence);
    start(100);
    await until(() => unresponsive === 1);
    server.handler = () => undefined;
    await until(() => check.state === 'answered');
    assert.deepEqual(destroyed, []);
  });

  it('asks nothing where the id of the connection is not known', async () => {
    start(2_000, null);
    await until(() => check.state === 'answered');
    await sleep(20);
    assert.deepEqual(
      server.received.filter(([name, sub]) => name === 'CLIENT' && sub === 'LIST'),
      [],
    );
  });
});
