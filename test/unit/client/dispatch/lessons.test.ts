import assert from 'node:assert/strict';
import { Lessons } from '../../../../lib/client/dispatch/lessons.js';
import type { Deployment } from '../../../../lib/client/nodes/deployment.js';
import { DeploymentBus } from '../../../../lib/client/nodes/deployment-bus.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';

const READONLY = "READONLY You can't write against a read only replica.";
const UNBLOCKED = 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)';

/** What a node is believed to be, what it says, and how urgently the topology is looked at; null: not at all. */
const cases = [
  ['primary', READONLY, true],
  ['primary', UNBLOCKED, true],
  ['replica', READONLY, false],
  [null, READONLY, false],
  ['primary', 'LOADING Redis is loading the dataset in memory', false],
  ['primary', 'NOREPLICAS Not enough good replicas to write.', false],
  ['primary', 'ERR syntax error', null],
] as const;

describe('lessons of failures', () => {
  for (const [role, text, urgent] of cases) {
    const looks = urgent === null ? 'no look' : urgent ? 'an urgent look' : 'a look';
    it(`take ${looks} at the topology after ${text.split(' ')[0]} of ${role === null ? 'a node of no role' : `a ${role}`}`, () => {
      const wakes: boolean[] = [];
      let cleared = 0;
      const node = { key: 'n', clearExclusive: () => cleared++ };
      const deployment = {
        bus: new DeploymentBus(),
        nodes: { get: () => node },
        avoid: () => undefined,
        roleOf: () => role,
        wake: (_: string, isUrgent: boolean) => wakes.push(isUrgent),
      };
      const lessons = new Lessons(deployment as unknown as Deployment, false, () => -1);
      const failed = { failure: { kind: 'error-reply', error: parseReplyError(text), node: 'n' }, script: 'none' } as const;
      lessons.follow(failed);
      assert.deepEqual(wakes, urgent === null ? [] : [urgent]);
      assert.equal(lessons.demoted.leftMs('n') > 0, urgent === true, 'what is meant for it waits');
      lessons.follow(failed);
      assert.equal(cleared, urgent === true ? 1 : 0, 'as what waits there for a connection of its own, once');
    });
  }
});
