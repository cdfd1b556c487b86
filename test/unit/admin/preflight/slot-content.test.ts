import assert from 'node:assert/strict';
import { readContent } from '../../../../lib/admin/preflight/slot-content.js';
import { nodeNamed } from '../../../../lib/admin/state/cluster-state.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';
import { threeShards } from '../cluster-states.js';
import { batched } from './told.js';

/** A key as the server has it. */
interface Held {
  readonly slot: number;
  readonly key: string;
  readonly bytes: number;
  readonly database?: number;
  readonly type?: string;
}

/** A server with these keys. */
function holder(keys: readonly Held[], refuses: RegExp = /^$/) {
  const asked: string[] = [];
  const replyTo = ([first, second, third, fourth]: readonly Arg[], database: number): Raw => {
    const own = keys.filter((held) => (held.database ?? 0) === database);
    const named = own.find(({ key }) => key === String(first === 'MEMORY' ? third : second));
    switch (first) {
      case 'CLUSTER': {
        const inSlot = own.filter(({ slot }) => slot === third);
        return second === 'COUNTKEYSINSLOT' ? inSlot.length : inSlot.slice(0, Number(fourth)).map(({ key }) => Buffer.from(key));
      }
      case 'MEMORY':
        return named?.bytes ?? null;
      case 'TYPE':
        return named?.type ?? 'hash';
      default:
        return 42;
    }
  };
  return {
    asked,
    ...batched((_: unknown, words: readonly Arg[], { database = 0 } = {}): Promise<Raw> => {
      asked.push(words.map(String).join(' '));
      return refuses.test(String(words[0]))
        ? Promise.reject(new ReplyError('NOPERM', 'NOPERM no'))
        : Promise.resolve(replyTo(words, database));
    }),
  };
}

describe('what the slots of a move hold', () => {
  const move = (slots: readonly number[], databases: readonly number[] = [0]) => {
    const cluster = threeShards();
    return {
      from: { ...nodeNamed(cluster, '7001f'), databases },
      to: nodeNamed(cluster, '7002f'),
      slots,
      isOpen: false,
      canBeAtomic: true,
    };
  };
  const options = { bigBytes: 1_000, maxKeys: 100, stop: undefined };
  const small = (slot: number, count: number): Held[] =>
    Array.from({ length: count }, (_, at) => ({ slot, key: `${slot}:${at}`, bytes: 10 }));

  it('is counted and measured, and the large keys found, the largest first', async () => {
    const keys = [...small(1, 5), { slot: 2, key: 'big', bytes: 2_000 }, { slot: 1, key: 'bigger', bytes: 3_000, type: 'string' }];
    const content = await readContent(holder([...keys, ...small(3, 9)]), move([1, 2]), options);
    assert.deepEqual([...content.keys], [[0, 7]]);
    assert.deepEqual(content.measured, { keys: 7, bytes: 5_050 });
    assert.deepEqual(
      content.bigKeys.map(({ key, ...rest }) => ({ ...rest, key: key.toString() })),
      [
        { slot: 1, key: 'bigger', bytes: 3_000, type: 'string', length: 42 },
        { slot: 2, key: 'big', bytes: 2_000, type: 'hash', length: 42 },
      ],
    );
    assert.equal(content.samples.length, 4);
  });

  it('is counted in every database', async () => {
    const keys = [...small(1, 2), { slot: 1, key: 'other', bytes: 5_000, database: 3 }];
    const content = await readContent(holder(keys), move([1], [0, 3]), options);
    assert.deepEqual(
      [...content.keys],
      [
        [0, 2],
        [3, 1],
      ],
    );
    assert.equal(content.bigKeys.length, 1);
  });

  it('is measured by a share of each slot where there is very much', async () => {
    const keys = [...small(1, 90), ...small(2, 90), ...small(3, 1)];
    const content = await readContent(holder(keys), move([1, 2, 3]), options);
    assert.deepEqual([...content.keys], [[0, 181]]);
    assert.deepEqual(content.measured, { keys: 33 + 33 + 1, bytes: 670 });
  });

  it('is nothing where there are no keys, and is not asked for', async () => {
    const server = holder([]);
    assert.deepEqual([...(await readContent(server, move([1, 2], []), options)).keys], []);
    assert.deepEqual(server.asked, []);
  });

  it('is not measured where that is not allowed', async () => {
    const content = await readContent(holder(small(1, 5), /^MEMORY$/), move([1]), options);
    assert.deepEqual(content.measured, { keys: 0, bytes: 0 });
    assert.deepEqual([...content.keys], [[0, 5]]);
  });
});
