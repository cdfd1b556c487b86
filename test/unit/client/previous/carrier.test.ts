import assert from 'node:assert/strict';
import { Carrier } from '../../../../lib/client/previous/carrier.js';
import type { PreviousPlace, Primary } from '../../../../lib/client/previous/places.js';
import { TargetLogin } from '../../../../lib/client/previous/target-login.js';
import type { View } from '../../../../lib/client/view.js';
import { ConnectionLostError } from '../../../../lib/errors.js';
import { DEFAULTS, type Options } from '../../../../lib/options/defaults.js';
import { cluster } from '../../../../lib/options/topology.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';

const busy = 'ERR Target instance replied with error: BUSYKEY Target key name already exists.';

interface Row {
  readonly name: string;
  readonly keys: readonly string[];
  /** What a MIGRATE of these keys answers; default OK. */
  readonly answer?: (keys: readonly string[]) => string | Error;
  readonly options?: Partial<Options>;
  readonly pongs?: readonly (string | Error)[];
  readonly sent: readonly string[];
  readonly carried: readonly string[];
}

const many = Array.from({ length: 40 }, (_, i) => `k${i}`);
const rows: readonly Row[] = [
  { name: 'keys of one turn go together', keys: ['a', 'b'], sent: ['a b'], carried: ['moved', 'moved'] },
  { name: 'but not too many', keys: many, sent: [many.slice(0, 32).join(' '), many.slice(32).join(' ')], carried: many.map(() => 'moved') },
  {
    name: 'from a cluster each by itself',
    keys: ['a', 'b'],
    options: { topology: cluster(['h']) },
    sent: ['a', 'b'],
    carried: ['moved', 'moved'],
  },
  {
    name: 'after an error of one each by itself',
    keys: ['a', 'b', 'c'],
    answer: (keys) => (keys.includes('b') ? parseReplyError(busy) : keys.includes('a') ? 'NOKEY' : 'OK'),
    sent: ['a b c', 'a', 'b', 'c'],
    carried: ['absent', 'duplicate', 'moved'],
  },
  {
    name: 'a target that does not answer MIGRATE holds the source up once, not once a key',
    keys: ['a', 'b'],
    answer: () => parseReplyError('IOERR error or timeout reading to target instance'),
    sent: ['a b'],
    carried: ['again', 'again'],
  },
  {
    name: 'a connection that is lost',
    keys: ['a', 'b'],
    answer: () => new ConnectionLostError('lost'),
    sent: ['a b'],
    carried: ['lost', 'lost'],
  },
  {
    name: 'nothing is sent to a target that does not answer us',
    keys: ['a', 'b'],
    pongs: [new Error('late')],
    sent: [],
    carried: ['mute', 'mute'],
  },
  { name: 'a target that may not PING lives', keys: ['a'], pongs: [parseReplyError('NOPERM no')], sent: ['a'], carried: ['moved'] },
];

describe('the carrier of keys', () => {
  for (const { name, keys, answer = () => 'OK', options = {}, pongs = [], sent: expected, carried } of rows) {
    it(name, async () => {
      const sent: string[] = [];
      const left = [...pongs];
      const primary = (port: number): Primary => ({
        address: { host: 'h', port },
        node: {
          key: `h:${port}`,
          unreachableReason: null,
          ask: async () => {
            const pong = left.shift() ?? 'PONG';
            if (pong instanceof Error) throw pong;
            return pong;
          },
        },
      });
      const previous: PreviousPlace = {
        options: { ...DEFAULTS, ...options },
        primaryOf: () => null,
        wake: () => {},
        connect: async () => {},
        run: async () => assert.fail(),
        migrate: async (args, key) => {
          const own = args.includes('KEYS') ? args.slice(args.indexOf('KEYS') + 1).map(String) : [String(args[2])];
          assert.equal(key, own[0]);
          sent.push(own.join(' '));
          const given = answer(own);
          if (given instanceof Error) throw given;
          return given;
        },
        view: () => ({}) as View,
      };
      const carrier = new Carrier(previous, 0, new TargetLogin(null, 0), {} as View);
      const [from, to] = [primary(6000), primary(7000)];
      const outcomes = await Promise.all(keys.map((key) => carrier.carry(key, from, to)));
      assert.deepEqual(
        outcomes.map((one) => (one === 'mute' ? one : 'lost' in one ? 'lost' : one.kind)),
        carried,
      );
      assert.deepEqual(sent, expected);
    });
  }

  it('has the source wait twice as long after each time in vain, and less and less after successes', async () => {
    const waits: number[] = [];
    const answers = [...'xxxx'].map(() => parseReplyError('IOERR error or timeout reading to target instance'));
    const previous: PreviousPlace = {
      options: DEFAULTS,
      primaryOf: () => null,
      wake: () => {},
      connect: async () => {},
      run: async () => assert.fail(),
      migrate: async (args) => {
        waits.push(Number(args[4]));
        const error = answers.shift();
        if (error !== undefined) throw error;
        return 'OK';
      },
      view: () => ({}) as View,
    };
    const carrier = new Carrier(previous, 0, new TargetLogin(null, 0), {} as View);
    const primary = (port: number): Primary => ({
      address: { host: 'h', port },
      node: { key: `h:${port}`, unreachableReason: null, ask: async () => 'PONG' },
    });
    for (let i = 0; i < 40; i++) await carrier.carry('k', primary(6000), primary(7000));
    assert.deepEqual(waits.slice(0, 7), [100, 200, 400, 500, 500, 469, 439]);
    assert.equal(waits.at(-1), 100);
    await carrier.carry('k', primary(6000), primary(7001));
    assert.equal(waits.at(-1), 100, 'of each way by itself');
  });
});
