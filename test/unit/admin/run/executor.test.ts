import assert from 'node:assert/strict';
import sinon from 'sinon';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import type { NodeConnections } from '../../../../lib/admin/node-connections.js';
import type { NodeRef, Plan } from '../../../../lib/admin/plans/steps.js';
import { Executor, type RunOptions, type RunOutcome } from '../../../../lib/admin/run/executor.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { isCauseOf, MISBEHAVIOURS } from '../../../integration/util/user-function/misbehaviours.js';

const node: NodeRef = { id: 'a'.repeat(40), name: 'a:1', address: { host: 'a', port: 1 }, peer: { host: 'a', port: 1, busPort: 2 } };
/** A step without slots, and one with two slots that hold no keys. */
const plan: Plan = {
  title: 'a plan',
  notes: [],
  steps: [
    { do: 'reset', node },
    { do: 'gather', from: node, to: node, slots: [1, 2], duplicates: 'owner' },
  ],
};

class Run {
  readonly sent: string[] = [];
  readonly outcome: Promise<RunOutcome>;

  constructor(options: RunOptions) {
    const connections = {
      send: (_: unknown, words: readonly string[]): Promise<Raw> => {
        this.sent.push(words.slice(0, 2).join(' '));
        return Promise.resolve(words[1] === 'GETKEYSINSLOT' ? [] : 'OK');
      },
    } as unknown as NodeConnections;
    this.outcome = new Executor(connections, () => assert.fail('nothing is read'), options).run(plan);
  }
}

describe('a run of a plan', () => {
  afterEach(() => {
    sinon.restore();
  });

  it('that fails says that a part of it may have been done', async () => {
    const refuse = (): Promise<Raw> => Promise.reject(new ReplyError('ERR', 'ERR no', { executed: 'no' }));
    const connections = { send: refuse } as unknown as NodeConnections;
    const error = await new Executor(connections, () => assert.fail('nothing is read'), {}).run(plan).catch((reason: unknown) => reason);
    assert.ok(error instanceof AdminError);
    assert.deepEqual([error.code, error.executed, (error.cause as ReplyError).message], ['ERR_ADMIN', 'unknown', 'ERR no']);
  });

  for (const name of ['onStep', 'onProgress'] as const) {
    for (const [what, bad] of Object.entries(MISBEHAVIOURS)) {
      it(`with ${name} that ${what} ${what.startsWith('throws') ? 'rejects with that' : 'goes on'}`, async () => {
        const warned = sinon.stub(process, 'emitWarning');
        const run = new Run({ [name]: bad.run });
        const outcome = await run.outcome.catch((error: unknown) => error);
        if (what.startsWith('throws')) {
          assert.ok(bad.failure !== null && isCauseOf(bad.failure, outcome));
          assert.equal(run.sent.includes('CLUSTER RESET'), name === 'onProgress', run.sent.join());
        } else {
          assert.deepEqual(outcome, { status: 'done', slots: 2, totalSlots: 2, keys: 0, left: [] });
          // An object that cannot be looked at may be a promise, too.
          assert.equal(warned.called, bad.failure !== null || /thenable|looked at/.test(what));
        }
      });
    }
  }
});
