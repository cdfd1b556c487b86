import assert from 'node:assert/strict';
import { mayRunTwice } from '../../../../lib/entries/bullmq/repeatable.js';

const cases: readonly (readonly [script: string, twice: boolean])[] = [
  ['getState:6.7.0', true],
  ['moveToActive:6.7.0', true],
  ['moveToFinished:7.0.0', true],
  ['extendLocks', true],
  ['addJobScheduler:6.7.0', true],
  // They add.
  ['addStandardJob:6.7.0', false],
  ['addDelayedJob:6.7.0', false],
  ['addPrioritizedJob:6.7.0', false],
  ['addParentJob:6.7.0', false],
  ['addLog:6.7.0', false],
  // It removes up to so many, and says which.
  ['cleanJobsInSet:6.7.0', false],
  ['relayPublish:6.7.0', false],
  ['somethingNew:7.0.0', false],
  ['toString:1', false],
];

describe('a script of BullMQ whose reply was lost', () => {
  for (const [script, twice] of cases) {
    it(`${twice ? 'is sent again' : 'is not sent again'} if it is ${script}`, () => assert.equal(mayRunTwice(script), twice));
  }
});
