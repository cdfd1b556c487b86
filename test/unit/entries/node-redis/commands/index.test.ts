import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Words } from '../../../../../lib/entries/node-redis/command-parser.js';
import { entries } from '../../../../../lib/entries/node-redis/commands/index.js';
import { type NodeRedisCall, repeatable, scripts } from '../../../../spec/node-redis/calls.js';
import { onlySent, places, settings } from '../../../../spec/node-redis/more-calls.js';
import { asText } from '../../../../spec/node-redis/text.js';

const recorded = JSON.parse(readFileSync(new URL('../../../../spec/node-redis/recorded.json', import.meta.url), 'utf8')) as {
  readonly words: readonly string[];
};
const calls: readonly NodeRedisCall[] = [...repeatable, ...scripts, ...places, ...settings, ...onlySent];
const byMethod = new Map(entries.map(([method, command]) => [method.toLowerCase(), command]));

describe('commands of the node-redis entry', () => {
  it('send the words that node-redis sends', () => {
    assert.equal(recorded.words.length, calls.length, 'recorded.json is not of these calls: scripts/record-node-redis.ts');
    const wrong = calls.flatMap(([method, ...args], at) => {
      const command = byMethod.get(method.toLowerCase());
      if (command === undefined) return [`${method}: no such command`];
      const words = new Words().push(...command.words);
      command.layOut(words, ...args);
      const sent = asText(words.redisArgs);
      return sent === recorded.words[at] ? [] : [`${method}: ${sent}, not ${recorded.words[at]}`];
    });
    assert.deepEqual(wrong, []);
  });

  it('are all among the recorded calls', () => {
    const called = new Set(calls.map(([method]) => method.toLowerCase()));
    assert.deepEqual(
      entries.map(([method]) => method).filter((method) => !called.has(method.toLowerCase())),
      ['readwrite'],
    );
  });
});
