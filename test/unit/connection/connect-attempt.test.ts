import assert from 'node:assert/strict';
import sinon, { type SinonFakeTimers } from 'sinon';
import { ConnectAttempt, type ConnectConfig } from '../../../lib/connection/connect-attempt.js';
import type { ServerFacts } from '../../../lib/connection/handshake.js';
import { ConnectionLostError, type SlotwiseError } from '../../../lib/errors.js';
import type { Credentials } from '../../../lib/options/access.js';
import { type Call, WRITTEN } from '../../../lib/protocol/call.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';

const node = '10.0.0.1:6379';
const hello = (server: string): Raw => ['server', server, 'version', '9.0.0', 'proto', 3, 'id', 7];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An attempt to connect to a server that answers by a function: a reply, or the text of an error. */
class Attempted {
  readonly written: string[][] = [];
  readonly ready: ServerFacts[] = [];
  readonly errors: SlotwiseError[] = [];
  isClosed = false;
  readonly attempt: ConnectAttempt;

  constructor(answer: (words: string) => Raw | Error | undefined, config: Partial<ConnectConfig> = {}) {
    this.attempt = new ConnectAttempt(
      { protocol: 3, credentials: null, database: 0, clientName: null, readonly: false, tls: null, connectTimeoutMs: 500, ...config },
      node,
      {
        write: (calls) => {
          if (this.isClosed) throw new ConnectionLostError('closed');
          this.written.push(calls.map((call) => this.#answer(call, answer)));
        },
        ready: (server) => this.ready.push(server),
        failed: (error) => this.errors.push(error),
      },
    );
  }

  #answer(call: Call, answer: (words: string) => Raw | Error | undefined): string {
    const words = [call.spec.name, ...call.args].join(' ');
    call.state = WRITTEN;
    const reply = answer(words) ?? 'OK';
    if (reply instanceof Error) call.owner.failed(call, { kind: 'error-reply', error: parseReplyError(reply.message), node });
    else call.succeed(reply);
    return words;
  }

  get firstWords(): string[][] {
    return this.written.map((batch) => batch.map((words) => words.split(' ').slice(0, 2).join(' ')));
  }

  [Symbol.dispose](): void {
    this.attempt.end();
  }
}

describe('an attempt to connect', () => {
  it('sends its steps in one write and learns what the server is', async () => {
    using one = new Attempted((words) => (words.startsWith('HELLO') ? hello('redis') : undefined));
    await one.attempt.handshake();
    assert.deepEqual(one.firstWords, [['HELLO 3', 'CLIENT SETINFO', 'CLIENT SETINFO', 'CLIENT INFO']]);
    assert.deepEqual(one.ready, [{ protocol: 3, product: 'redis', version: '9.0.0', id: 7, localAddress: null, zone: null }]);
    assert.deepEqual(one.errors, []);
  });

  it('goes on with RESP2 where HELLO is refused, with fresh credentials', async () => {
    let password = 0;
    using one = new Attempted((words) => (words.startsWith('HELLO') ? new Error("ERR unknown command 'HELLO'") : undefined), {
      credentials: async () => ({ password: `token-${++password}` }),
    });
    await one.attempt.handshake();
    assert.deepEqual(one.written[1]?.[0], 'AUTH token-2');
    assert.equal(one.ready[0]?.protocol, 2);
    assert.equal(String(one.attempt.refusal), "ReplyError: ERR unknown command 'HELLO'");
  });

  it('tells Valkey that this client follows redirections, whatever the answer', async () => {
    using one = new Attempted((words) => {
      if (words.startsWith('HELLO')) return hello('valkey');
      return words === 'CLIENT CAPA redirect' ? new Error('ERR no such subcommand') : undefined;
    });
    await one.attempt.handshake();
    await turn();
    assert.deepEqual(one.written.at(-1), ['CLIENT CAPA redirect']);
    assert.equal(one.ready.length, 1);
  });

  it('fails where a step that is needed is refused', async () => {
    using one = new Attempted((words) => (words.startsWith('SELECT') ? new Error('ERR DB index is out of range') : undefined), {
      database: 99,
    });
    await one.attempt.handshake();
    assert.deepEqual(one.ready, []);
    assert.equal(one.errors[0]?.code, 'ERR_DATABASE');
  });

  it('fails where the credentials cannot be had', async () => {
    using one = new Attempted(() => undefined, { credentials: () => Promise.reject(new Error('no token today')) });
    await one.attempt.handshake();
    assert.match(String(one.errors[0]), /ConnectError: .*no token today/);
    assert.deepEqual(one.written, []);
  });

  it('writes nothing on a connection that was closed while the credentials came', async () => {
    using one = new Attempted(() => undefined, { credentials: async () => ({ password: 'p' }) });
    const handshake = one.attempt.handshake();
    one.isClosed = true;
    await handshake;
    assert.deepEqual([one.written, one.ready], [[], []]);
    assert.equal(one.errors[0]?.code, 'ERR_CONNECTION_LOST');
  });

  describe('within its time', () => {
    let time: SinonFakeTimers;
    beforeEach(() => {
      time = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    });
    afterEach(() => time.restore());

    for (const [tls, hint] of [
      [null, ''],
      [{}, '; does this port speak TLS?'],
    ] as const) {
      it(`fails ${tls === null ? 'without' : 'with'} TLS if it is not over`, () => {
        using one = new Attempted(() => undefined, { tls });
        time.tick(490);
        assert.equal(one.errors.length, 0);
        time.tick(10);
        const [error] = one.errors;
        assert.equal(error?.message, `${node} did not finish the connection's handshake in 500 ms${hint}`);
        assert.equal(error?.node, node);
      });
    }

    it('does not fail once it is over', () => {
      using one = new Attempted(() => undefined);
      one.attempt.end();
      time.tick(1_000);
      assert.deepEqual(one.errors, []);
    });
  });

  describe('whose credentials change while it shakes hands', () => {
    /** A source of `password 1`, `password 2` … */
    class Rotated {
      generation = 0;
      readonly source = Object.defineProperty((): Credentials => ({ password: `p${this.generation}` }), 'generation', {
        get: () => this.generation,
      });
    }

    for (const protocol of [3, 2] as const) {
      it(`logs in again before it is ready, in RESP${protocol}, as often as they change`, async () => {
        const rotated = new Rotated();
        let changes = 2;
        using one = new Attempted(
          (words) => {
            if (/HELLO|AUTH/.test(words) && changes-- > 0) rotated.generation++;
            return words.startsWith('HELLO') ? (protocol === 3 ? hello('redis') : new Error('ERR unknown command HELLO')) : undefined;
          },
          { credentials: rotated.source },
        );
        await one.attempt.handshake();
        const logins = one.written.flat().filter((words) => /^HELLO|^AUTH/.test(words));
        assert.match(logins.at(-1) ?? '', /^AUTH .*p2$/);
        assert.equal(one.ready.length, 1);
      });
    }

    it('logs in again where they change while their function is at it', async () => {
      const rotated = new Rotated();
      let give = (_: Credentials): void => {};
      const slow = Object.defineProperty(() => new Promise<Credentials>((resolve) => (give = resolve)), 'generation', {
        get: () => rotated.generation,
      });
      using one = new Attempted((words) => (words.startsWith('HELLO') ? hello('redis') : undefined), { credentials: slow });
      const attempt = one.attempt.handshake();
      rotated.generation++;
      give({ password: 'old' });
      await turn();
      give({ password: 'new' });
      await attempt;
      assert.deepEqual(one.written.at(-1), ['AUTH default new']);
      assert.equal(one.ready.length, 1);
    });

    it('fails where the server refuses the new ones', async () => {
      const rotated = new Rotated();
      using one = new Attempted(
        (words) => {
          if (words.startsWith('AUTH')) return new Error('WRONGPASS no');
          rotated.generation = 1;
          return words.startsWith('HELLO') ? hello('redis') : undefined;
        },
        { credentials: rotated.source },
      );
      await one.attempt.handshake();
      assert.deepEqual([one.ready.length, one.errors[0]?.code], [0, 'ERR_AUTH']);
    });

    it('does not log in again where they stay', async () => {
      const rotated = new Rotated();
      using one = new Attempted((words) => (words.startsWith('HELLO') ? hello('redis') : undefined), { credentials: rotated.source });
      await one.attempt.handshake();
      assert.equal(one.written.length, 1);
    });
  });
});
