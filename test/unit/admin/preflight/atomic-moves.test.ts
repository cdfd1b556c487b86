import assert from 'node:assert/strict';
import { atomicFindings, atomicPairs } from '../../../../lib/admin/preflight/atomic-moves.js';
import { nodeNamed } from '../../../../lib/admin/state/cluster-state.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';
import { idOf, threeShards } from '../cluster-states.js';
import { type Told, textsOf, withTold } from './told.js';

const valkey9: Told = { info: { valkey_version: '9.1.2', redis_version: '7.2.4' } };
const redis86: Told = { info: { redis_version: '8.6.3' } };

describe('moves that servers make by themselves', () => {
  const moveOf = (from: Told, to: Told, canBeAtomic = true) => {
    const cluster = withTold(threeShards(), { 7001: from, 7002: to });
    return { from: nodeNamed(cluster, '7001f'), to: nodeNamed(cluster, '7002f'), slots: [5, 6], isOpen: false, canBeAtomic };
  };
  const answering = (answer: Raw | Error) => {
    const asked: string[] = [];
    const send = (address: unknown, words: readonly Arg[]): Promise<Raw> => {
      if (words[1] === 'WHOAMI') return Promise.resolve('ops');
      asked.push(
        `${JSON.stringify(address)
          .replace(/\D*(\d+)}$/, '$1')
          .slice(-4)} ${words.slice(3).join(' ')}`,
      );
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    return { asked, send };
  };
  const noRight = "This user has no permissions to run the 'cluster|migrateslots' command";

  const cases: readonly (readonly [name: string, from: Told, to: Told, answer: Raw | Error, atomic: boolean, asked: readonly string[]])[] =
    [
      ['Valkey 9 on both sides', valkey9, valkey9, 'OK', true, [`7001 CLUSTER MIGRATESLOTS SLOTSRANGE 5 6 NODE ${idOf(7002)}`]],
      ['Redis 8.4 and later on both sides', redis86, redis86, 'OK', true, ['7002 CLUSTER MIGRATION IMPORT 5 6']],
      ['not between products', redis86, valkey9, 'OK', false, []],
      ['not from older servers', { info: { redis_version: '7.0.15' } }, redis86, 'OK', false, []],
      ['not without the right to it', valkey9, valkey9, noRight, false, [`7001 CLUSTER MIGRATESLOTS SLOTSRANGE 5 6 NODE ${idOf(7002)}`]],
      [
        'perhaps where nobody says whether we have the right',
        valkey9,
        valkey9,
        new ReplyError('NOPERM', "NOPERM no permissions to run the 'acl|dryrun' command"),
        true,
        [`7001 CLUSTER MIGRATESLOTS SLOTSRANGE 5 6 NODE ${idOf(7002)}`],
      ],
    ];
  for (const [name, from, to, answer, atomic, expected] of cases) {
    it(name, async () => {
      const { asked, send } = answering(answer);
      const pairs = await atomicPairs({ send }, [moveOf(from, to)]);
      assert.equal(pairs.size === 1, atomic);
      assert.deepEqual(asked, expected);
    });
  }

  it('are not of slots that are open, and of keys alone', async () => {
    const { asked, send } = answering('OK');
    assert.equal((await atomicPairs({ send }, [moveOf(valkey9, valkey9, false)])).size, 0);
    assert.deepEqual(asked, []);
  });

  it('are not blocked by large keys', () => {
    const big = { slot: 5, key: Buffer.from('k'), bytes: 2e8, type: 'hash', length: 1 };
    assert.deepEqual(atomicFindings(moveOf(valkey9, valkey9), []), []);
    assert.match(
      textsOf(atomicFindings(moveOf(valkey9, valkey9), [big, big])).join(),
      /^note: slots go from \S+7001 to \S+7002 by atomic migration, in which 2 large keys block nobody, unless --no-atomic/,
    );
  });
});
