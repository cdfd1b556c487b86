import assert from 'node:assert/strict';
import { KeyLanes, type KeyWork } from '../../../../lib/client/previous/key-lanes.js';

class Work implements KeyWork {
  readonly missing: Set<string>;
  readonly shared: boolean;
  readonly keys: readonly string[];

  constructor(
    readonly name: string,
    private readonly log: string[],
    keys: string,
    missing: string,
    private readonly then: () => void = () => {},
  ) {
    this.keys = [...keys];
    this.missing = new Set(missing);
    this.shared = name.startsWith('read');
  }

  go(): void {
    this.log.push(this.name);
    this.then();
  }

  fail(): void {}
}

/** Steps: a work that enters (`name keys missing`), or what happens to it or to a key; then what has gone by then, in order. */
const cases: readonly (readonly [title: string, steps: readonly string[], gone: string])[] = [
  ['a write of a known key goes at once', ['enter write1 a -'], 'write1'],
  ['a write waits for its key', ['enter write1 a a'], ''],
  ['and goes when that is fetched', ['enter write1 a a', 'fetched a'], 'write1'],
  ['reads run beside each other', ['enter read1 a -', 'enter read2 a -'], 'read1 read2'],
  ['a read waits behind a write', ['enter write1 a a', 'enter read1 a -'], ''],
  ['and goes after it', ['enter write1 a a', 'enter read1 a -', 'fetched a'], 'write1 read1'],
  ['a write waits for the reads before it', ['enter read1 a -', 'enter write1 a a', 'fetched a'], 'read1'],
  ['for all of them', ['enter read1 a -', 'enter read2 a -', 'enter write1 a -', 'ended read1'], 'read1 read2'],
  ['and goes after them', ['enter read1 a -', 'enter read2 a -', 'enter write1 a -', 'ended read1', 'ended read2'], 'read1 read2 write1'],
  ['reads behind a waiting write wait', ['enter read1 a -', 'enter write1 a -', 'enter read2 a -'], 'read1'],
  ['other keys do not wait', ['enter write1 a a', 'enter write2 b -', 'enter read1 c -'], 'write2 read1'],
  ['one of several keys is not enough', ['enter write1 ab ab', 'fetched a'], ''],
  ['all are', ['enter write1 ab ab', 'fetched a', 'fetched b'], 'write1'],
  [
    'writes of several keys keep their order',
    ['enter write1 ab ab', 'enter write2 bc c', 'fetched c', 'fetched a', 'fetched b'],
    'write1 write2',
  ],
  [
    'what waits behind one of several keys goes with it',
    ['enter write1 ab a', 'enter write2 b -', 'enter read1 b -', 'fetched a'],
    'write1 write2 read1',
  ],
  ['what gives up its place lets the others go', ['enter write1 ab a', 'enter write2 b -', 'leave write1'], 'write2'],
  ['a key that is fetched later than another', ['enter write1 a a', 'enter write2 a a', 'enter write3 ab b', 'fetched a'], 'write1 write2'],
];

describe('lanes of keys', () => {
  for (const [title, steps, gone] of cases) {
    it(title, () => {
      const log: string[] = [];
      const works = new Map<string, Work>();
      const lanes = new KeyLanes();
      for (const step of steps) {
        const [what = '', name = '', keys = '', missing = ''] = step.split(' ');
        const work = works.get(name) ?? new Work(name, log, keys, missing.replace('-', ''));
        works.set(name, work);
        if (what === 'enter' && lanes.enter(work)) work.go();
        if (what === 'fetched') lanes.fetched(name);
        if (what === 'ended') lanes.ended(work);
        if (what === 'leave') lanes.leave(work);
      }
      assert.equal(log.join(' '), gone);
    });
  }

  it('keeps nothing when all is done', () => {
    const log: string[] = [];
    const lanes = new KeyLanes();
    const read = new Work('read1', log, 'a', '');
    const write = new Work('write1', log, 'ab', 'b');
    assert.equal(lanes.enter(read), true);
    assert.equal(lanes.enter(write), false);
    assert.equal(lanes.isAwaited('b'), true);
    assert.equal(lanes.isAwaited('a'), false);
    assert.deepEqual(lanes.awaiting('b'), [write]);
    lanes.fetched('b');
    lanes.ended(read);
    assert.deepEqual(log, ['write1']);
    for (const name of ['a', 'b']) assert.equal(lanes.isFree(name), true, name);
  });

  it('has what comes while something goes wait behind what waited before', () => {
    const log: string[] = [];
    const lanes = new KeyLanes();
    const late = new Work('late', log, 'a', '');
    const first = new Work('first', log, 'a', 'a', () => {
      if (lanes.enter(late)) late.go();
    });
    const second = new Work('second', log, 'a', 'a');
    for (const work of [first, second]) lanes.enter(work);
    lanes.fetched('a');
    assert.deepEqual(log, ['first', 'second', 'late']);
  });
});
