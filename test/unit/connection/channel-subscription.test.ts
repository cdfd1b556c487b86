import assert from 'node:assert/strict';
import { ChannelSubscription, type MessageHandler } from '../../../lib/connection/channel-subscription.js';
import { ConnectionLostError, ReplyError } from '../../../lib/errors.js';

type Step = 'confirm' | 'verify role' | 'refuse' | 'lose' | 'end';

const cases: readonly (readonly [
  state: ChannelSubscription['state'],
  requirePrimary: boolean,
  steps: readonly Step[],
  calls: readonly string[],
])[] = [
  ['subscribing', false, [], []],
  ['live', false, ['confirm'], ['confirmed']],
  ['live', false, ['confirm', 'confirm'], ['confirmed']],
  ['verifying-role', true, ['confirm'], []],
  ['verifying-role', true, ['confirm', 'confirm'], []],
  ['live', true, ['confirm', 'verify role'], ['confirmed']],
  ['subscribing', true, ['verify role'], []],
  ['live', true, ['confirm', 'verify role', 'verify role'], ['confirmed']],
  ['ended', false, ['refuse'], ['onEnd', 'refused']],
  ['live', false, ['confirm', 'refuse'], ['confirmed']],
  // `lost` of the handler follows.
  ['subscribing', false, ['lose'], []],
  ['ended', false, ['end'], ['onEnd']],
  ['ended', false, ['end', 'confirm'], ['onEnd']],
  ['ended', false, ['end', 'refuse'], ['onEnd']],
  ['ended', true, ['confirm', 'end', 'verify role'], ['onEnd']],
  ['ended', true, ['confirm', 'verify role', 'end'], ['confirmed', 'onEnd']],
];

const run: Readonly<Record<Step, (subscription: ChannelSubscription) => void>> = {
  confirm: (subscription) => subscription.onValue(),
  'verify role': (subscription) => subscription.roleVerified(),
  refuse: (subscription) => subscription.onError(0, new ReplyError('NOPERM', 'NOPERM no')),
  lose: (subscription) => subscription.onError(0, new ConnectionLostError('lost')),
  end: (subscription) => subscription.end(),
};

function open(requirePrimary: boolean): { readonly subscription: ChannelSubscription; readonly calls: string[] } {
  const calls: string[] = [];
  const handler: MessageHandler = {
    message: () => calls.push('message'),
    confirmed: () => calls.push('confirmed'),
    refused: () => calls.push('refused'),
    notPrimary: () => calls.push('notPrimary'),
    serverUnsubscribed: () => calls.push('serverUnsubscribed'),
    lost: () => calls.push('lost'),
  };
  return { subscription: new ChannelSubscription('shard', Buffer.from('a'), handler, requirePrimary, () => calls.push('onEnd')), calls };
}

describe('ChannelSubscription', () => {
  for (const [state, requirePrimary, steps, expected] of cases) {
    it(`${requirePrimary ? 'on a primary ' : ''}is ${state} after: ${steps.join(', ') || 'nothing'}`, () => {
      const { subscription, calls } = open(requirePrimary);
      for (const step of steps) run[step](subscription);
      assert.deepEqual([subscription.state, calls], [state, expected]);
    });
  }

  it('ends once', () => {
    const { subscription } = open(false);
    subscription.end();
    assert.throws(() => subscription.end(), /no transition from ended to ended/);
  });
});
