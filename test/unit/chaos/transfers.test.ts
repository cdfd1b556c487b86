import assert from 'node:assert/strict';
import { type TransfersReport, transfer } from '../../../chaos/transfers.js';

/** What a client that keeps values does otherwise. */
interface Store {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
}

interface Case {
  readonly client: string;
  readonly otherwise: (values: Map<string, string>) => Partial<Store>;
  readonly expected: Partial<TransfersReport>;
}

const never = (): Promise<never> => new Promise(() => {});

const cases: readonly Case[] = [
  { client: 'keeps values', otherwise: () => ({}), expected: { uploads: 2, downloads: 1, failed: 0, wrong: 0, pending: 0 } },
  {
    client: 'answers with another value',
    otherwise: () => ({ get: () => Promise.resolve('bbbb') }),
    expected: { uploads: 2, downloads: 1, failed: 0, wrong: 1, pending: 0 },
  },
  {
    client: 'has lost the value',
    otherwise: () => ({ get: () => Promise.resolve(null) }),
    expected: { uploads: 2, downloads: 1, wrong: 1 },
  },
  {
    client: 'fails uploads, of whose values nothing is known',
    otherwise: () => ({ set: () => Promise.reject(new Error('too slow')) }),
    expected: { uploads: 0, downloads: 0, failed: 2, wrong: 0, messages: ['too slow', 'too slow'] },
  },
  {
    client: 'throws',
    otherwise: () => ({
      get: () => {
        throw new Error('oh');
      },
    }),
    expected: { uploads: 2, downloads: 0, failed: 1, messages: ['oh'] },
  },
  { client: 'never answers', otherwise: () => ({ set: never }), expected: { uploads: 0, downloads: 0, failed: 0, pending: 1 } },
];

describe('the ledger of large values', () => {
  for (const { client, otherwise, expected } of cases) {
    it(`tells of a client that ${client}`, async () => {
      const values = new Map<string, string>();
      const driver = {
        incr: () => Promise.resolve(1),
        get: async (key: string) => values.get(key),
        set: async (key: string, value: string) => values.set(key, value),
        lrange: async () => [],
        rpush: () => Promise.resolve(1),
        blpop: () => Promise.resolve(null),
        explain: (error: unknown) => ({ code: 'E', message: (error as Error).message, mayHaveRun: true }),
        close: () => Promise.resolve(),
        ...otherwise(values),
      };
      const report = await transfer(driver, { prefix: 'large:', bytes: 4, forMs: 0 }, 50);
      assert.deepEqual({ ...report, ...expected }, report);
    });
  }
});
