import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import { serverKindOf } from '../../../../lib/admin/health/server-kind.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';

const address = { host: '10.0.0.1', port: 6379 };
const refused = new ReplyError('ERR', "ERR unknown command 'INFO'");
const hello = (mode: string, role: string): Raw => ['server', 'redis', 'mode', mode, 'role', role];

describe('what a server is', () => {
  const cases: readonly (readonly [what: string, replies: readonly Raw[], kind: string])[] = [
    ['a primary', [hello('standalone', 'master'), 'redis_mode:standalone', ['master', 0, []]], 'standalone primary'],
    ['a replica', [hello('standalone', 'replica'), 'redis_mode:standalone', ['slave', '10.0.0.2', 6379]], 'standalone replica'],
    ['a node of a cluster', [hello('cluster', 'master'), 'redis_mode:cluster', ['master', 0, []]], 'cluster primary'],
    ['a Sentinel', [hello('sentinel', ''), 'redis_mode:sentinel', ['sentinel', []]], 'sentinel null'],
    ['a server before HELLO', [refused, 'redis_version:5.0\r\nredis_mode:cluster', ['slave', 'x', 1]], 'cluster replica'],
    ['a Valkey that writes server_mode', [refused, 'server_mode:standalone', refused], 'standalone null'],
    ['a server whose rights allow ROLE only', [refused, refused, ['slave', 'x', 1]], 'standalone replica'],
    ['a server whose rights allow HELLO only', [hello('standalone', 'replica'), refused, refused], 'standalone replica'],
  ];
  for (const [what, replies, kind] of cases) {
    it(`is ${what}`, () => {
      const found = serverKindOf(address, replies);
      assert.equal(`${found.mode} ${found.role}`, kind);
    });
  }

  it('is not guessed of one that says nothing: it may be a proxy', () => {
    for (const replies of [[refused, refused, refused], [null, '', null], ['OK', 'OK', 'OK'], []]) {
      assert.throws(
        () => serverKindOf(address, replies),
        (error) =>
          error instanceof AdminError &&
          error.reason === 'unreachable' &&
          /10\.0\.0\.1:6379 does not say what it is.*proxy/.test(error.message),
      );
    }
  });
});
