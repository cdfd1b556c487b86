import assert from 'node:assert/strict';
import { isoTime, timeOfDay } from '../../../lib/runtime/calendar.js';

describe('the calendar', () => {
  it('has the time of the world', () => assert.equal(isoTime(1_000), '1970-01-01T00:00:01.000Z'));

  it('has the time of the day where this machine is', () => {
    assert.equal(timeOfDay(new Date(2026, 0, 31, 9, 8, 7, 999).getTime()), '09:08:07');
  });
});
