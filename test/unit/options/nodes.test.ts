import { assertOptionsError, type RefusedOptions } from './assert-options-error.js';

const BAD: RefusedOptions = [
  [{ nodes: { match: 'a' } }, /^options\.nodes: expected a list of rules/],
  [{ nodes: [{}] }, /^options\.nodes\[0\]\.match: expected/],
  [{ nodes: [{ match: 'a' }, { match: '10.0.0.0/40' }] }, /^options\.nodes\[1\]\.match: .*"10\.0\.0\.0\/40"$/],
  [{ nodes: [{ match: 'a', tags: { zone: 1 } }] }, /^options\.nodes\[0\]\.tags\.zone: expected a non-empty string, got 1$/],
  [{ nodes: [{ match: 'a', weight: 0 }] }, /^options\.nodes\[0\]\.weight: expected a number above 0, got 0$/],
  [{ nodes: [{ match: 'a', weight: Number.POSITIVE_INFINITY }] }, /^options\.nodes\[0\]\.weight: expected a number above 0, got Infinity$/],
  [{ nodes: [{ match: 'a', priority: -1 }] }, /^options\.nodes\[0\]\.priority: expected an integer from 0 to/],
  [{ nodes: [{ match: 'a', zone: '' }] }, /^options\.nodes\[0\]\.zone: expected a non-empty string/],
  [{ nodes: [{ match: 'a', tag: {} }] }, /^options\.nodes\[0\]\.tag: unknown option; did you mean tags\?$/],
];

describe('the rules of nodes', () => {
  for (const [input, message] of BAD) {
    it(`says ${message.source.slice(1, 100)}`, () => assertOptionsError(input, message));
  }
});
