import assert from 'node:assert/strict';
import { encodeCommand, encodeReply, parseReply, ReplyFailure, type ReplyValue, Status } from '../../support/resp.js';

describe('the RESP codec of the test support', () => {
  const replies = [
    { name: 'a simple string', bytes: '+OK\r\n', value: 'OK' },
    { name: 'an error', bytes: '-ERR no\r\n', value: new ReplyFailure('ERR no') },
    { name: 'an integer', bytes: ':-7\r\n', value: -7 },
    { name: 'a bulk string', bytes: '$4\r\na\r\nb\r\n', value: 'a\r\nb' },
    { name: 'nil', bytes: '$-1\r\n', value: null },
    { name: 'nested arrays', bytes: '*2\r\n*1\r\n:1\r\n$0\r\n\r\n', value: [[1], ''] },
  ];
  for (const { name, bytes, value } of replies) {
    it(`reads ${name} once all bytes are there`, () => {
      const buffer = Buffer.from(bytes);
      for (let length = 0; length < buffer.length; length++) assert.equal(parseReply(buffer.subarray(0, length)), null);
      assert.deepEqual(parseReply(buffer), { value, next: buffer.length });
    });
  }

  it('writes commands as arrays of bulk strings, counted in bytes', () => {
    assert.equal(String(encodeCommand(['SET', 'é', 12])), '*3\r\n$3\r\nSET\r\n$2\r\né\r\n$2\r\n12\r\n');
    assert.deepEqual(encodeCommand([Buffer.from([255])]), Buffer.from('*1\r\n$1\r\n\xff\r\n', 'latin1'));
  });

  const values: { value: ReplyValue; resp2: string; resp3: string }[] = [
    { value: new Status('OK'), resp2: '+OK\r\n', resp3: '+OK\r\n' },
    { value: null, resp2: '$-1\r\n', resp3: '_\r\n' },
    { value: true, resp2: ':1\r\n', resp3: '#t\r\n' },
    { value: 1.5, resp2: '$3\r\n1.5\r\n', resp3: ',1.5\r\n' },
    { value: 9007199254740993n, resp2: ':9007199254740993\r\n', resp3: ':9007199254740993\r\n' },
    { value: new Map([['a', 1]]), resp2: '*2\r\n$1\r\na\r\n:1\r\n', resp3: '%1\r\n$1\r\na\r\n:1\r\n' },
    { value: new Set([1]), resp2: '*1\r\n:1\r\n', resp3: '~1\r\n:1\r\n' },
    { value: [1, [new ReplyFailure('ERR x')]], resp2: '*2\r\n:1\r\n*1\r\n-ERR x\r\n', resp3: '*2\r\n:1\r\n*1\r\n-ERR x\r\n' },
  ];
  for (const { value, resp2, resp3 } of values) {
    it(`writes ${JSON.stringify(resp3)} with RESP3 and ${JSON.stringify(resp2)} with RESP2`, () => {
      assert.equal(String(encodeReply(value, 2)), resp2);
      assert.equal(String(encodeReply(value, 3)), resp3);
    });
  }
});
