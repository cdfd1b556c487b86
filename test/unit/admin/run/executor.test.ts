import assert from 'node:assert/strict';
import sinon from 'sinon';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import type { NodeConnections } from '../../../../lib/admin/node-connections.js';
import type { PlanStep } from '../../../../lib/admin/plans/steps.js';
import { Executor, type RunOptions, type RunOutcome, type RunSources } from '../../../../lib/admin/run/executor.js';
import { RunError } from '../../../../lib/admin/run/run-error.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { isCauseOf, MISBEHAVIOURS } from '../../../integration/util/user-function/misbehaviours.js';
import { clusterOf, idOf, type NodeSpec } from '../cluster-states.js';

const specs: readonly NodeSpec[] = [{ id: 7001, slots: '0-16383' }, { id: 7002, keys: 2 }, { id: 7003 }, { id: 7004, unknownIds: [7001] }];
const cluster = clusterOf(...specs);
const [owner, other, empty, newcomer] = specs.map(({ id }) => cluster.nodes.get(idOf(id)) ?? assert.fail());
assert.ok(owner !== undefined && other !== undefined && empty !== undefined && newcomer !== undefined);

/** A step without slots, one that is done already, and one with two slots that hold no keys. */
const steps: readonly PlanStep[] = [
  { do: 'reset', node: empty },
  { do: 'forget', node: newcomer, gone: owner },
  { do: 'gather', from: other, to: owner, slots: [1, 2], duplicates: 'owner' },
];

/** Of each server what it says of itself, of the others no more than their addresses. */
const sources: RunSources = {
  read: () => Promise.resolve(cluster),
  server: ({ id }) => {
    const view = cluster.views.get(id);
    assert.ok(view !== undefined);
    const nodes = [...cluster.nodes.values()].map((node) => ({ ...node, reachable: node.id === id }));
    return Promise.resolve({ nodes: new Map(nodes.map((node) => [node.id, node])), views: new Map([[id, view]]) });
  },
  keys: (nodes, slots) => Promise.resolve(new Map(slots.map((slot) => [slot, new Map(nodes.map(({ id }) => [id, 1]))]))),
};

class Run {
  readonly sent: string[] = [];
  readonly outcome: Promise<RunOutcome>;

  constructor(options: RunOptions, planned: readonly PlanStep[] = steps, refuse: (words: readonly string[]) => boolean = () => false) {
    const connections = {
      send: (_: unknown, words: readonly string[]): Promise<Raw> => {
        this.sent.push(words.slice(0, 2).join(' '));
        if (refuse(words)) return Promise.reject(new ReplyError('ERR', 'ERR no', { executed: 'no' }));
        return Promise.resolve(words[1] === 'GETKEYSINSLOT' ? [] : 'OK');
      },
    } as unknown as NodeConnections;
    this.outcome = new Executor(connections, sources, { settleMs: 1, ...options }).run(planned);
  }
}

describe('a run of a plan', () => {
  afterEach(() => {
    sinon.restore();
  });

  it('that fails says that a part of it may have been done, and what is left', async () => {
    const run = new Run({}, steps, ([, word]) => word === 'RESET');
    const error = await run.outcome.catch((reason: unknown) => reason);
    assert.ok(error instanceof RunError && error instanceof AdminError);
    assert.deepEqual(
      [error.code, error.reason, error.executed, (error.cause as ReplyError).message],
      ['ERR_ADMIN', 'failed', 'unknown', 'ERR no'],
    );
    assert.deepEqual([error.left, error.progress], [steps, { slots: 0, totalSlots: 2, keys: 0 }]);
    assert.match(error.message, /uncertain: see slotwise cluster check/);
  });

  it('does not do what is done already, and says so', async () => {
    const notes: string[] = [];
    const run = new Run({ onNote: (text) => notes.push(text) });
    assert.equal((await run.outcome).status, 'done');
    assert.ok(!run.sent.includes('CLUSTER FORGET'));
    assert.deepEqual(notes, ['this is so already: have 10.0.0.1:7004 forget 10.0.0.1:7001 (7001ffff)']);
  });

  it('does nothing that is not safe any more, and says what was done before', async () => {
    const planned: readonly PlanStep[] = [
      { do: 'reset', node: empty },
      { do: 'reset', node: owner },
    ];
    const second = new Run({}, planned);
    const error = await second.outcome.catch((reason: unknown) => reason);
    assert.ok(error instanceof RunError);
    assert.match(
      error.message,
      /has changed .*7001 owns slots 0-16383 now, so it is not safe to reset .*The steps before this one were done/,
    );
    assert.deepEqual([error.reason, error.left, second.sent], ['changed', planned.slice(1), ['CLUSTER RESET']]);
    const first = await new Run({}, planned.slice(1)).outcome.catch((reason: unknown) => reason);
    assert.match((first as Error).message, /Nothing was done/);
  });

  it('stops before the next step, and waits for agreement only if it has changed something', async () => {
    const stop = new AbortController();
    const run = new Run({ stop: stop.signal, onStep: (_, index) => index === 0 && stop.abort() });
    assert.deepEqual(await run.outcome, { status: 'stopped', slots: 0, totalSlots: 2, keys: 0, left: steps.slice(1) });
    const read = sinon.spy(sources, 'read');
    await new Run({ stop: stop.signal }).outcome;
    assert.equal(read.callCount, 0);
  });

  for (const name of ['onStep', 'onProgress', 'onNote'] as const) {
    for (const [what, bad] of Object.entries(MISBEHAVIOURS)) {
      it(`with ${name} that ${what} ${what.startsWith('throws') ? 'rejects with that' : 'goes on'}`, async () => {
        const warned = sinon.stub(process, 'emitWarning');
        const run = new Run({ [name]: bad.run });
        const outcome = await run.outcome.catch((error: unknown) => error);
        if (what.startsWith('throws')) {
          assert.ok(bad.failure !== null && isCauseOf(bad.failure, outcome));
          assert.equal(run.sent.includes('CLUSTER RESET'), name !== 'onStep', run.sent.join());
        } else {
          assert.deepEqual(outcome, { status: 'done', slots: 2, totalSlots: 2, keys: 0, left: [] });
          // An object that cannot be looked at may be a promise, too.
          assert.equal(warned.called, bad.failure !== null || /thenable|looked at/.test(what));
        }
      });
    }
  }
});
