import assert from 'node:assert/strict';
import { namesFile, topologyIn } from '../../../../lib/admin/cli/topology-file.js';

describe('a word in the place of an address', () => {
  const cases: readonly (readonly [word: string, isFile: boolean])[] = [
    ['ring.json', true],
    ['conf/RING.JSON', true],
    ['./ring', true],
    ['/no/such/ring.json', true],
    ['/no/such/socket', false],
    ['10.0.0.1:7000', false],
    ['localhost', false],
    ['redis://a/ring.json', false],
    ['unix:///run/redis.json', false],
    [import.meta.url.replace('file://', ''), true],
  ];
  for (const [word, isFile] of cases) it(`${isFile ? 'names a file' : 'names none'}: ${word}`, () => assert.equal(namesFile(word), isFile));
});

describe('the content of a topology file', () => {
  const read = (content: unknown) => topologyIn(typeof content === 'string' ? content : JSON.stringify(content), 'f.json', 'FILE');

  const cases: readonly (readonly [what: string, content: unknown, kind: string, access: object, options: object])[] = [
    ['is a ring', { kind: 'ring', members: { a: 'h:1' } }, 'ring', {}, {}],
    ['need not say that it is one', { members: ['h:1'], placement: { as: 'twemproxy' } }, 'ring', {}, {}],
    ['may have the login in its URLs', { members: { a: 'redis://me:p@h:1' } }, 'ring', { username: 'me', password: 'p' }, {}],
    ['is another topology', { kind: 'cluster', seeds: ['h:1'] }, 'cluster', {}, {}],
    ['begins with a byte order mark', '\uFEFF{"kind":"single","address":"h:1"}', 'single', {}, {}],
    [
      'has options of a client beside it',
      { topology: { kind: 'ring', members: { a: 'h:1' } }, reads: 'replica', password: 'p' },
      'ring',
      { password: 'p' },
      { reads: 'replica', password: 'p' },
    ],
  ];
  for (const [what, content, kind, access, options] of cases) {
    it(what, () => {
      const file = read(content);
      assert.deepEqual([file.topology.kind, file.access, file.options], [kind, access, options]);
    });
  }

  const refused: readonly (readonly [content: unknown, said: RegExp])[] = [
    ['{', /^FILE: f\.json is not JSON: /],
    ['[]', /^FILE: f\.json: expected a topology such as/],
    [{ kind: 'rind' }, /^FILE: f\.json: expected single\(…\)/],
    [{ members: {} }, /^FILE: f\.json\.members: expected at least one member/],
    [{ members: ['h:1'], placement: { as: 'twemproxi' } }, /^FILE: f\.json\.placement\.as: .*did you mean twemproxy/],
    [{ topology: { kind: 'ring', members: {} } }, /^FILE: f\.json: topology\.members: expected at least one member/],
    [{ topology: { kind: 'ring', members: { a: 'h:1' } }, read: 'replica' }, /^FILE: f\.json: read: unknown option/],
  ];
  for (const [content, said] of refused) {
    it(`is refused: ${JSON.stringify(content)}`, () => {
      assert.throws(
        () => read(content),
        ({ name, message }: Error) => name === 'UsageError' && said.test(message),
      );
    });
  }
});
