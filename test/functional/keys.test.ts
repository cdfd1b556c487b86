import assert from 'node:assert/strict';
import { keyIndexes } from '../../lib/protocol/catalog/keys.js';
import { findCommand, specOf } from '../../lib/protocol/catalog/specs.js';
import { AMBIGUOUS_CALLS, KEY_CALLS, PLACED_CALLS, wordsOf } from '../spec/key-calls.js';
import type { AskConnection } from '../support/ask.js';
import { Server } from '../support/server.js';

/** The calls whose command the server has. */
async function callsOf(connection: AskConnection, ...texts: readonly string[]): Promise<string[][]> {
  // Subcommands are listed as `xinfo|stream`.
  const listed = (await connection.ask('COMMAND', 'LIST')) as string[];
  const names = new Set(listed.map((name) => name.replace('|', ' ').toUpperCase()));
  return texts.flatMap(wordsOf).filter((words) => names.has(specOf(words).spec.name));
}

/** https://redis.io/docs/latest/commands/command-getkeys/ */
describe('COMMAND GETKEYS of a live server', () => {
  let server: Server;
  let connection: AskConnection;

  before(async () => {
    server = await Server.start();
    connection = await server.connect();
  });

  after(async () => {
    connection.close();
    await server.stop();
  });

  it('names the same keys in the same order, for every command with keys that the server has', async () => {
    const calls = await callsOf(connection, KEY_CALLS);
    assert.ok(calls.length > 200, `only ${calls.length} calls compared`);
    for (const words of calls) {
      const { spec, args } = specOf(words);
      const ours = keyIndexes(spec, args).map((index) => args[index]);
      const theirs = await connection.ask('COMMAND', 'GETKEYS', ...words);
      assert.deepEqual(theirs, ours, words.join(' '));
    }
  });

  it('knows no keys in what is only placed by its slot', async () => {
    const calls = await callsOf(connection, PLACED_CALLS);
    assert.ok(calls.length >= 3, `only ${calls.length} calls compared`);
    for (const words of calls) {
      await assert.rejects(connection.ask('COMMAND', 'GETKEYS', ...words), /no key arguments/, words.join(' '));
    }
  });

  it('goes with a COMMAND that has no keys where the table has none', async () => {
    const listed = (await connection.ask('COMMAND')) as [name: string, arity: number, flags: string[], first: number, ...unknown[]][];
    const keyless = listed.filter(([name]) => findCommand(name)?.firstKey === -1);
    assert.ok(keyless.length > 50, `only ${keyless.length} commands compared`);
    for (const [name, , flags, first] of keyless) {
      assert.equal(first, 0, name);
      assert.ok(!flags.includes('movablekeys'), name);
    }
  });
});

describe('the slot check of a live cluster node', () => {
  let server: Server;
  let connection: AskConnection;

  before(async () => {
    server = await Server.start({ config: ['cluster-enabled yes'] });
    connection = await server.connect();
    await connection.ask('CLUSTER', 'ADDSLOTSRANGE', 0, 16383);
  });

  after(async () => {
    connection.close();
    await server.stop();
  });

  /** Asked inside MULTI where it may be: the node checks what it queues, and nothing runs or blocks. */
  async function crosses(words: readonly string[]): Promise<boolean> {
    const frame = words[0] === 'WATCH' ? ['PING', 'UNWATCH'] : ['MULTI', 'DISCARD'];
    const replies = [frame.slice(0, 1), words, frame.slice(1)].map((each) =>
      connection.ask(...each).catch((error: Error) => error.message),
    );
    const [, reply] = await Promise.all(replies);
    return /^CROSSSLOT/.test(String(reply));
  }

  it('takes the same words for keys, and no other', async () => {
    const calls = await callsOf(connection, KEY_CALLS, AMBIGUOUS_CALLS);
    assert.ok(calls.length > 200, `only ${calls.length} calls compared`);
    let moved = 0;
    for (const words of calls) {
      const { spec, args } = specOf(words);
      const keys = keyIndexes(spec, args).map((index) => index + spec.words);
      const tagged = words.map((word, index) => (keys.includes(index) ? `{a}${word}` : word));
      // Words that are no keys hash to slots of their own.
      assert.equal(await crosses(tagged), false, tagged.join(' '));
      // Valkey 9.1.2 stores the keys of MSETEX on whichever node is asked, without a look at their slots.
      if (keys.length < 2 || spec.name === 'MSETEX') continue;
      for (const key of keys) {
        const elsewhere = tagged.map((word, index) => (index === key ? `{b}${words[index]}` : word));
        assert.equal(await crosses(elsewhere), true, elsewhere.join(' '));
        moved++;
      }
    }
    assert.ok(moved > 100, `only ${moved} keys moved to another slot`);
  });
});
