import { type ReplyError, TimeoutError } from '../../lib/errors.js';
import type { Arg, Raw, ResponsePolicy } from '../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../lib/protocol/resp/reply-error.js';

/** Keys by slot: a 15495, b 3300, c 7365; what shares a hash tag shares the slot. `parts` in the order of their first keys. */
export interface SplitCase {
  readonly words: readonly Arg[];
  /** Null: all in one slot, sent as it is. */
  readonly parts: readonly (readonly [slot: number, args: readonly Arg[], keys: readonly number[]])[] | null;
  /** Replies of the parts and the one reply they become. */
  readonly replies?: readonly Raw[];
  readonly merged?: Raw;
}

export const splitCases: readonly SplitCase[] = [
  { words: ['MGET', 'a'], parts: null },
  { words: ['MGET', '{a}1', '{a}2'], parts: null },
  // It counts its keys and has options behind them: the router refuses it with CrossSlotError.
  { words: ['MSETEX', 2, 'a', '1', 'b', '2', 'EX', 10], parts: null },
  {
    words: ['MGET', 'a', 'b', 'c'],
    parts: [
      [15_495, ['a'], [0]],
      [3300, ['b'], [1]],
      [7365, ['c'], [2]],
    ],
    replies: [['1'], [null], ['3']],
    merged: ['1', null, '3'],
  },
  {
    words: ['MGET', '{a}1', 'b', '{a}2', '{b}2', 'b'],
    parts: [
      [15_495, ['{a}1', '{a}2'], [0, 2]],
      [3300, ['b', '{b}2', 'b'], [1, 3, 4]],
    ],
    replies: [
      ['a1', 'a2'],
      ['b', 'b2', 'b'],
    ],
    merged: ['a1', 'b', 'a2', 'b2', 'b'],
  },
  {
    words: ['MSET', 'a', 1, 'b', Buffer.from('2'), '{a}2', 3n],
    parts: [
      [15_495, ['a', 1, '{a}2', 3n], [0, 2]],
      [3300, ['b', Buffer.from('2')], [1]],
    ],
    replies: ['OK', 'OK'],
    merged: 'OK',
  },
  {
    words: ['DEL', 'a', 'b', '{b}1'],
    parts: [
      [15_495, ['a'], [0]],
      [3300, ['b', '{b}1'], [1, 2]],
    ],
    replies: [1, 2],
    merged: 3,
  },
  {
    words: ['UNLINK', Buffer.from('a'), 'b'],
    parts: [
      [15_495, [Buffer.from('a')], [0]],
      [3300, ['b'], [1]],
    ],
    replies: [0, 1],
    merged: 1,
  },
  {
    words: ['EXISTS', 'a', 'b', 'a'],
    parts: [
      [15_495, ['a', 'a'], [0, 2]],
      [3300, ['b'], [1]],
    ],
    replies: [2, 0],
    merged: 2,
  },
  {
    words: ['TOUCH', 'a', 'b'],
    parts: [
      [15_495, ['a'], [0]],
      [3300, ['b'], [1]],
    ],
    replies: [1n, 1n],
    merged: 2n,
  },
];

const down: ReplyError = parseReplyError('CLUSTERDOWN The cluster is down');
const late = new TimeoutError('SCRIPT KILL timed out');

/** Replies of three nodes and the one reply they become, by https://redis.io/docs/latest/develop/reference/command-tips/#response_policy */
export interface MergeCase {
  readonly policy: ResponsePolicy;
  /** Where the policy is `special`: the command. */
  readonly name?: string;
  readonly replies: readonly (Raw | TimeoutError)[];
  /** A value, or how many parts failed in the error. */
  readonly merged: { readonly value: Raw } | { readonly failures: number };
}

export const mergeCases: readonly MergeCase[] = [
  { policy: 'agg_sum', replies: [1, 2, 3], merged: { value: 6 } },
  { policy: 'agg_sum', replies: [1n, 2n ** 60n, 3n], merged: { value: 2n ** 60n + 4n } },
  { policy: 'agg_sum', replies: ['1', '9007199254740993', '3'], merged: { value: '9007199254740997' } },
  { policy: 'agg_sum', replies: [1, late, 3], merged: { failures: 1 } },
  { policy: 'agg_min', replies: [3, 1, 2], merged: { value: 1 } },
  { policy: 'agg_min', replies: [3n, -1n, 2n], merged: { value: -1n } },
  { policy: 'agg_min', replies: ['10', '9', '11'], merged: { value: '9' } },
  { policy: 'agg_max', replies: [3, 1, 2], merged: { value: 3 } },
  { policy: 'agg_max', replies: ['10', '9', '11'], merged: { value: '11' } },
  { policy: 'agg_logical_and', replies: [1, 1, 1], merged: { value: 1 } },
  { policy: 'agg_logical_and', replies: [1, 0, 1], merged: { value: 0 } },
  {
    policy: 'agg_logical_and',
    replies: [
      [1, 1, 0],
      [1, 0, 0],
      [1, 1, 0],
    ],
    merged: { value: [1, 0, 0] },
  },
  {
    policy: 'agg_logical_or',
    replies: [
      [1n, 0n, 0n],
      [1n, 1n, 0n],
      [0n, 0n, 0n],
    ],
    merged: { value: [1n, 1n, 0n] },
  },
  { policy: 'agg_logical_or', replies: [0, 0, 0], merged: { value: 0 } },
  { policy: 'all_succeeded', replies: ['OK', 'OK', 'OK'], merged: { value: 'OK' } },
  { policy: 'all_succeeded', replies: ['OK', down, 'OK'], merged: { failures: 1 } },
  { policy: 'all_succeeded', replies: [down, down, late], merged: { failures: 3 } },
  { policy: 'one_succeeded', replies: [down, 'OK', late], merged: { value: 'OK' } },
  { policy: 'one_succeeded', replies: [down, null, late], merged: { value: null } },
  { policy: 'one_succeeded', replies: [down, late, down], merged: { failures: 3 } },
  { policy: 'special', name: 'RANDOMKEY', replies: [null, 'second', null], merged: { value: 'second' } },
  { policy: 'special', name: 'RANDOMKEY', replies: [null, down, 'third'], merged: { value: 'third' } },
  { policy: 'special', name: 'RANDOMKEY', replies: [null, null, null], merged: { value: null } },
  { policy: 'special', name: 'RANDOMKEY', replies: [null, down, null], merged: { failures: 1 } },
  {
    policy: 'special',
    name: 'PUBSUB CHANNELS',
    replies: [['a', 'b'], [], ['b', 'c']],
    merged: { value: ['a', 'b', 'c'] },
  },
  { policy: 'special', name: 'PUBSUB SHARDCHANNELS', replies: [['a'], down, ['c']], merged: { failures: 1 } },
  {
    policy: 'special',
    name: 'PUBSUB NUMSUB',
    replies: [
      ['a', 1, 'b', 0],
      ['a', 2, 'b', 0],
      ['a', 0, 'b', 5],
    ],
    merged: { value: ['a', 3, 'b', 5] },
  },
  {
    policy: 'special',
    name: 'PUBSUB SHARDNUMSUB',
    replies: [
      ['a', 1n],
      ['a', 2n],
      ['a', 3n],
    ],
    merged: { value: ['a', 6n] },
  },
  { policy: 'default', replies: [['a', 'b'], [], ['c']], merged: { value: ['a', 'b', 'c'] } },
  { policy: 'default', replies: ['OK', 'OK', 'OK'], merged: { value: 'OK' } },
  { policy: 'default', replies: [['a'], down, ['c']], merged: { failures: 1 } },
];
