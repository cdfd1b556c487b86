import assert from 'node:assert/strict';
import { GuardError } from '../../../../lib/errors.js';
import type { DomainOptions } from '../../../../lib/options/domains.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { specOf } from '../../../../lib/protocol/catalog/specs.js';
import { DomainTable } from '../../../../lib/routing/keys/domain-table.js';
import { GuardTable, keyAccessesOf, WRITTEN_KEYS } from '../../../../lib/routing/keys/guard.js';
import { readCaptures } from '../../../../scripts/generate-command-table.js';

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

/** What a command accesses: `r` or `w` before the key, `*` for characters that nobody knows. */
const ACCESSES: readonly (readonly [command: string, accesses: string])[] = [
  ['GET a', 'r:a'],
  ['SET a 1', 'w:a'],
  ['MGET a b', 'r:a r:b'],
  ['DEL a b', 'w:a w:b'],
  ['COPY a b', 'r:a w:b'],
  ['RENAME a b', 'w:a w:b'],
  ['SUNIONSTORE to a b', 'w:to r:a r:b'],
  ['ZUNIONSTORE to 2 a b WEIGHTS 1 2', 'w:to r:a r:b'],
  ['BITOP AND to a b', 'w:to r:a r:b'],
  ['GEORADIUS a 1 2 3 m STORE to', 'r:a w:to'],
  ['SORT a', 'r:a'],
  ['SORT a STORE to', 'r:a w:to'],
  ['SORT a BY w_*->f GET # GET o_* BY nosort', 'r:a r:w_* r:o_*'],
  ['SORT_RO a GET o_*->f', 'r:a r:o_*'],
  ['EVAL x 2 a b c', 'w:a w:b'],
  ['EVAL_RO x 1 a c', 'r:a'],
  ['EVAL x 0 a', 'w:*'],
  ['EVAL_RO x 0', 'r:*'],
  ['FCALL f 1 a', 'w:a'],
  ['BLPOP a b 0', 'w:a w:b'],
  ['XREAD BLOCK 5 STREAMS a b 0 0', 'r:a r:b'],
  ['XREADGROUP GROUP g c STREAMS a >', 'w:a'],
  ['WATCH a b', 'r:a r:b'],
  ['KEYS a:*', 'r:a:*'],
  ['KEYS a\\*[bc]?d\\', 'r:a***d\\'],
  ['SCAN 0', 'r:*'],
  ['SCAN 0 COUNT 5 MATCH a:* TYPE set', 'r:a:*'],
  ['SCAN 0 MATCH b:* MATCH a:*', 'r:a:*'],
  ['HSCAN a 0 MATCH x*', 'r:a'],
  ['RANDOMKEY', 'r:*'],
  ['DBSIZE', 'r:*'],
  ['FLUSHALL', 'w:*'],
  ['CONFIG SET maxmemory 0', 'w:*'],
  ['PING', ''],
  ['INFO', ''],
  ['PUBLISH channel text', ''],
  ['SPUBLISH channel text', ''],
  ['NOSUCHCOMMAND a', 'w:*'],
];

const DOMAINS: Record<string, DomainOptions> = {
  video: { keys: 'video:*', guard: {} },
  news: { keys: 'news:*', guard: { read: ['news:*', 'shared:*'], write: [] } },
  open: { keys: 'open:*' },
  jobs: { guard: { read: '*', write: ['jobs:*:queue', 'jobs:lock'] } },
};

/** With the domain named, or found by the keys (null); what is refused, null where nothing is. */
const CASES: readonly (readonly [domain: string | null, command: string, refused: string | null])[] = [
  [null, 'GET video:1', null],
  [null, 'SET video:1 x', null],
  [null, 'GET other', null],
  [null, 'RENAME video:1 video:2', null],
  [null, 'RENAME video:1 other', 'video write other'],
  [null, 'SUNIONSTORE other video:1', 'video write other'],
  [null, 'SET news:1 x', 'news write news:1'],
  [null, 'COPY shared:1 news:1', 'news write news:1'],
  [null, 'SINTER news:1 shared:1', null],
  [null, 'SINTER news:1 video:1', 'news read video:1'],
  [null, 'MGET news:1 video:1 other open:1', null],
  [null, 'DEL video:1 news:1', 'news write news:1'],
  [null, 'MSET other x video:1 x', null],
  [null, 'FLUSHALL', null],
  [null, 'KEYS *', null],
  [null, 'EVAL x 2 video:1 other', 'video write other'],
  ['video', 'GET other', 'video read other'],
  ['video', 'GET video:1', null],
  ['video', 'MGET video:1 other', 'video read other'],
  ['video', 'KEYS video:1*', null],
  ['video', 'KEYS *', 'video read *'],
  ['video', 'KEYS vide[o]:*', 'video read vide[o]:*'],
  ['video', 'SCAN 0', 'video read null'],
  ['video', 'SCAN 0 MATCH video:?', null],
  ['video', 'EVAL x 0', 'video write null'],
  ['video', 'FLUSHALL', 'video write null'],
  ['video', 'PING', null],
  ['video', 'SORT video:ids BY video:w:* GET user:*', 'video read user:*'],
  ['open', 'FLUSHALL', null],
  ['jobs', 'GET anything', null],
  ['jobs', 'SCAN 0', null],
  ['jobs', 'RPUSH jobs:7:queue x', null],
  ['jobs', 'RPUSH jobs:7:list x', 'jobs write jobs:7:list'],
  ['jobs', 'SET jobs:lock x', null],
  ['jobs', 'EVAL x 1 jobs:lock', null],
];

describe('a guard', () => {
  for (const [text, expected] of ACCESSES) {
    it(`knows what ${text} accesses`, () => {
      const { spec, args } = specOf(words(text));
      const accesses = keyAccessesOf(spec, args).map(({ access, name }) => `${access[0]}:${name.replaceAll('\uffff', '*')}`);
      assert.equal(accesses.join(' '), expected);
    });
  }

  const { domains } = resolveOptions({ domains: DOMAINS });
  const table = new DomainTable(domains);
  const guards = GuardTable.of(table, domains) ?? assert.fail('no guards');

  for (const [name, text, refused] of CASES) {
    it(`${refused === null ? 'lets through' : 'refuses'} ${text} ${name === null ? 'by its keys' : `in ${name}`}`, () => {
      const { spec, args } = specOf(words(text));
      const check = (): void => guards.check(spec, args, name === null ? null : (table.byName(name) ?? assert.fail(name)));
      if (refused === null) check();
      else {
        assert.throws(check, (error) => {
          assert.ok(error instanceof GuardError);
          assert.deepEqual([error.code, error.executed, error.command], ['ERR_GUARD', 'no', spec.name]);
          assert.equal(`${error.domain} ${error.access} ${error.key}`, refused);
          return true;
        });
      }
    });
  }

  it('is not there where no domain has one', () => {
    assert.equal(GuardTable.of(table, resolveOptions({ domains: { a: { keys: 'a' } } }).domains), null);
  });

  it('takes bytes for what they are as text', () => {
    const { spec } = specOf(['GET']);
    guards.check(spec, [Buffer.from('video:1')], null);
    guards.check(spec, [new DataView(new TextEncoder().encode('video:1').buffer)], table.byName('video') ?? null);
    assert.throws(() => guards.check(spec, [Buffer.from('other')], table.byName('video') ?? null), GuardError);
  });

  it('tells written keys from read ones as the servers do', () => {
    const commands = Object.fromEntries(readCaptures().flatMap((capture) => Object.entries(capture.commands)));
    const mixed = Object.entries(commands).flatMap(([name, { flags, keySpecs = [] }]) => {
      const reads = keySpecs.map((keySpec) => keySpec.flags?.includes('RO') === true);
      // XREADGROUP reads by its key spec, and moves its group on.
      if (flags.includes('readonly') || !reads.includes(true) || name === 'XREADGROUP') return [];
      return [[name, !reads.includes(false) && name === 'WATCH' ? 'none' : reads[0] ? 'rest' : 'first']];
    });
    assert.deepEqual(Object.fromEntries(mixed.sort()), WRITTEN_KEYS);
  });
});
