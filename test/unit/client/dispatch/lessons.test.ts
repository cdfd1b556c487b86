import assert from 'node:assert/strict';
import { Lessons } from '../../../../lib/client/dispatch/lessons.js';
import type { Deployment } from '../../../../lib/client/nodes/deployment.js';
import { DeploymentBus } from '../../../../lib/client/nodes/deployment-bus.js';
import { internalCall } from '../../../../lib/connection/internal-calls.js';
import { type Call, type CallOwner, NO_DEADLINE, newCall, UNWRITTEN, WRITTEN } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
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
      const unwritten: Call[] = [];
      const returned: unknown[] = [];
      const node = { key: 'n', clearExclusive: () => cleared++, takeUnwritten: () => unwritten, forEachHeld: () => undefined };
      const deployment = {
        bus: new DeploymentBus(),
        nodes: { get: () => node },
        avoid: () => undefined,
        facts: { roleOf: () => role, isFixedAddress: () => false },
        wake: (_: string, isUrgent: boolean) => wakes.push(isUrgent),
      };
      deployment.bus.on('callsReturned', (calls) => returned.push(calls));
      const lessons = new Lessons(deployment as unknown as Deployment, () => -1);
      const failed = { failure: { kind: 'error-reply', error: parseReplyError(text), node: 'n' }, script: 'none' } as const;
      lessons.follow(failed);
      assert.deepEqual(wakes, urgent === null ? [] : [urgent]);
      assert.equal(lessons.demoted.leftMs('n') > 0, urgent === true, 'what is meant for it waits');
      lessons.follow(failed);
      assert.equal(cleared, urgent === true ? 1 : 0, 'as what waits there for a connection of its own, once');
      assert.deepEqual(returned, urgent === true ? [unwritten] : [], 'and what waits there for a shared one');
    });
  }

  /** What a demoted primary holds, the kind of topology, whether the session of the call writes, and whether a value of it would count. */
  const held = [
    ['GET', 'replication', 'primary', false, true],
    ['GET', 'sentinel', 'primary', false, true],
    ['GET', 'cluster', 'primary', false, false],
    ['GET', 'replication', 'nearest', false, false],
    ['GET', 'replication', 'nearest', true, true],
    ['SET', 'replication', 'primary', false, false],
  ] as const;
  for (const [name, kind, reads, isWriting, doubted] of held) {
    const session = isWriting ? 'with a write before it' : 'by itself';
    it(`are ${doubted ? '' : 'not '}for a ${name} that is sent, ${session} (${kind}, reads: ${reads})`, () => {
      const policyOf = () => (reads === 'primary' ? null : {});
      const view = { usage: { commands: 0, bytes: 0 }, idempotent: false, policyOf, session: { isWriting: () => isWriting } };
      const [sent, unwritten] = [WRITTEN, UNWRITTEN].map((state) => {
        const call = newCall(command(name), ['a'], null, 0, view as unknown as CallOwner, NO_DEADLINE);
        call.state = state as typeof WRITTEN | typeof UNWRITTEN;
        return call;
      });
      assert.ok(sent !== undefined && unwritten !== undefined);
      const ask = internalCall(['GET', 'a']);
      ask.state = WRITTEN;
      const forEachHeld = (visit: (call: Call) => void): void => [ask, sent, unwritten].forEach(visit);
      const deployment = {
        bus: new DeploymentBus(),
        nodes: { get: () => ({ key: 'n', clearExclusive: () => undefined, takeUnwritten: () => [], forEachHeld }) },
        snapshot: { kind },
        facts: { roleOf: () => 'primary', isFixedAddress: () => false },
        avoid: () => undefined,
        wake: () => undefined,
      };
      const lessons = new Lessons(deployment as unknown as Deployment, () => -1);
      lessons.follow({ failure: { kind: 'error-reply', error: parseReplyError(READONLY), node: 'n' }, script: 'none' });
      assert.deepEqual([sent.doubted, unwritten.doubted, ask.doubted], [doubted, false, false]);
      sent.countAttempt();
      assert.equal(sent.doubted, false, 'its next attempt is not');
    });
  }

  for (const [text, role, leadsToReplica, moved] of [
    ['REDIRECT 10.0.0.2:6379', 'primary', false, 1],
    [UNBLOCKED, 'primary', false, 1],
    ['REDIRECT 10.0.0.2:6379', 'primary', true, 0],
    ['REDIRECT 10.0.0.2:6379', 'replica', false, 0],
    ['ERR syntax error', 'primary', false, 0],
  ] as const) {
    const what = `${text.split(' ')[0]} of a ${role}`;
    it(`${moved > 0 ? 'have' : 'do not have'} the connections to a fixed address made anew after ${what}, once it leads to a ${leadsToReplica ? 'replica' : 'primary'}`, () => {
      const renewed: unknown[] = [];
      const node = { key: 'n' };
      const deployment = {
        bus: new DeploymentBus(),
        nodes: { get: () => node },
        avoid: () => undefined,
        facts: { roleOf: () => role, isFixedAddress: () => true, leadsToReplica: () => leadsToReplica },
        wake: () => undefined,
        renewals: { moved: (one: unknown) => renewed.push(one), refused: () => assert.fail('it may lead there still') },
      };
      const lessons = new Lessons(deployment as unknown as Deployment, () => -1);
      lessons.follow({ failure: { kind: 'error-reply', error: parseReplyError(text), node: 'n' }, script: 'none' });
      assert.equal(renewed.length, 0, 'not before a probe');
      deployment.bus.emit('confirmed', 1, () => false);
      assert.equal(renewed.length, 0, 'nor by one of another member of a ring');
      deployment.bus.emit('confirmed', 1, () => true);
      deployment.bus.emit('confirmed', 2, () => true);
      assert.equal(renewed.length, moved);
    });
  }
});
