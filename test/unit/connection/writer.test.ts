import assert from 'node:assert/strict';
import Denque from 'denque';
import { Liveness } from '../../../lib/connection/liveness.js';
import { Writer } from '../../../lib/connection/writer.js';
import { ArgumentError, ConnectionLostError } from '../../../lib/errors.js';
import { type Call, newCall, SETTLED, takePromise } from '../../../lib/protocol/call.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../lib/protocol/command-spec.js';

type WriterSocket = Parameters<Writer['handOver']>[0];

const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => assert.fail('handed back') };

function callOf(...words: readonly Arg[]): { readonly call: Call; readonly outcome: Promise<unknown> } {
  const { spec, args } = specOf(words);
  const call = newCall(spec, args, null, 0, owner, 0);
  owner.usage.commands++;
  return { call, outcome: takePromise() };
}

function gone(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

/** A socket that keeps what it is given. `accepts`: it takes more. */
function socketWith(writableLength: number, accepts = true): { readonly socket: WriterSocket; readonly written: Uint8Array[] } {
  const written: Uint8Array[] = [];
  const write = (bytes: Uint8Array): boolean => written.push(bytes) > 0 && accepts;
  const socket = { writableLength, cork: () => {}, uncork: () => {}, write };
  return { socket: socket as unknown as WriterSocket, written };
}

describe('a writer', () => {
  let inFlight: Denque<Call>;
  let writer: Writer;

  beforeEach(() => {
    inFlight = new Denque();
    writer = new Writer('host:1', inFlight, new Liveness());
    owner.usage.commands = 0;
  });

  function written(): string {
    const { socket, written } = socketWith(0);
    writer.handOver(socket);
    return Buffer.concat(written).toString();
  }

  for (const length of [1, 40_000]) {
    it(`sends nothing of a call whose ${length} bytes are gone, and the calls beside it`, async () => {
      const bad = callOf('SET', 'k', gone(length));
      for (const { call } of [callOf('GET', 'a'), bad, callOf('GET', 'b')]) writer.encode(call);
      assert.equal(written(), '*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n');
      assert.equal(inFlight.length, 2);
      await assert.rejects(bad.outcome, { name: 'ArgumentError', executed: 'no', command: 'SET', message: /argument 2/ });
      assert.equal(owner.usage.commands, 2, 'it no longer counts');
    });
  }

  it('sends nothing of an atomic batch one of whose commands has lost its bytes', async () => {
    const { call, outcome } = callOf('EXEC');
    const commands = [['MULTI'], ['INCR', 'n'], ['SET', 'k', gone(9)]].map((words) => specOf(words));
    const extras = call.ensureExtras();
    extras.batch = { commands, replies: [] };
    extras.asking = true;
    writer.encode(call);
    assert.equal(written(), '');
    assert.equal(inFlight.length, 0);
    await assert.rejects(outcome, { name: 'ArgumentError', command: 'SET' });
  });

  it('says that an earlier attempt may have run', async () => {
    const { call, outcome } = callOf('SET', 'k', gone(9));
    const cause = new ConnectionLostError('lost', { executed: 'unknown' });
    call.remember(cause);
    call.countAttempt();
    call.markMayHaveRun();
    writer.encode(call);
    await assert.rejects(outcome, (error) => error instanceof ArgumentError && error.executed === 'unknown' && error.cause === cause);
  });

  it('tells the caller when the batch is over', () => {
    const { call, outcome } = callOf('SET', 'k', gone(9));
    writer.encode(call);
    assert.notEqual(call.state, SETTLED);
    return assert.rejects(outcome, ArgumentError);
  });

  it('gives large bytes by reference to a socket that takes them at once, and copies them for one that does not', () => {
    const large = Buffer.alloc(40_000, 'x');
    for (const waiting of [0, 10]) {
      const { socket, written } = socketWith(waiting);
      writer.encode(callOf('SET', 'k', large).call);
      writer.handOver(socket);
      assert.equal(
        written.some(({ buffer }) => buffer === large.buffer),
        waiting === 0,
      );
      assert.ok(Buffer.concat(written).includes(large));
    }
  });

  it('leaves what the kernel has not taken as it is, and goes on in other memory', () => {
    const { socket, written } = socketWith(10);
    for (const key of ['first', 'later']) {
      writer.encode(callOf('GET', key).call);
      writer.handOver(socket);
    }
    assert.match(Buffer.concat(written).toString(), /first.*later/s);
  });

  for (const [what, waiting, accepts, blocked] of [
    ['takes no more', 10, false, true],
    ['takes more', 10, true, false],
    ['has passed on everything', 0, false, false],
  ] as const) {
    it(`${blocked ? 'has calls wait unencoded' : 'goes on'} where the socket ${what}`, () => {
      writer.encode(callOf('GET', 'k').call);
      writer.handOver(socketWith(waiting, accepts).socket);
      assert.equal(writer.blocked, blocked);
    });
  }

  it('expects a reply to ASKING, which nobody waits for, before that of the call', () => {
    const { call } = callOf('GET', 'k');
    call.ensureExtras().asking = true;
    writer.encode(call);
    assert.equal(written(), '*1\r\n$6\r\nASKING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n');
    assert.deepEqual([inFlight.length, inFlight.peekFront() === call, inFlight.peekBack() === call], [2, false, true]);
  });
});
