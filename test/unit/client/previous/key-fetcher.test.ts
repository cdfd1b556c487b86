import assert from 'node:assert/strict';
import sinon from 'sinon';
import { KeyFetcher } from '../../../../lib/client/previous/key-fetcher.js';
import type { NextPlace, PreviousPlace, Primary } from '../../../../lib/client/previous/places.js';
import type { View } from '../../../../lib/client/view.js';
import { ConnectionLostError, NoNodeError, SlotwiseError, TimeoutError } from '../../../../lib/errors.js';
import { DEFAULTS, type Options } from '../../../../lib/options/defaults.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';

const OF_TARGET = 'ERR Target instance replied with error: ';
const lost = new ConnectionLostError('lost', { executed: 'unknown' });

const at = (port: number): Primary => ({
  address: { host: '10.0.0.1', port },
  node: { key: `10.0.0.1:${port}`, unreachableReason: null, ask: async () => 'PONG' },
});

interface Row {
  readonly name: string;
  /** What the previous servers answer: text, or an error. After the last, OK. */
  readonly answers: readonly (string | Error)[];
  /** How long a MIGRATE takes. */
  readonly takesMs?: number;
  readonly options?: Partial<Options>;
  readonly from?: readonly (Primary | null)[];
  /** Commands that the previous place gets, and what the new place hears. */
  readonly log: readonly string[];
  /** Undefined: it is here. */
  readonly rejects?: { readonly code: string; readonly message: RegExp };
  readonly counted?: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'it comes over', answers: ['OK'], log: ['MIGRATE k'], counted: ['fetched'] },
  { name: 'it is absent', answers: ['NOKEY'], log: ['MIGRATE k'] },
  { name: 'it is at the same server', answers: [], from: [at(7000)], log: [] },
  {
    name: 'it is at the same server, in another database',
    answers: [],
    options: { database: 3 },
    from: [at(7000)],
    log: [],
    rejects: { code: 'ERR_OPTIONS', message: /10\.0\.0\.1:7000 is in both places, with database 0 before and 3 now/ },
  },
  {
    name: 'it is in both places',
    answers: [parseReplyError(`${OF_TARGET}BUSYKEY Target key name already exists.`), '1'],
    log: ['MIGRATE k', 'DEL k'],
    counted: ['duplicate'],
  },
  {
    name: 'it is in both places, by our own doing',
    answers: [parseReplyError('IOERR error or timeout reading to target instance'), parseReplyError(`${OF_TARGET}BUSYKEY x`), '1'],
    log: ['MIGRATE k', 'MIGRATE k', 'DEL k'],
  },
  {
    name: 'the connection is lost at it: it is tried again, and what it had copied is no duplicate',
    answers: [lost, parseReplyError(`${OF_TARGET}BUSYKEY x`), '1'],
    log: ['MIGRATE k', 'MIGRATE k', 'DEL k'],
  },
  {
    name: 'the deletion of the old one fails: all begins again',
    answers: [parseReplyError(`${OF_TARGET}BUSYKEY x`), new TimeoutError('late'), 'NOKEY'],
    log: ['MIGRATE k', 'DEL k', 'MIGRATE k'],
  },
  {
    name: 'the slot is elsewhere',
    answers: [parseReplyError(`${OF_TARGET}MOVED 7 10.0.0.1:7001`)],
    log: ['MIGRATE k', 'redirected by 10.0.0.1:7000: MOVED 7 10.0.0.1:7001', 'MIGRATE k'],
    counted: ['fetched'],
  },
  {
    name: 'the new server is a replica by now',
    answers: [parseReplyError(`${OF_TARGET}READONLY You can't write against a read only replica.`)],
    log: ['MIGRATE k', "redirected by 10.0.0.1:7000: READONLY You can't write against a read only replica.", 'MIGRATE k'],
    counted: ['fetched'],
  },
  {
    name: 'the new server loads its data',
    answers: [parseReplyError(`${OF_TARGET}LOADING Redis is loading the dataset in memory`)],
    log: ['MIGRATE k', 'MIGRATE k'],
    counted: ['fetched'],
  },
  {
    name: 'the previous place has no primary for a while',
    answers: [],
    from: [null, null, at(6000)],
    log: ['connect', 'previous woken', 'MIGRATE k'],
    counted: ['fetched'],
  },
  {
    name: 'the previous server does not answer for a while',
    answers: [new TimeoutError('late')],
    log: ['MIGRATE k', 'MIGRATE k'],
    counted: ['fetched'],
  },
  {
    name: 'the new server has no memory',
    answers: [parseReplyError(`${OF_TARGET}OOM command not allowed when used memory > 'maxmemory'.`)],
    log: ['MIGRATE k'],
    rejects: { code: 'OOM', message: /could not be fetched from 10\.0\.0\.1:6000 to 10\.0\.0\.1:7000: OOM command/ },
  },
  {
    name: 'the new server is older than the previous one',
    answers: [parseReplyError(`${OF_TARGET}ERR DUMP payload version or checksum are wrong`)],
    log: ['MIGRATE k'],
    rejects: { code: 'ERR', message: /from 10\.0\.0\.1:6000 to 10\.0\.0\.1:7000: ERR DUMP payload version/ },
  },
  {
    name: 'the previous servers may not do it',
    answers: [parseReplyError("NOPERM this user has no permissions to run the 'migrate' command")],
    log: ['MIGRATE k'],
    rejects: { code: 'NOPERM', message: /could not be fetched/ },
  },
  {
    name: 'the previous server cannot reach the new one',
    answers: Array.from({ length: 200 }, () => parseReplyError('IOERR error or timeout connecting to the client')),
    log: [],
    rejects: {
      code: 'ERR_CONNECT',
      message: /^10\.0\.0\.1:6000 cannot reach 10\.0\.0\.1:7000, where its keys go to, though this client can/,
    },
  },
  {
    name: 'the new server ends each connection, as one with TLS does',
    answers: Array.from({ length: 30 }, () => parseReplyError('IOERR error or timeout reading to target instance')),
    log: [],
    rejects: { code: 'ERR_CONNECT', message: /cannot reach/ },
  },
  {
    name: 'the new server gets what comes, and is busy for seconds',
    takesMs: 500,
    answers: Array.from({ length: 10 }, () => parseReplyError('IOERR error or timeout reading to target instance')),
    log: [],
    counted: ['fetched'],
  },
  {
    name: 'the new server never answers what comes',
    takesMs: 500,
    answers: Array.from({ length: 60 }, () => parseReplyError('IOERR error or timeout reading to target instance')),
    log: [],
    rejects: { code: 'ERR_CONNECT', message: /cannot reach/ },
  },
  {
    name: 'no node, and the caller will not wait',
    answers: [new NoNodeError('none')],
    options: { failFast: true },
    log: ['MIGRATE k'],
    rejects: { code: 'ERR_NO_NODE', message: /none/ },
  },
  {
    name: 'a login that was refused is asked for again',
    answers: [parseReplyError(`${OF_TARGET}WRONGPASS invalid username-password pair or user is disabled.`)],
    options: { credentials: () => ({ password: 'p' }) },
    log: ['MIGRATE k AUTH p', 'MIGRATE k AUTH p'],
    counted: ['fetched'],
  },
];

describe('the fetch of a key', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => time.restore());

  for (const { name, answers, takesMs, options = {}, from = [at(6000)], log: expected, rejects, counted = [] } of rows) {
    it(name, async () => {
      const log: string[] = [];
      const counts: string[] = [];
      const left = [...answers];
      const places = [...from];
      const answer = (line: string): string => {
        log.push(line);
        const given = left.shift() ?? 'OK';
        if (given instanceof Error) throw given;
        return given;
      };
      const next: NextPlace = {
        primaryOf: () => at(7000),
        wake: () => log.push('next woken'),
        dispatch: () => assert.fail(),
        redirected: (error, node) => log.push(`redirected by ${node}: ${error.message}`),
      };
      const previous: PreviousPlace = {
        options: DEFAULTS,
        primaryOf: () => (places.length > 1 ? places.shift() : places[0]) ?? null,
        wake: () => log.push('previous woken'),
        connect: async () => {
          log.push('connect');
        },
        migrate: async (args, _, view) => {
          assert.deepEqual(view, {}, 'nobody else repeats it');
          if (takesMs !== undefined) await new Promise((resolve) => setTimeout(resolve, takesMs));
          return answer(['MIGRATE', args[2], ...args.slice(5)].join(' '));
        },
        run: async ({ name: command }, args) => answer(`${command} ${args[0]}`),
        view: (given) => given as View,
      };
      const fetcher = new KeyFetcher(
        next,
        previous,
        { ...DEFAULTS, ...options },
        {
          fetched: () => counts.push('fetched'),
          duplicate: () => counts.push('duplicate'),
        },
      );
      const outcome = fetcher.bring('k', { isWanted: () => true, failed: () => {} }).catch((error: unknown) => error);
      for (let turn = 0; turn < 250; turn++) await time.tickAsync(100);
      const result = await outcome;
      if (rejects === undefined) assert.equal(result, true);
      else {
        assert.ok(result instanceof SlotwiseError);
        assert.equal(result.code, rejects.code);
        assert.match(result.message, rejects.message);
        assert.equal(result.executed, 'no');
      }
      if (expected.length > 0 || answers.length < 10) assert.deepEqual(log, expected);
      assert.deepEqual(counts, counted);
    });
  }
});
