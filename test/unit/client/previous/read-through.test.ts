import assert from 'node:assert/strict';
import { ReadThrough } from '../../../../lib/client/previous/read-through.js';
import { AuthError } from '../../../../lib/errors.js';
import { type Call, newCall, takePromise } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';

interface Row {
  readonly name: string;
  /** What the new place answers, the first time and the last. */
  readonly next: readonly (Raw | Error)[];
  readonly previous?: Raw | Error;
  readonly command?: string;
  readonly isHere?: boolean;
  readonly reads?: 'primary' | 'replica';
  readonly gives: unknown;
  /** Where it was asked, in order, and what became known. */
  readonly log: string;
}

const refused = new AuthError('no');
const rows: readonly Row[] = [
  { name: 'a hit', next: ['v'], gives: 'v', log: 'next' },
  { name: 'an empty text is a hit', next: [''], gives: '', log: 'next' },
  { name: 'a miss, and a hit at the previous place', next: [null], previous: 'old', gives: 'old', log: 'next previous found' },
  { name: 'a miss in both', next: [null, null], previous: null, gives: null, log: 'next previous absent primary' },
  { name: 'a key that has come over in between', next: [null, 'v'], previous: null, gives: 'v', log: 'next previous absent primary' },
  { name: 'a miss that proves nothing', command: 'HGET', next: [null, null], previous: null, gives: null, log: 'next previous primary' },
  { name: 'a key that is at the same server', next: [null], isHere: true, gives: null, log: 'next' },
  {
    name: 'the same, of a replica: it may not have it yet',
    next: [null, 'v'],
    isHere: true,
    reads: 'replica',
    gives: 'v',
    log: 'next primary',
  },
  { name: 'an error of the new place', next: [refused], gives: refused, log: 'next' },
  { name: 'an error of the previous place', next: [null], previous: refused, gives: refused, log: 'next previous' },
];

describe('a read of both places', () => {
  for (const {
    name,
    next,
    previous = null,
    command: commandName = 'GET',
    isHere = false,
    reads = 'primary',
    gives,
    log: expected,
  } of rows) {
    it(name, async () => {
      const log: string[] = [];
      const usage = { commands: 1, bytes: 10 };
      const atPrimary = { usage, idempotent: false, failed: () => {} };
      const view = { ...atPrimary, atPrimary: () => atPrimary, policyOf: () => (reads === 'primary' ? null : {}) };
      const answers = [...next];
      const call = newCall(command(commandName), ['k'], null, 0, view, 0);
      const outcome = takePromise().catch((error: unknown) => error);
      call.bytes = 10;
      let ends = 0;
      const read = new ReadThrough(call, 7, {
        dispatch: (own: Call, slot) => {
          assert.equal(slot, 7);
          log.push(own.owner === atPrimary ? 'primary' : 'next');
          const answer = answers.shift() ?? null;
          queueMicrotask(() => {
            usage.commands--;
            usage.bytes -= own.bytes;
            if (answer instanceof Error) own.fail(answer);
            else own.succeed(answer);
          });
        },
        askPrevious: async () => {
          log.push('previous');
          if (previous instanceof Error) throw previous;
          return previous;
        },
        isHere: () => isHere,
        absent: () => log.push('absent'),
        found: () => log.push('found'),
        ended: () => ++ends === 1,
      });
      read.start();
      assert.equal(await outcome, gives);
      assert.equal(log.join(' '), expected);
      assert.equal(ends, 1);
      assert.equal(read.isAskingPrevious, previous instanceof Error);
      assert.deepEqual(usage, { commands: 1, bytes: 10 });
    });
  }
});
