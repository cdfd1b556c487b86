import assert from 'node:assert/strict';
import { readOptions } from '../../../../lib/admin/explain/options-file.js';

const cases: readonly (readonly [what: string, options: unknown, expected: readonly RegExp[]])[] = [
  ['nothing', {}, []],
  ['what createClient takes', { reads: 'replica', domains: { video: { keys: 'video:*', fallback: ['primary'] } } }, []],
  ['a topology as data', { topology: { kind: 'cluster', seeds: ['10.0.0.1:7000', { host: '10.0.0.2', port: 7000 }] } }, []],
  ['a mode that is none', { reads: 'replicas' }, [/^reads: expected one of primary, .*, got "replicas"$/]],
  ['a mistyped name', { timeoutMS: 5 }, [/^timeoutMS: unknown option; did you mean timeoutMs\?$/]],
  [
    'a mistyped name with a wrong value',
    { timeoutMS: 'soon' },
    [/^timeoutMS: .*did you mean/, /^timeoutMs: expected a number of milliseconds .*, got "soon"$/],
  ],
  [
    'a name that other clients have',
    { domains: { 'a b': { kys: 'a*' } } },
    [/^domains\["a b"\]\.kys: unknown option; did you mean keys\?$/],
  ],
  [
    'mistakes all over',
    { reads: 'x', nodes: [{ match: 'a b' }], domains: { video: { reads: 'y', fallback: ['z', 'w'] } }, password: 7 },
    [
      /^reads:/,
      /^nodes\[0\]\.match:/,
      /^domains\.video\.reads:/,
      /^domains\.video\.fallback\[0\]:/,
      /^password: expected .*, got a number$/,
    ],
  ],
  [
    'two rules, each with a mistake',
    {
      nodes: [
        { match: '10.0.0.1', weight: 0 },
        { match: '10.0.0.2', weight: -1 },
      ],
    },
    [/^nodes\[0\]\.weight:/, /^nodes\[1\]\.weight:/],
  ],
  [
    'tags of a rule that is wrong itself',
    { nodes: [{ mtch: 7, tags: { use: 'a' } }], domains: { a: { reads: 'replica', replicas: { tags: { use: 'a' } } } } },
    [/^nodes\[0\]\.mtch: .*did you mean match/, /^nodes\[0\]\.match:/],
  ],
  [
    'tags that no rule gives',
    { domains: { a: { reads: 'replica', replicas: { tags: { use: 'a' } } } } },
    [/^domains\.a\.replicas: no rule of options\.nodes/],
  ],
  ['values that exclude each other', { reconnect: { minMs: 50, maxMs: 5 } }, [/^reconnect\.minMs: expected at most reconnect\.maxMs/]],
  ['what JSON cannot say', { reads: { function: 'x' } }, [/^reads: expected/]],
  ['a user without a password', { username: 'me' }, [/^username: expected a password/]],
  ['an object that is null', { domains: null, reads: 5 }, [/^domains: /, /^reads: /]],
];

describe('a file of options', () => {
  for (const [what, options, expected] of cases) {
    it(`with ${what} has ${expected.length} mistakes`, () => {
      const { mistakes } = readOptions(JSON.stringify(options));
      assert.equal(mistakes.length, expected.length, mistakes.join('\n'));
      for (const [index, mistake] of mistakes.entries()) assert.match(mistake, expected[index] ?? /^$/);
    });
  }

  const texts: readonly (readonly [text: string, expected: RegExp])[] = [
    ['{\n  "reads": replica\n}', /^it is not JSON: line 2, column 12: expected a value$/],
    ['', /^it is not JSON: /],
    ['[]', /^expected an object of options/],
    ['"redis://me:hunter2@h"', /^expected an object of options/],
  ];
  for (const [text, expected] of texts) {
    it(`may be none: ${JSON.stringify(text)}`, () => {
      const { mistakes } = readOptions(text);
      assert.equal(mistakes.length, 1);
      assert.match(mistakes[0] ?? '', expected);
      assert.doesNotMatch(mistakes[0] ?? '', /hunter2/);
    });
  }

  it('ends, however much is wrong', () => {
    const nodes = Array.from({ length: 200 }, () => ({ match: '10.0.0.1', weight: 0 }));
    assert.equal(readOptions(JSON.stringify({ nodes })).mistakes.length, 50);
  });

  it('shows no secrets', () => {
    const { mistakes } = readOptions(JSON.stringify({ password: ['hunter2'], tls: 'hunter2', topology: 'redis://u:hunter2@h' }));
    assert.equal(mistakes.length, 3);
    assert.doesNotMatch(mistakes.join('\n'), /hunter2/);
  });
});
