import assert from 'node:assert/strict';
import { type NamedNodes, namedNodes } from '../../../../lib/admin/cli/node-words.js';

describe('words that name nodes of a cluster', () => {
  const cases: readonly (readonly [words: string[], expected: NamedNodes])[] = [
    [['10.0.0.1:7000'], { nodes: ['10.0.0.1:7000'], access: {} }],
    [['localhost'], { nodes: ['localhost'], access: {} }],
    [['[::1]:7000', 'a:1'], { nodes: ['[::1]:7000', 'a:1'], access: {} }],
    [['redis://[::1]:7000/'], { nodes: ['[::1]:7000'], access: {} }],
    [['redis://a:1/0'], { nodes: ['a:1'], access: {} }],
    [['rediss://me:p%40s@a'], { nodes: ['a:6379'], access: { username: 'me', password: 'p@s', tls: true } }],
    [['valkey+cluster://a:1,b:2', 'c:3'], { nodes: ['a:1', 'b:2', 'c:3'], access: {} }],
    [['redis://:p@a:1', 'redis://:p@b:1'], { nodes: ['a:1', 'b:1'], access: { password: 'p' } }],
  ];
  for (const [words, expected] of cases) it(`are read: ${words.join(' ')}`, () => assert.deepEqual(namedNodes(words), expected));

  const mistakes: readonly (readonly [words: string[], expected: RegExp])[] = [
    [[''], /^expected HOST:PORT .*, got an empty text$/],
    [['::1'], /^expected HOST:PORT \(IPv6 in brackets\)/],
    [['a:0'], /got "a:0"$/],
    [['a:hunter2'], /got "a:\*\*\*"$/],
    [['/run/redis.sock'], /got a socket's path; nodes of a cluster know each other by host and port$/],
    [['unix:///run/redis.sock'], /got a socket's path/],
    [['redis://a:1/3'], /^expected a URL without a database, got \/3;/],
    [['redis://a:1?db=3'], /^expected a URL without parameters, got \?db;/],
    [['redis+sentinel://a,b/name'], /got a redis\+sentinel:\/\/ URL; slotwise info shows/],
    [['redis+replication://a,b'], /got a redis\+replication:\/\/ URL/],
    [['http://a:1'], /expected a URL with the scheme redis/],
    [['redis://a:1', 'rediss://a:1'], /expected the same scheme, user and password in all URLs/],
  ];
  for (const [words, message] of mistakes) {
    it(`are refused: ${words.join(' ')}`, () => {
      assert.throws(() => namedNodes(words), { message });
    });
  }
});
