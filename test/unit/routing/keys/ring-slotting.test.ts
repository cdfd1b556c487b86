import assert from 'node:assert/strict';
import { ArgumentError, CrossSlotError } from '../../../../lib/errors.js';
import { ring } from '../../../../lib/options/ring.js';
import type { RingTopology } from '../../../../lib/options/topology.js';
import { COMMAND_TABLE } from '../../../../lib/protocol/catalog/command-table.js';
import { command, specOf } from '../../../../lib/protocol/catalog/specs.js';
import { KEYLESS, WRITE } from '../../../../lib/protocol/command-spec.js';
import { RingSlotting } from '../../../../lib/routing/keys/ring-slotting.js';
import { slotOfCommand } from '../../../../lib/routing/keys/slots.js';

/** A key is on the member of its first byte: `0…` on the first. */
const place = (key: Uint8Array, names: readonly string[]): number => ((key[0] ?? 48) - 48) % names.length;
const topologyOf = (names: readonly string[], options: object = {}): RingTopology =>
  ring(Object.fromEntries(names.map((name) => [name, `${name}:1`])), { place, ...options }) as RingTopology;
const KEYS = ['0', '1', '2'];

describe('slots of a ring', () => {
  it('are the numbers of members, which a name keeps', () => {
    const slotting = new RingSlotting(topologyOf(['a', 'b', 'c']));
    assert.deepEqual(
      KEYS.map((key) => slotting.slotOf(key)),
      [0, 1, 2],
    );
    assert.deepEqual(slotting.setTopology(topologyOf(['b', 'd', 'a'])), { members: ['b', 'd', 'a'], added: ['d'], removed: ['c'] });
    assert.deepEqual(
      KEYS.map((key) => slotting.nameOf(slotting.slotOf(key))),
      ['b', 'd', 'a'],
    );
    assert.deepEqual([slotting.slotOf('0'), slotting.slotOfMember('d'), slotting.slotOfMember('c'), slotting.count], [1, 3, -1, 4]);
    assert.match(String(slotting.whyGone(2)?.message), /"c" is no member of the ring any more/);
    assert.equal(slotting.whyGone(3), null);
    slotting.setTopology(topologyOf(['c']));
    assert.equal(slotting.slotOf('0'), 2, 'its old number');
  });

  it('are of those members that are not ejected', () => {
    const slotting = new RingSlotting(topologyOf(['a', 'b', 'c']));
    slotting.setEjected(new Set(['b']));
    assert.deepEqual(
      KEYS.map((key) => slotting.nameOf(slotting.slotOf(key))),
      ['a', 'c', 'a'],
    );
    slotting.setEjected(new Set(['a', 'b', 'c']));
    assert.deepEqual(
      KEYS.map((key) => slotting.slotOf(key)),
      [0, 1, 2],
      'all, where nobody is left',
    );
    slotting.setEjected(new Set());
    assert.deepEqual(
      KEYS.map((key) => slotting.slotOf(key)),
      [0, 1, 2],
    );
  });

  /** Options, a command, and its slot, or what is said of its keys. */
  const commands: readonly (readonly [object, readonly string[], number | RegExp])[] = [
    [{}, ['GET', '1'], 1],
    [{}, ['INFO'], -1],
    [{}, ['PUBLISH', '2', 'x'], 2],
    [{}, ['SPUBLISH', '2', 'x'], 2],
    [{}, ['RENAME', '1a', '1a'], 1],
    [{}, ['RENAME', '1a', '1b'], /RENAME: .*say with hashTag what keeps keys together: "1a" \(b\), "1b" \(b\)/],
    [{ hashTag: '<>' }, ['RENAME', 'x<1>a', '<1>b'], 1],
    [{ hashTag: '<>' }, ['RENAME', '<1>a', '<4>b'], /use a hash tag such as <user:1>/],
    [{ sameMember: true }, ['RENAME', '1a', '1b'], 1],
    [{ sameMember: true }, ['RENAME', '1a', '2a'], /its keys must share one member;.*\(b\), "2a" \(c\)/],
    [{}, ['SORT', '1', 'BY', 'nosort', 'GET', '#', 'STORE', '1'], 1],
    [{}, ['SORT', '1', 'GET', 'w_*'], /SORT: what its patterns of BY and GET read must have the tag .*say with hashTag.*: "1", "w_\*"$/],
    [{ sameMember: true }, ['SORT', '1', 'BY', '1w_*'], /"1", "1w_\*"$/],
    [{}, ['SORT', '1', 'BY', '1*'], /"1", "1\*"$/],
    [{ hashTag: '<>' }, ['SORT', '<1>', 'BY', '<1>w_*->f', 'GET', '#', 'GET', 'o<1>*', 'STORE', 'd<1>'], 1],
    [{ hashTag: '<>' }, ['SORT_RO', '<1>', 'BY', '<1>w_*', 'GET', '<2>*'], /SORT_RO: .*use a hash tag such as <user:1>: "<1>", "<2>\*"$/],
    [{ hashTag: '<>' }, ['SORT', '<1>', 'BY', '*<1>'], /"<1>", "\*<1>"$/],
    [{ hashTag: '<>' }, ['SORT', '<*>', 'BY', '<*>w'], /"<\*>", "<\*>w"$/],
    [{ hashTag: '<>' }, ['SORT', '<1>', 'STORE', '<4>'], /its keys must have one tag/],
    [{ place: undefined, as: 'redis-rb', version: 5, tag: /^.*\{(.+?)\}/ }, ['SORT', '{1}', 'BY', '{1}w_*'], /"\{1\}", "\{1\}w_\*"$/],
    [{ place: undefined, as: 'twemproxy' }, ['RENAME', 'a', 'b'], /without hashTag this placement has no tags/],
    [{ place: undefined, as: 'jedis' }, ['RENAME', 'a', 'b'], /without tag this placement has no tags/],
    [{ place: undefined, as: 'jedis', tag: '{}' }, ['RENAME', 'a', 'b'], /use a hash tag such as \{user:1\}/],
    [{ place: undefined, as: 'redis-rb', version: 5 }, ['RENAME', 'a', 'b'], /begin the keys with a tag such as \{user:1\}/],
    [{ place: undefined, as: 'go-redis' }, ['RENAME', 'a', 'b'], /use a hash tag such as \{user:1\}/],
  ];
  for (const [options, words, expected] of commands) {
    const { place: own, ...rest } = { place, ...options };
    it(`of ${words.join(' ')} with ${JSON.stringify(rest)}`, () => {
      const given = own === undefined ? rest : { place: own, ...rest };
      const members = { a: 'a:1', b: 'b:1', c: 'c:1' };
      const slotting = new RingSlotting(ring(members, given as never) as RingTopology);
      const { spec, args } = specOf(words as [string]);
      if (typeof expected === 'number') assert.equal(slotOfCommand(slotting, spec, args), expected);
      else
        assert.throws(
          () => slotOfCommand(slotting, spec, args),
          (error) => error instanceof CrossSlotError && expected.test(error.message),
        );
    });
  }

  it('are none for a cursor without a member', () => {
    const { spec, args } = specOf(['SCAN', '0']);
    assert.throws(() => slotOfCommand(new RingSlotting(topologyOf(['a'])), spec, args), ArgumentError);
  });

  describe('are none for a command that changes one member alone:', () => {
    /** What changes data and has neither keys nor a rule for all members, and what changes a server that other members know nothing of. */
    const names = Object.keys(COMMAND_TABLE).filter((name) => {
      const { flags, request, state } = command(name);
      return (flags & (WRITE | KEYLESS)) === (WRITE | KEYLESS) && request === 'default' && state === 'none' && !name.startsWith('CLUSTER');
    });
    for (const name of [
      ...names,
      'DEBUG',
      'FAILOVER',
      'MODULE LOAD',
      'MODULE LOADEX',
      'MODULE UNLOAD',
      'REPLICAOF',
      'SHUTDOWN',
      'SLAVEOF',
    ]) {
      it(name, () => {
        const slotting = new RingSlotting(topologyOf(['a', 'b']));
        const refused = (error: unknown): boolean =>
          error instanceof ArgumentError && error.message === `${name}: it changes one member alone: use member(name), for each member`;
        assert.throws(() => slotOfCommand(slotting, command(name), []), refused);
        assert.throws(() => slotting.touched(command(name), []), refused);
      });
    }

    it('SWAPDB is among them', () => assert.ok(names.includes('SWAPDB')));
  });

  it('are asked once where a function of the user gives them', () => {
    assert.equal(new RingSlotting(topologyOf(['a'])).asksUser, true);
    assert.equal(new RingSlotting(ring({ a: 'a:1' }) as RingTopology).asksUser, false);
  });
});
