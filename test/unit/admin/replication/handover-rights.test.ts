import assert from 'node:assert/strict';
import type { NodeClient } from '../../../../lib/admin/node-connections.js';
import { checkHandoverRights, needsOfHandover } from '../../../../lib/admin/replication/handover-rights.js';
import { planHandover } from '../../../../lib/admin/replication/plan-handover.js';
import { AuthError, ReplyError } from '../../../../lib/errors.js';
import type { Credentials } from '../../../../lib/options/access.js';
import { addressKey } from '../../../../lib/options/address.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { nameOf, treeOf } from './invented-trees.js';

const PLAN = planHandover(treeOf({ id: 1 }, { id: 2, of: 1 }, { id: 3, of: 1 }), nameOf(2));

interface Case {
  readonly name: string;
  /** Commands that our user may not call, as `server COMMAND`. */
  readonly forbidden?: readonly string[];
  /** ACL DRYRUN may not be called. */
  readonly silent?: boolean;
  /** Settings by server; undefined: CONFIG GET is forbidden there. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the new primary wants of its replicas; null: nothing. */
  readonly wanted?: string | null;
  /** Users that may not replicate. */
  readonly notReplicating?: readonly string[];
  readonly refusal?: RegExp;
  readonly notes?: readonly RegExp[];
}

const CASES: readonly Case[] = [
  { name: 'where all is allowed and nobody logs in' },
  {
    name: 'where a replica may not be told to follow',
    forbidden: [`${nameOf(3)} REPLICAOF`],
    refusal: /user ops may not send 10\.0\.0\.3:6379 REPLICAOF \(to make it a replica\).*\+replicaof\. Nothing was done$/,
  },
  {
    name: 'where the primary may not hand over',
    forbidden: [`${nameOf(1)} FAILOVER`],
    refusal: /10\.0\.0\.1:6379 FAILOVER \(to hand over\)/,
  },
  { name: 'where no file may be written', forbidden: [`${nameOf(2)} CONFIG`], refusal: /CONFIG REWRITE .*\+config\|rewrite/ },
  { name: 'where rights may not be asked', silent: true, notes: [/whether the rights at .* suffice is not known/] },
  { name: 'where settings may not be asked', wanted: 'secret', settings: {} },
  {
    name: 'where the old primary has no password for the new one',
    wanted: 'secret',
    settings: { [nameOf(1)]: { masterauth: '' }, [nameOf(3)]: { masterauth: 'secret' } },
    refusal: /AdminError: 10\.0\.0\.1:6379 could not log in at 10\.0\.0\.2:6379, .* it has no masterauth;[^;]*Nothing was done$/,
  },
  {
    name: 'where a replica has another password than the new primary wants',
    wanted: 'secret',
    settings: { [nameOf(1)]: { masterauth: 'secret' }, [nameOf(3)]: { masterauth: 'other' } },
    refusal: /AdminError: 10\.0\.0\.3:6379 could not log in at 10\.0\.0\.2:6379, .* is refused there;/,
  },
  {
    name: 'where all have the password',
    wanted: 'secret',
    settings: { [nameOf(1)]: { masterauth: 'secret' }, [nameOf(3)]: { primaryauth: 'secret' } },
  },
  {
    name: 'where a user may log in and not replicate',
    wanted: 'secret',
    settings: { [nameOf(1)]: { masterauth: 'secret', masteruser: 'repl' } },
    notReplicating: ['repl'],
    refusal: /user repl, as which 10\.0\.0\.1:6379 logs in at 10\.0\.0\.2:6379, may not replicate there: ACL SETUSER repl \+psync/,
  },
];

describe('the rights to a handover', () => {
  const noPerm = (what: string): ReplyError => new ReplyError('NOPERM', `NOPERM no permissions to run the '${what}' command`);

  function serversOf({ forbidden = [], silent = false, settings, notReplicating = [] }: Case): NodeClient {
    const reply = (server: string, [first, second, ...rest]: readonly unknown[]): Raw => {
      const command = String(first);
      if (command === 'CONFIG') {
        const values = settings === undefined ? { masterauth: '' } : settings[server];
        if (values === undefined) throw noPerm('config|get');
        const value = values[String(rest[0])];
        return value === undefined ? [] : [String(rest[0]), value];
      }
      if (second === 'WHOAMI') return 'ops';
      if (silent) throw noPerm('acl|dryrun');
      const [user, word] = rest.map(String);
      const isForbidden = user === 'ops' ? forbidden.includes(`${server} ${word}`) : notReplicating.includes(user ?? '');
      return isForbidden ? `User ${user} has no permissions to run the '${word?.toLowerCase()}' command` : 'OK';
    };
    // The reply is made in time, and is never thrown by `send` itself.
    return { send: async (address, words) => await Promise.resolve().then(() => reply(addressKey(address), words)) };
  }

  for (const each of CASES) {
    it(each.refusal === undefined ? `suffice ${each.name}` : `are missing ${each.name}`, async () => {
      const { wanted = null, refusal, notes = [] } = each;
      const reach = {
        connections: serversOf(each),
        as: <T>(login: Credentials | null, use: (connections: NodeClient) => Promise<T>): Promise<T> => {
          const refused = wanted !== null && login?.password !== wanted;
          return use({ send: () => (refused ? Promise.reject(new AuthError('WRONGPASS')) : Promise.resolve('PONG')) });
        },
      };
      if (refusal !== undefined) return await assert.rejects(checkHandoverRights(reach, PLAN), refusal);
      const found = await checkHandoverRights(reach, PLAN);
      assert.equal(found.length, notes.length, found.join('\n'));
      for (const [index, note] of notes.entries()) assert.match(found[index] ?? '', note);
    });
  }

  it('are those to each command that it sends', () => {
    assert.deepEqual(
      needsOfHandover(PLAN).map(({ node, words }) => `${node.name.slice(0, 8)} ${words.slice(0, 2).join(' ')}`),
      [
        '10.0.0.1 FAILOVER TO',
        '10.0.0.1 INFO replication',
        '10.0.0.2 ROLE ',
        '10.0.0.3 REPLICAOF 10.0.0.2',
        '10.0.0.3 INFO replication',
        '10.0.0.1 CONFIG REWRITE',
        '10.0.0.2 CONFIG REWRITE',
        '10.0.0.3 CONFIG REWRITE',
      ].map((text) => text.trim()),
    );
  });
});
