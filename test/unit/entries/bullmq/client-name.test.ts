import assert from 'node:assert/strict';
import { isOfEvents, keyOfName } from '../../../../lib/entries/bullmq/client-name.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const cases: readonly (readonly [name: string, key: string | null])[] = [
  [`bull:${base64('mails')}`, 'bull:mails:marker'],
  [`{bull}:${base64('mails')}`, '{bull}:mails:marker'],
  [`{bull}:${base64('mails')}:w:first`, '{bull}:mails:marker'],
  [`{bull}:${base64('mails')}:w:a:w:b`, '{bull}:mails:marker'],
  [`{bull}:${base64('mails')}:qe`, '{bull}:mails:marker'],
  [`a:b:${base64('mails of Ada')}:w:`, 'a:b:mails of Ada:marker'],
  [`bull:${base64('{mails}')}`, 'bull:{mails}:marker'],
  [`bull:${base64('ä')}:qe`, 'bull:ä:marker'],
  ['worker', null],
  ['bull:', null],
  ['bull:not base 64', null],
  ['', null],
];

describe('the name of a connection of BullMQ', () => {
  for (const [name, key] of cases) it(`${JSON.stringify(name)} tells of ${key}`, () => assert.equal(keyOfName(name), key));

  it('tells of QueueEvents', () => {
    assert.deepEqual(
      cases.filter(([name]) => isOfEvents(name)).map(([name]) => name),
      [`{bull}:${base64('mails')}:qe`, `bull:${base64('ä')}:qe`],
    );
  });
});
