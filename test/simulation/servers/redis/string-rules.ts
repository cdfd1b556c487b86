import { OK } from '../resp.js';
import { allKeys, type CommandRule, firstKey } from './rules.js';

export const stringRules: Readonly<Record<string, CommandRule>> = {
  GET: { kind: 'readonly', arity: 2, keys: firstKey, run: ({ server, words }) => server.keys.get(words[1] ?? '') ?? null },
  SET: {
    kind: 'write',
    arity: -3,
    keys: firstKey,
    run: ({ server, words }) => {
      server.keys.set(words[1] ?? '', words[2] ?? '');
      return OK;
    },
  },
  APPEND: {
    kind: 'write',
    arity: 3,
    keys: firstKey,
    run: ({ server, words }) => {
      const value = (server.keys.get(words[1] ?? '') ?? '') + words[2];
      server.keys.set(words[1] ?? '', value);
      return value.length;
    },
  },
  DEL: {
    kind: 'write',
    arity: -2,
    keys: allKeys,
    run: ({ server, words }) => words.slice(1).filter((key) => server.keys.delete(key)).length,
  },
};
