import assert from 'node:assert/strict';
import { handshakeSteps, isOfProxy, judge, openingLength, plainSteps, replyOrThrow } from '../../../lib/connection/handshake.js';
import { ClosedError, IntegerRangeError } from '../../../lib/errors.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';
import { VERSION } from '../../../lib/version.js';
import { judgeCases, plain, proxyCases, proxyStepCases, stepCases } from '../../spec/handshake-cases.js';

const node = '10.0.0.1:6379';
const setInfo = ['CLIENT SETINFO LIB-NAME slotwise', `CLIENT SETINFO LIB-VER ${VERSION}`, 'CLIENT INFO'];

/** CLIENT ID comes after the name, where HELLO does not say it. */
function withId(steps: readonly string[]): string[] {
  const at = steps.findIndex((step) => step.startsWith('SELECT') || step === 'READONLY');
  return at === -1 ? [...steps, 'CLIENT ID'] : [...steps.slice(0, at), 'CLIENT ID', ...steps.slice(at)];
}

describe('the handshake', () => {
  for (const [name, config, resp3, resp2] of stepCases) {
    for (const [protocol, expected] of [[3, resp3] as const, [2, resp2] as const]) {
      it(`sends for ${name} by RESP${protocol}: ${expected.join('; ') || 'nothing but who we are'}`, () => {
        const sent = handshakeSteps({ ...plain, ...config }, protocol).map(({ words }) => words.join(' '));
        assert.deepEqual(sent, protocol === 3 ? [...expected, ...setInfo] : [...withId(expected), ...setInfo]);
      });
    }
  }

  for (const [name, config, expected] of proxyStepCases) {
    it(`sends a proxy for ${name}: ${expected.join('; ')}`, () => {
      const sent = plainSteps({ ...plain, ...config }).map(({ words }) => words.join(' '));
      assert.deepEqual(sent, expected);
    });
  }

  it('begins with HELLO alone, or with what comes before CLIENT ID where RESP2 is asked for', () => {
    const config = { ...plain, credentials: { password: 'p' }, database: 3 };
    for (const [protocol, expected] of [[3, ['HELLO 3 AUTH default p']] as const, [2, ['AUTH p', 'CLIENT ID']] as const]) {
      const steps = handshakeSteps(config, protocol);
      assert.deepEqual(
        steps.slice(0, openingLength(steps)).map(({ words }) => words.join(' ')),
        expected,
      );
    }
  });

  for (const [reply, isProxy] of proxyCases) {
    it(`takes "${reply}" to CLIENT ID for that of ${isProxy ? 'a proxy' : 'a server'}`, () => {
      const steps = handshakeSteps(plain, 2);
      const replies = steps.map(({ on }) => (on === 'id' ? parseReplyError(reply) : 'OK'));
      assert.equal(isOfProxy(steps, replies), isProxy);
    });
  }

  for (const { name, config, protocol = 3, errors = {}, next, code } of judgeCases) {
    it(`takes ${name} for ${code ?? next}`, () => {
      const steps = handshakeSteps({ ...plain, ...config }, protocol);
      const unused = new Set(Object.keys(errors));
      const replies = steps.map(({ words }) => {
        const answered = Object.keys(errors).find((start) => words.join(' ').startsWith(start));
        if (answered !== undefined) unused.delete(answered);
        return answered === undefined ? 'OK' : parseReplyError(errors[answered] ?? '');
      });
      assert.deepEqual([...unused], [], 'every error of the case answers a step');
      const outcome = judge(steps, replies, node);
      assert.equal(outcome.next, next);
      if (outcome.next !== 'fail') return;
      assert.equal(outcome.error.code, code);
      assert.equal(outcome.error.node, node);
      assert.equal(outcome.error.executed, 'no');
      const text = Object.values(errors)[0] ?? '';
      assert.ok(outcome.error.message.includes(text), `${outcome.error.message} tells what the server said`);
    });
  }

  it('learns product and version from HELLO', () => {
    const steps = handshakeSteps(plain, 3);
    const hello = ['server', 'valkey', 'version', '9.0.1', 'proto', 3, 'id', 7, 'mode', 'standalone', 'role', 'master', 'modules', []];
    assert.deepEqual(judge(steps, [hello, 'OK', 'OK'], node), {
      next: 'ready',
      server: { protocol: 3, product: 'valkey', version: '9.0.1', id: 7, localAddress: null, zone: null },
    });
    const inZone = judge(steps, [[...hello, 'availability_zone', 'eu-1a'], 'OK', 'OK'], node);
    assert.equal(inZone.next === 'ready' && inZone.server.zone, 'eu-1a');
  });

  const places: readonly (readonly [reply: Raw, localAddress: string | null])[] = [
    ['id=3 addr=10.0.0.9:5000 laddr=10.0.0.1:6379 fd=8 name=', '10.0.0.1:6379'],
    ['id=3 addr=[::1]:5000 laddr=[::1]:6379\n', '[::1]:6379'],
    ['id=3 addr=10.0.0.9:5000 fd=8', null],
    ['OK', null],
    [null, null],
    [['laddr=10.0.0.1:6379'], null],
  ];
  for (const [reply, localAddress] of places) {
    it(`learns from ${JSON.stringify(reply)} that the server's end is ${localAddress}`, () => {
      const outcome = judge([{ words: ['CLIENT', 'INFO'], on: 'info' }], [reply], node);
      assert.equal(outcome.next === 'ready' && outcome.server.localAddress, localAddress);
    });
  }

  it('knows nothing about a server that was not asked', () => {
    const steps = handshakeSteps(plain, 2);
    assert.deepEqual(judge(steps, ['OK', 'OK'], node), {
      next: 'ready',
      server: { protocol: 2, product: '', version: '', id: null, localAddress: null, zone: null },
    });
  });

  it('never puts the password into an error', () => {
    const steps = handshakeSteps({ ...plain, credentials: { username: 'u', password: 'hunter2' } }, 3);
    const outcome = judge(steps, [parseReplyError('WRONGPASS invalid username-password pair'), 'OK', 'OK'], node);
    assert.ok(outcome.next === 'fail');
    assert.doesNotMatch(`${outcome.error.message} ${JSON.stringify(outcome.error)} ${outcome.error.stack}`, /hunter2/);
  });
});

describe('an error instead of a reply', () => {
  it('is the reply where the server sent it, and is thrown where a reply could not be had or read', () => {
    const refusal = parseReplyError('ERR no');
    assert.equal(replyOrThrow(refusal), refusal);
    for (const error of [new ClosedError('closed'), new IntegerRangeError(2n ** 60n, { node, command: 'ROLE' })]) {
      assert.throws(() => replyOrThrow(error), error);
    }
  });
});
