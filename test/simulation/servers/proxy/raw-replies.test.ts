import assert from 'node:assert/strict';
import { endOfReply, itemsOf } from './raw-replies.js';

describe('replies that a proxy passes on', () => {
  const whole = ['+OK\r\n', '-ERR no\r\n', ':12\r\n', '$-1\r\n', '$2\r\n\r\n\r\n', '*-1\r\n', '*0\r\n', '*2\r\n$1\r\na\r\n*1\r\n:1\r\n'];
  for (const reply of whole) {
    it(`${JSON.stringify(reply)} end there, and no sooner`, () => {
      assert.equal(endOfReply(`${reply}+next\r\n`), reply.length);
      for (let length = 0; length < reply.length; length++) assert.equal(endOfReply(reply.slice(0, length)), -1);
    });
  }

  it('have items, as they are on the wire', () => {
    assert.deepEqual(itemsOf('*3\r\n$1\r\na\r\n$-1\r\n*1\r\n:1\r\n'), ['$1\r\na\r\n', '$-1\r\n', '*1\r\n:1\r\n']);
    assert.deepEqual(itemsOf('*0\r\n'), []);
  });
});
